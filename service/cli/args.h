#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "certs/core/codes.h"
#include "certs/core/error.h"

namespace antin::service {

/// One long option of a command. Sentences stand in the help text only.
struct OptionSpec {
  enum class Kind { kFlag, kValue, kRepeatable };
  std::string_view name;  ///< without the dashes
  Kind kind;
  std::string_view value_name;  ///< "FILE"; "" for a flag
  std::string_view vi, en;      ///< one line of help each
  char letter = 0;              ///< "-o" beside "--output"; 0: none
};

/// What a command accepts. Every command also knows --help, -h and --lang.
struct CommandSpec {
  std::string_view name;   ///< "antin sign"
  std::string_view usage;  ///< "IN.pdf… -o OUT [options]"
  std::string_view vi, en;
  std::vector<OptionSpec> options;
  std::size_t min_positional = 0;
  std::size_t max_positional = 0;
};

/// A command line, checked against its CommandSpec: what is asked for is declared, or it is a
/// programming error and ends the process.
class Arguments {
 public:
  bool has(std::string_view option) const;
  std::optional<std::string> value(std::string_view option) const;
  std::string value_or(std::string_view option, std::string_view otherwise) const;
  std::vector<std::string> values(std::string_view option) const;
  const std::vector<std::string>& positional() const noexcept { return positional_; }
  bool help() const noexcept { return help_; }
  std::optional<Language> language() const noexcept { return language_; }

  /// One of `choices`; `otherwise` when the option is absent. Fails with kCliBadValue.
  Result<std::string> choice(std::string_view option,
                             std::initializer_list<std::string_view> choices,
                             std::string_view otherwise) const;
  /// A decimal number in [least, most]. Fails with kCliBadValue.
  Result<unsigned> number(std::string_view option, unsigned least, unsigned most,
                          unsigned otherwise) const;

 private:
  friend Result<Arguments> parse_arguments(const CommandSpec& spec,
                                           std::span<const std::string> words);
  std::vector<std::string> declared_;
  std::vector<std::pair<std::string, std::string>> given_;
  std::vector<std::string> positional_;
  std::optional<Language> language_;
  bool help_ = false;
};

/// `--name value`, `--name=value`, `-o value`; "--" ends the options; "-" alone is a positional.
/// `words`: without the program's and the command's name. Fails with kCliUnknownOption
/// ({tuy_chon}, {goi_y}), kCliMissingValue, kCliUnexpectedValue, kCliRepeated, kCliBadValue (for
/// --lang), kCliMissingFile, kCliTooManyFiles. With --help only unknown options fail.
Result<Arguments> parse_arguments(const CommandSpec& spec, std::span<const std::string> words);

/// The help page of a command.
std::string help_text(const CommandSpec& spec, Language language);

/// The candidate nearest to `word` by edit distance when it is near enough to suggest, else "".
std::string nearest(std::string_view word, std::span<const std::string_view> candidates);

/// argv[1…] as strings.
std::vector<std::string> words_of(int argc, char** argv, int first = 1);

}  // namespace antin::service
