#include "service/cli/messages.h"

#include <cstdlib>
#include <ostream>
#include <string>
#include <string_view>

namespace antin::service {
namespace {

// Control characters in a name from a file or a host must not reach the terminal.
std::string printable(std::string_view text) {
  std::string clean;
  for (const char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    clean += octet < 0x20 || octet == 0x7F ? '?' : c;
  }
  return clean;
}

void print_lines(std::ostream& out, std::string_view indent, const std::vector<Language>& languages,
                 std::string (*text)(Code, Language, const Params&), Code code,
                 const Params& params) {
  for (const auto language : languages) {
    const auto line = text(code, language, params);
    if (!line.empty()) out << indent << printable(line) << '\n';
  }
}

}  // namespace

std::vector<Language> languages(std::optional<Language> chosen) {
  if (chosen) return {*chosen};
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): before any thread
    if (value == nullptr || *value == '\0') continue;
    const std::string_view locale{value};
    if (locale.substr(0, 2) == "vi") return {Language::kVietnamese};
    if (locale.substr(0, 2) == "en") return {Language::kEnglish};
    break;
  }
  return {Language::kVietnamese, Language::kEnglish};
}

void print_error(std::ostream& out, const Error& error, const std::vector<Language>& languages) {
  print_lines(out, "", languages, sentence, error.code, error.params);
  for (const auto* cause = error.cause.get(); cause != nullptr; cause = cause->cause.get())
    print_lines(out, "  - ", languages, sentence, cause->code, cause->params);
  print_lines(out, "  > ", languages, advice, error.code, error.params);
  out << "  [" << printable(to_log_line(error)) << "]\n";
}

void print_finding(std::ostream& out, const Finding& finding,
                   const std::vector<Language>& languages) {
  print_lines(out, "  ! ", languages, sentence, finding.code, finding.params);
}

std::string speak(Code code, const Params& params, const std::vector<Language>& languages) {
  return printable(speak(sentence(code, Language::kVietnamese, params),
                         sentence(code, Language::kEnglish, params), languages));
}

std::string speak(std::string_view vi, std::string_view en,
                  const std::vector<Language>& languages) {
  std::string line;
  for (const auto language : languages) {
    if (!line.empty()) line += " / ";
    line += language == Language::kVietnamese ? vi : en;
  }
  return line;
}

}  // namespace antin::service
