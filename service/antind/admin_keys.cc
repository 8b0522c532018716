// Keys and tokens with their health, and whom verification trusts.

#include <algorithm>

#include "service/antind/admin_api.h"
#include "service/ipc/channel.h"

namespace antin::service {
namespace {

std::string text_in(const cbor::Value& map, const char* key) {
  const auto* value = map.find(key);
  return value != nullptr && value->text() != nullptr ? *value->text() : std::string();
}

bool flag_in(const cbor::Value& map, const char* key) {
  const auto* value = map.find(key);
  return value != nullptr && value->boolean() != nullptr && *value->boolean();
}

std::int64_t count_in(const cbor::Value& map, const char* key) {
  const auto* value = map.find(key);
  return value != nullptr && value->integer() != nullptr ? *value->integer() : 0;
}

OrderedJson time_in(const cbor::Value& map, const char* key) {
  const auto* value = map.find(key);
  if (value == nullptr || value->integer() == nullptr) return nullptr;
  return to_rfc3339(UtcTime(std::chrono::sys_seconds(std::chrono::seconds(*value->integer()))));
}

// What the key holder says went wrong, in the words of the catalogue.
OrderedJson error_in(const cbor::Value& map, const char* key) {
  const auto* value = map.find(key);
  if (value == nullptr) return nullptr;
  return told(error_from_value(*value));
}

cbor::Array list_in(const cbor::Value& map, const char* key) {
  const auto* value = map.find(key);
  return value != nullptr && value->array() != nullptr ? *value->array() : cbor::Array{};
}

OrderedJson token_json(const cbor::Value& token) {
  OrderedJson one = {{"uri", text_in(token, "uri")},
                     {"pin", text_in(token, "pin")},
                     {"present", flag_in(token, "present")},
                     {"token", nullptr}};
  const auto* about = token.find("token");
  if (about == nullptr) return one;
  one["token"] = {{"label", text_in(*about, "label")},
                  {"serial", text_in(*about, "serial")},
                  {"manufacturer", text_in(*about, "manufacturer")},
                  {"model", text_in(*about, "model")},
                  {"pin_count_low", flag_in(*about, "pin_count_low")},
                  {"pin_final_try", flag_in(*about, "pin_final_try")},
                  {"pin_locked", flag_in(*about, "pin_locked")}};
  return one;
}

// The token's own name is in the key's address; its serial number and place are not told twice.
OrderedJson key_json(const cbor::Value& key) {
  return {{"label", text_in(key, "label")},        {"token", text_in(key, "token")},
          {"rule", text_in(key, "rule")},          {"purpose", text_in(key, "purpose")},
          {"state", text_in(key, "state")},        {"signatures", count_in(key, "signatures")},
          {"failures", count_in(key, "failures")}, {"under_way", count_in(key, "under_way")},
          {"until", time_in(key, "until")},        {"error", error_in(key, "error")}};
}

OrderedJson status_json(const cbor::Value& status) {
  OrderedJson body = {{"started", time_in(status, "started")}};
  body["modules"] = OrderedJson::array();
  for (const auto& module : list_in(status, "modules"))
    body["modules"].push_back(
        {{"path", text_in(module, "path")}, {"failure", error_in(module, "failure")}});
  body["tokens"] = OrderedJson::array();
  for (const auto& token : list_in(status, "tokens")) body["tokens"].push_back(token_json(token));
  body["keys"] = OrderedJson::array();
  for (const auto& key : list_in(status, "keys")) body["keys"].push_back(key_json(key));
  if (const auto* journal = status.find("journal"))
    body["journal"] = {{"last", count_in(*journal, "last")},
                       {"octets", count_in(*journal, "octets")}};
  return body;
}

OrderedJson trusted_json(const AdminSources::Trusted& one) {
  auto body = json_of(one.certificate);
  body["kind"] = one.kind == AdminSources::Trusted::Kind::kAnchor ? "anchor" : "intermediate";
  body["purposes"] = one.purposes;
  body["trusted_from"] = one.from ? OrderedJson(to_rfc3339(*one.from)) : OrderedJson(nullptr);
  body["trusted_until"] = one.until ? OrderedJson(to_rfc3339(*one.until)) : OrderedJson(nullptr);
  body["test"] = one.test;
  return body;
}

}  // namespace

Result<OrderedJson> AdminApi::keys() const {
  const auto& agency = parts_.config->agency;
  OrderedJson body = {{"configured", !agency.key.empty()},
                      {"uri", agency.key},
                      {"level", agency.level},
                      {"tsa", agency.tsa},
                      {"certificate", nullptr},
                      {"certificate_problem", nullptr},
                      {"holder", nullptr},
                      {"holder_problem", nullptr}};
  if (parts_.agency == nullptr) return body;
  const auto certificate = [&]() -> Result<AdminSources::Certificate> {
    ANTIN_TRY(const auto key, parts_.agency->key());
    if (parts_.sources == nullptr || !parts_.sources->read_certificate)
      return make_error(Code::kInternal, "nobody reads certificates here");
    return parts_.sources->read_certificate(key.certificate);
  }();
  if (certificate)
    body["certificate"] = json_of(certificate.value());
  else
    body["certificate_problem"] = told(certificate.error());
  if (parts_.sources == nullptr || !parts_.sources->key_status) return body;
  if (const auto status = parts_.sources->key_status())
    body["holder"] = status_json(status.value());
  else
    body["holder_problem"] = told(status.error());
  return body;
}

Result<OrderedJson> AdminApi::trust() const {
  const auto& verify = parts_.config->verify;
  OrderedJson body = {{"folder", verify.trust},
                      {"policy", verify.policy},
                      {"crls", verify.crls},
                      {"online", parts_.config->revocation.online},
                      {"allow_test_pki", verify.allow_test_pki},
                      {"problem", nullptr}};
  body["trusted"] = OrderedJson::array();
  if (parts_.sources == nullptr || !parts_.sources->trusted || verify.trust.empty()) return body;
  const auto trusted = parts_.sources->trusted();
  if (!trusted) {
    body["problem"] = told(trusted.error());
    return body;
  }
  for (const auto& one : trusted.value()) body["trusted"].push_back(trusted_json(one));
  return body;
}

}  // namespace antin::service
