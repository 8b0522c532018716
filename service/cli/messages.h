#pragma once

#include <iosfwd>
#include <optional>
#include <vector>

#include "certs/core/error.h"
#include "certs/core/finding.h"

namespace antin::service {

/// Exit codes of commands (interfaces.md); a command that does not judge uses the first and last.
enum ExitCode : int { kExitOk = 0, kExitInvalid = 1, kExitUndecided = 2, kExitFailed = 3 };

/// Languages to speak, in order: the one chosen by --lang; else the one of LC_ALL, LC_MESSAGES or
/// LANG when it is Vietnamese or English; else Vietnamese first, then English.
std::vector<Language> languages(std::optional<Language> chosen);

/// Sentence, reasons below it (each cause that has a code of its own), advice, and the code.
void print_error(std::ostream& out, const Error& error, const std::vector<Language>& languages);
void print_finding(std::ostream& out, const Finding& finding,
                   const std::vector<Language>& languages);
/// "vi / en", one line.
std::string speak(Code code, const Params& params, const std::vector<Language>& languages);
/// `vi` or `en` or both, for the few words that are not in the catalogue.
std::string speak(std::string_view vi, std::string_view en, const std::vector<Language>& languages);

}  // namespace antin::service
