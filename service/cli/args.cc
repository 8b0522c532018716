#include "service/cli/args.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <initializer_list>
#include <numeric>
#include <utility>

namespace antin::service {
namespace {

constexpr OptionSpec kLang{.name = "lang",
                           .kind = OptionSpec::Kind::kValue,
                           .value_name = "vi|en",
                           .vi = "ngôn ngữ hiển thị",
                           .en = "language of the messages"};
constexpr OptionSpec kHelp{.name = "help",
                           .kind = OptionSpec::Kind::kFlag,
                           .value_name = "",
                           .vi = "in trang trợ giúp này",
                           .en = "print this page",
                           .letter = 'h'};

std::vector<OptionSpec> all_options(const CommandSpec& spec) {
  auto all = spec.options;
  all.push_back(kLang);
  all.push_back(kHelp);
  return all;
}

std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    auto diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const auto replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

Error bad_value(std::string_view option, std::string_view value, std::string_view expected) {
  return make_error(Code::kCliBadValue, "--" + std::string(option),
                    {{"tuy_chon", "--" + std::string(option)},
                     {"gia_tri", std::string(value)},
                     {"cho_phep", std::string(expected)}});
}

Error about(Code code, const std::string& option) {
  return make_error(code, option, {{"tuy_chon", option}});
}

}  // namespace

std::string nearest(std::string_view word, std::span<const std::string_view> candidates) {
  std::string best;
  auto least = std::max<std::size_t>(2, word.size() / 3) + 1;
  for (const auto candidate : candidates) {
    const auto far = distance(word, candidate);
    if (far < least) {
      least = far;
      best = candidate;
    }
  }
  return best;
}

Result<Arguments> parse_arguments(const CommandSpec& spec, std::span<const std::string> words) {
  const auto options = all_options(spec);
  Arguments result;
  std::vector<std::string_view> names;
  for (const auto& option : options) {
    names.push_back(option.name);
    result.declared_.emplace_back(option.name);
  }
  bool only_files = false;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string_view word = words[i];
    if (only_files || word.size() < 2 || word.front() != '-') {
      result.positional_.emplace_back(word);
      continue;
    }
    if (word == "--") {
      only_files = true;
      continue;
    }
    const bool long_form = word[1] == '-';
    const auto equals = long_form ? word.find('=') : std::string_view::npos;
    const auto typed = word.substr(0, equals);
    const auto found = std::find_if(options.begin(), options.end(), [&](const OptionSpec& option) {
      return long_form ? typed.substr(2) == option.name
                       : word.size() == 2 && option.letter != 0 && word[1] == option.letter;
    });
    if (found == options.end()) {
      const auto hint = long_form ? nearest(typed.substr(2), names) : std::string{};
      return make_error(
          Code::kCliUnknownOption, std::string(typed),
          {{"tuy_chon", std::string(typed)}, {"goi_y", hint.empty() ? "--help" : "--" + hint}});
    }
    const std::string shown = "--" + std::string(found->name);
    std::string value;
    if (found->kind == OptionSpec::Kind::kFlag) {
      if (equals != std::string_view::npos) return about(Code::kCliUnexpectedValue, shown);
    } else if (equals != std::string_view::npos) {
      value = word.substr(equals + 1);
    } else if (i + 1 < words.size()) {
      value = words[++i];
    } else {
      return about(Code::kCliMissingValue, shown);
    }
    if (found->kind != OptionSpec::Kind::kRepeatable && result.has(found->name))
      return about(Code::kCliRepeated, shown);
    if (found->name == kHelp.name) result.help_ = true;
    if (found->name == kLang.name) {
      if (value != "vi" && value != "en") return bad_value("lang", value, "vi, en");
      result.language_ = value == "vi" ? Language::kVietnamese : Language::kEnglish;
    }
    result.given_.emplace_back(std::string(found->name), std::move(value));
  }
  if (result.help_) return result;
  if (result.positional_.size() < spec.min_positional)
    return make_error(Code::kCliMissingFile, std::string(spec.name),
                      {{"cach_dung", std::string(spec.name) + " " + std::string(spec.usage)}});
  if (result.positional_.size() > spec.max_positional)
    return make_error(Code::kCliTooManyFiles, result.positional_[spec.max_positional],
                      {{"gia_tri", result.positional_[spec.max_positional]}});
  return result;
}

bool Arguments::has(std::string_view option) const {
  if (std::find(declared_.begin(), declared_.end(), option) == declared_.end()) std::abort();
  return std::any_of(given_.begin(), given_.end(),
                     [&](const auto& one) { return one.first == option; });
}

std::vector<std::string> Arguments::values(std::string_view option) const {
  std::vector<std::string> all;
  if (!has(option)) return all;
  for (const auto& [name, value] : given_) {
    if (name == option) all.push_back(value);
  }
  return all;
}

std::optional<std::string> Arguments::value(std::string_view option) const {
  auto all = values(option);
  if (all.empty()) return std::nullopt;
  return std::move(all.front());
}

std::string Arguments::value_or(std::string_view option, std::string_view otherwise) const {
  return value(option).value_or(std::string(otherwise));
}

Result<std::string> Arguments::choice(std::string_view option,
                                      std::initializer_list<std::string_view> choices,
                                      std::string_view otherwise) const {
  const auto chosen = value_or(option, otherwise);
  std::string expected;
  for (const auto allowed : choices) {
    if (chosen == allowed) return chosen;
    expected += (expected.empty() ? "" : ", ") + std::string(allowed);
  }
  return bad_value(option, chosen, expected);
}

Result<unsigned> Arguments::number(std::string_view option, unsigned least, unsigned most,
                                   unsigned otherwise) const {
  const auto typed = value(option);
  if (!typed) return otherwise;
  unsigned parsed = 0;
  const auto* end = typed->data() + typed->size();
  const auto [stopped, problem] = std::from_chars(typed->data(), end, parsed);
  if (problem != std::errc{} || stopped != end || parsed < least || parsed > most)
    return bad_value(option, *typed, std::to_string(least) + "…" + std::to_string(most));
  return parsed;
}

std::string help_text(const CommandSpec& spec, Language language) {
  const bool vietnamese = language == Language::kVietnamese;
  std::string page{spec.name};
  page += " ";
  page += spec.usage;
  page += "\n\n";
  page += vietnamese ? spec.vi : spec.en;
  page += "\n\n";
  for (const auto& option : all_options(spec)) {
    std::string left =
        option.letter != 0 ? std::string("  -") + option.letter + ", --" : "      --";
    left += option.name;
    if (!option.value_name.empty()) left += " " + std::string(option.value_name);
    constexpr std::size_t kColumn = 38;
    if (left.size() + 1 < kColumn) {
      left.resize(kColumn, ' ');
    } else {
      left += "\n" + std::string(kColumn, ' ');
    }
    page += left;
    page += vietnamese ? option.vi : option.en;
    page += "\n";
  }
  return page;
}

std::vector<std::string> words_of(int argc, char** argv, int first) {
  std::vector<std::string> words;
  const std::span<char*> all(argv, static_cast<std::size_t>(argc));
  for (auto i = static_cast<std::size_t>(first); i < all.size(); ++i) words.emplace_back(all[i]);
  return words;
}

}  // namespace antin::service
