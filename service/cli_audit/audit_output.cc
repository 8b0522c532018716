#include "service/cli_audit/audit_output.h"

#include <iostream>

#include "service/cli/messages.h"

namespace antin::service {

nlohmann::ordered_json findings_json(const Findings& findings) {
  auto all = nlohmann::ordered_json::array();
  for (const auto& finding : findings) {
    nlohmann::ordered_json parameters = nlohmann::ordered_json::object();
    for (const auto& [name, value] : finding.params) parameters[name] = value;
    const auto text = [&](auto say) {
      return nlohmann::ordered_json{
          {"vi", say(finding.code, Language::kVietnamese, finding.params)},
          {"en", say(finding.code, Language::kEnglish, finding.params)}};
    };
    all.push_back({{"code", info(finding.code).name},
                   {"severity", name(finding.severity)},
                   {"parameters", std::move(parameters)},
                   {"message", text(sentence)},
                   {"action", text(advice)}});
  }
  return all;
}

void print_json(const nlohmann::ordered_json& json) {
  std::cout << json.dump(1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) << '\n';
}

int exit_code_of(const Findings& findings) noexcept {
  int code = kExitOk;
  for (const auto& finding : findings) {
    if (finding.severity == Severity::kError) return kExitInvalid;
    if (finding.severity == Severity::kWarning) code = kExitUndecided;
  }
  return code;
}

}  // namespace antin::service
