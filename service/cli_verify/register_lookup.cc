#include "service/cli_verify/register_lookup.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace antin::service {
namespace {

using Json = nlohmann::json;
using Kind = OptionSpec::Kind;

constexpr std::size_t kMostFacts = std::size_t{1} << 20U;
constexpr std::size_t kMostOriginal = std::size_t{60} << 20U;

Error malformed(const char* what) {
  return make_error(Code::kRegisterAnswerMalformed, what);
}

Result<Json> parse(const Bytes& octets) {
  constexpr int kDeepest = 8;
  const auto shallow = [](int depth, Json::parse_event_t, const Json&) {
    return depth <= kDeepest;
  };
  auto json = Json::parse(octets.begin(), octets.end(), shallow, false);
  if (!json.is_object()) return malformed("no object");
  return json;
}

bool is_id(std::string_view name) {
  return name.size() == 36 && std::count(name.begin(), name.end(), '-') == 4 &&
         name.find_first_not_of("0123456789abcdefABCDEF-") == std::string_view::npos;
}

bool is_code(std::string_view name) {
  std::size_t letters = 0;
  for (const char c : name) {
    if (c == '-') continue;
    const bool known = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    if (!known) return false;
    ++letters;
  }
  return letters == 16;
}

}  // namespace

std::vector<OptionSpec> register_options() {
  return {{"register", Kind::kValue, "URL",
           "hỏi sổ của antind ở địa chỉ này: https://máy-chủ, hoặc http:// trên chính máy này",
           "ask the register of the antind at this address: https://host, or http:// on this "
           "machine"},
          {"register-key", Kind::kValue, "FILE",
           "tệp chứa khóa API của antind (quyền verify, originals)",
           "file with an API key of that antind (rights verify, originals)"},
          {"units", Kind::kValue, "FILE", "bảng đơn vị và tên cũ (TOML, antin-units/1)",
           "table of units and their former names (TOML, antin-units/1)"}};
}

bool is_register_name(std::string_view name) {
  return is_id(name) || is_code(name);
}

Result<std::unique_ptr<RegisterLookup>> RegisterLookup::create(const Arguments& arguments) {
  const auto url = arguments.value("register");
  if (!url) return std::unique_ptr<RegisterLookup>();
  ANTIN_TRY(auto service, RegisterService::create(*url, arguments.value_or("register-key", "")));
  // NOLINTNEXTLINE(cppcoreguidelines-owning-memory): the constructor is private
  return std::unique_ptr<RegisterLookup>(new RegisterLookup(std::move(service)));
}

Result<verifier::RegisterAnswer> RegisterLookup::facts_of(const std::string& id) {
  ANTIN_TRY(const auto octets, service_->get("/api/v1/originals/" + id, kMostFacts));
  ANTIN_TRY(const auto json, parse(octets));
  verifier::RegisterAnswer answer{.found = true, .shown_as = id};
  if (const auto at = json.find("register"); at != json.end() && !at->is_null()) {
    ANTIN_TRY(answer.entry, verifier::read_register_entry(at->dump()));
  }
  ANTIN_TRY(auto document, service_->get("/api/v1/originals/" + id + "/document", kMostOriginal));
  answer.original = SharedBytes(std::move(document));
  return answer;
}

Result<verifier::RegisterAnswer> RegisterLookup::ask(const verifier::Input& input,
                                                     const std::string& name) {
  if (is_id(name)) return facts_of(name);
  std::string query = "code=" + name;
  if (name.empty()) {
    ANTIN_TRY(const auto digests, verifier::register_digests(input));
    query = "sha256=";
    for (const auto& digest : digests) query += (query.back() == '=' ? "" : ",") + to_hex(digest);
  }
  ANTIN_TRY(const auto octets, service_->get("/api/v1/register?" + query, kMostFacts));
  ANTIN_TRY(const auto json, parse(octets));
  if (const auto id = json.find("id"); id != json.end() && id->is_string()) {
    const auto text = id->get<std::string>();
    if (!is_id(text)) return malformed("id");
    return facts_of(text);
  }
  verifier::RegisterAnswer answer;
  ANTIN_TRY(auto entry, verifier::read_register_entry(json.dump()));
  if (entry.state == verifier::RegisterEntry::State::kNotFound) return answer;
  answer.found = true;
  answer.entry = std::move(entry);
  answer.same_octets = json.value("match", Json()) == "document";
  return answer;
}

Status RegisterLookup::judge(const verifier::Input& input, const std::string& name,
                             verifier::Report& report) {
  auto asked = ask(input, name);
  if (!asked && asked.error().code != Code::kOriginalUnknown) return std::move(asked).error();
  const auto answer = asked ? std::move(asked).value() : verifier::RegisterAnswer{};
  verifier::hold_against_register(report, input, {.named = !name.empty()}, answer);
  return Done{};
}

}  // namespace antin::service
