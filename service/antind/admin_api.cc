#include "service/antind/admin_api.h"

#include <algorithm>

#include "service/antind/api.h"
#include "service/antind/office_rules.h"

namespace antin::service {
namespace {

using office::LegalDay;

// Names come from certificates and files of others: what is not UTF-8 must not end the answer.
Response body_of(const OrderedJson& body) {
  auto response =
      json_response(200, body.dump(-1, ' ', false, OrderedJson::error_handler_t::replace));
  response.fields.push_back({"Cache-Control", "no-store"});
  return response;
}

OrderedJson both(const std::string& vietnamese, const std::string& english) {
  return {{"vi", vietnamese}, {"en", english}};
}

}  // namespace

OrderedJson told(const Error& error) {
  const auto in = [&](Language language) { return sentence(error.code, language, error.params); };
  const auto what = [&](Language language) { return advice(error.code, language, error.params); };
  return {{"code", std::string(info(error.code).name)},
          {"message", both(in(Language::kVietnamese), in(Language::kEnglish))},
          {"action", both(what(Language::kVietnamese), what(Language::kEnglish))}};
}

const char* force_on(LegalDay day, LegalDay from, const std::optional<LegalDay>& to) {
  if (day < from) return "to_come";
  return to && *to < day ? "ended" : "in_force";
}

Result<LegalDay> day_of(const Parameters& options, LegalDay today) {
  const auto given = options.find("day");
  if (given == options.end()) return today;
  const auto day = LegalDay::parse(given->second);
  if (!day) return wrong_parameter("day");
  return *day;
}

std::vector<std::size_t> lines_of(std::string_view toml, std::string_view name) {
  const auto header = "[[" + std::string(name) + "]]";
  std::vector<std::size_t> lines;
  for (std::size_t number = 1; !toml.empty(); ++number) {
    const auto end = std::min(toml.find('\n'), toml.size());
    auto line = toml.substr(0, end);
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    if (line.starts_with(header)) lines.push_back(number);
    toml.remove_prefix(std::min(end + 1, toml.size()));
  }
  return lines;
}

OrderedJson json_of(const AdminSources::Certificate& certificate) {
  return {{"subject", certificate.subject},
          {"issuer", certificate.issuer},
          {"serial", certificate.serial},
          {"sha256", certificate.sha256},
          {"not_before", to_rfc3339(certificate.from)},
          {"not_after", to_rfc3339(certificate.until)}};
}

bool AdminApi::answers(Operation operation) noexcept {
  return operation >= Operation::kAdminUnits && operation <= Operation::kAdminCheck;
}

Result<std::shared_ptr<const OfficeTables>> AdminApi::office() const {
  auto now = parts_.tables == nullptr ? nullptr : parts_.tables->now();
  if (now == nullptr || now->shown == nullptr)
    return make_error(Code::kUnitUnknown, "no [office]", {{"don_vi", "-"}});
  return now;
}

Result<Response> AdminApi::handle(const RouteRow& row, const Request& request, const Caller& caller,
                                  const std::string& resource) const {
  const bool of_all_units = row.operation == Operation::kAdminAudit ||
                            row.operation == Operation::kAdminAuditRecord ||
                            row.operation == Operation::kAdminAuditProof;
  if (of_all_units && !caller.units.empty()) return make_error(Code::kKeyUnit, "the audit log");
  const auto answer = [&]() -> Result<OrderedJson> {
    switch (row.operation) {
      case Operation::kAdminUnits:
        return units(request, caller);
      case Operation::kAdminPeople:
        return people(request, caller);
      case Operation::kAdminSeals:
        return seals(caller);
      case Operation::kAdminHandOver:
        return hand_over(request, caller);
      case Operation::kAdminLegal:
        return legal(request);
      case Operation::kAdminLayouts:
        return layouts();
      case Operation::kAdminKeys:
        return keys();
      case Operation::kAdminTrust:
        return trust();
      case Operation::kAdminAudit:
        return audit(request);
      case Operation::kAdminAuditRecord:
        return audit_record(resource);
      case Operation::kAdminState:
        return state();
      default:
        return check();
    }
  };
  if (row.operation == Operation::kAdminLayoutPreview) return layout_preview(resource, request);
  if (row.operation == Operation::kAdminAuditProof) return audit_proof(resource);
  ANTIN_TRY(const auto body, answer());
  return body_of(body);
}

}  // namespace antin::service
