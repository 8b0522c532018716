#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "certs/core/codes.h"
#include "certs/core/error.h"

namespace antin::verifier {

/// What becomes of a result, or of a command, when a code stands in it.
enum class Effect : std::uint8_t {
  kNone,          ///< a remark: nothing
  kValid,         ///< says that all is well; exit code 0
  kInvalid,       ///< KHÔNG HỢP LỆ, or different; exit code 1
  kUndecided,     ///< CHƯA ĐỦ CĂN CỨ, or not comparable; exit code 2
  kFailed,        ///< the command or the request ends; exit code 3
  kWhenForbidden  ///< a change: exit code 1 where a signature does not permit it, else nothing
};

struct Explanation {
  std::string_view clause;  ///< standard, law or requirement
  Effect effect;
  /// "error", "warning", "info"; of a change that depends "error" when it is forbidden.
  std::string_view severity;
  /// As an error it ends a command or request, whatever it is as a finding.
  bool may_end_a_command;
};

/// Never fails: every code has a clause.
Explanation explanation_of(Code code) noexcept;
std::string effect_text(const Explanation& explanation, Language language);
/// The catalogue's advice; where there is none, that there is nothing to do, or whom to ask.
std::string what_to_do(Code code, Language language, const Params& params = {});

/// For a person at a terminal.
std::string explanation_text(Code code, Language language);
/// One JSON object; explanations_json(): an array of all codes.
std::string explanation_json(Code code);
std::string explanations_json();

/// The names nearest to one that nobody knows, best first, at most `most`.
std::vector<std::string_view> similar_codes(std::string_view name, std::size_t most);

}  // namespace antin::verifier
