#include "service/cli_verify/explain.h"

#include <iostream>

#include "service/cli/messages.h"
#include "verifier/explanation.h"

namespace antin::service {
namespace {

void print(Code code, const std::vector<Language>& spoken) {
  for (const auto language : spoken) std::cout << verifier::explanation_text(code, language);
}

int refuse(const std::string& name, const std::vector<Language>& spoken) {
  constexpr std::size_t kMostHints = 3;
  std::string hints;
  for (const auto hint : verifier::similar_codes(name, kMostHints))
    hints += (hints.empty() ? "" : ", ") + std::string{hint};
  print_error(std::cerr,
              make_error(Code::kCliUnknownCode, name,
                         {{"gia_tri", name}, {"goi_y", hints.empty() ? "list" : hints}}),
              spoken);
  return kExitFailed;
}

}  // namespace

int explain(const std::string& name, const std::vector<Language>& spoken, ExplainAs form) {
  const auto code = code_named(name);
  if (name != "list" && !code) return refuse(name, spoken);
  if (form == ExplainAs::kJson) {
    std::cout << (code ? verifier::explanation_json(*code) : verifier::explanations_json()) << '\n';
  } else if (code) {
    print(*code, spoken);
  } else {
    for (const auto& row : all_codes()) print(row.code, spoken);
  }
  return std::cout.flush() ? kExitOk : static_cast<int>(kExitFailed);
}

}  // namespace antin::service
