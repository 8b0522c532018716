#include "pdf/read/lexer.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <limits>

namespace antin::pdf {
namespace {

enum CharacterClass : std::uint8_t { kRegular, kWhite, kDelimiter };

constexpr std::array<std::uint8_t, 256> kClasses = [] {
  std::array<std::uint8_t, 256> classes{};
  for (const char c : {'\0', '\t', '\n', '\f', '\r', ' '}) {
    classes[static_cast<std::uint8_t>(c)] = kWhite;
  }
  for (const char c : {'(', ')', '<', '>', '[', ']', '{', '}', '/', '%'}) {
    classes[static_cast<std::uint8_t>(c)] = kDelimiter;
  }
  return classes;
}();

int hex_digit(std::uint8_t c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

bool is_white(std::uint8_t octet) noexcept {
  return kClasses[octet] == kWhite;
}

bool is_delimiter(std::uint8_t octet) noexcept {
  return kClasses[octet] == kDelimiter;
}

void Lexer::skip_white() noexcept {
  while (position_ < octets_.size()) {
    const auto c = octets_[position_];
    if (c == '%') {  // a comment runs to the end of its line
      while (position_ < octets_.size() && octets_[position_] != '\n' && octets_[position_] != '\r')
        ++position_;
    } else if (is_white(c)) {
      ++position_;
    } else {
      return;
    }
  }
}

Lexer::Token Lexer::next() {
  skip_white();
  if (position_ >= octets_.size()) return {Kind::kEnd, octets_.size(), octets_.size()};
  const auto begin = position_;
  const auto one = [&](Kind kind, std::size_t length) {
    position_ += length;
    return Token{kind, begin, position_};
  };
  const auto following = begin + 1 < octets_.size() ? octets_[begin + 1] : std::uint8_t{0};
  switch (octets_[begin]) {
    case '<':
      return following == '<' ? one(Kind::kDictionaryBegin, 2) : hex_string();
    case '>':
      return following == '>' ? one(Kind::kDictionaryEnd, 2) : one(Kind::kBad, 1);
    case '[':
      return one(Kind::kArrayBegin, 1);
    case ']':
      return one(Kind::kArrayEnd, 1);
    case '(':
      return literal_string();
    case '/':
      ++position_;
      while (position_ < octets_.size() && kClasses[octets_[position_]] == kRegular) ++position_;
      return {Kind::kName, begin, position_};
    case ')':
    case '{':
    case '}':
      return one(Kind::kBad, 1);
    default:
      return number_or_keyword();
  }
}

Lexer::Token Lexer::number_or_keyword() {
  Token token{Kind::kKeyword, position_, position_};
  std::size_t digits = 0, signs = 0, dots = 0, others = 0;
  std::int64_t value = 0;
  for (; position_ < octets_.size() && kClasses[octets_[position_]] == kRegular; ++position_) {
    const auto c = octets_[position_];
    if (c >= '0' && c <= '9') {
      ++digits;
      if (value > (std::numeric_limits<std::int64_t>::max() - 9) / 10) {
        token.overflow = true;
      } else {
        value = value * 10 + (c - '0');
      }
    } else if ((c == '+' || c == '-') && position_ == token.begin) {
      ++signs;
    } else if (c == '.') {
      ++dots;
    } else {
      ++others;
    }
  }
  token.end = position_;
  if (others != 0 || digits == 0 || dots > 1) return token;
  if (dots == 1) {
    token.kind = Kind::kReal;
    return token;
  }
  token.kind = Kind::kInteger;
  token.integer = signs != 0 && octets_[token.begin] == '-' ? -value : value;
  return token;
}

Lexer::Token Lexer::literal_string() {
  const auto begin = position_++;
  for (std::size_t open = 1; position_ < octets_.size(); ++position_) {
    switch (octets_[position_]) {
      case '\\':
        ++position_;
        break;
      case '(':
        ++open;
        break;
      case ')':
        if (--open == 0) return {Kind::kString, begin, ++position_};
        break;
      default:
        break;
    }
  }
  position_ = octets_.size();
  return {Kind::kBad, begin, position_};
}

Lexer::Token Lexer::hex_string() {
  const auto begin = position_;
  const auto close = as_text(octets_).find('>', begin);
  if (close == std::string_view::npos) {
    position_ = octets_.size();
    return {Kind::kBad, begin, position_};
  }
  position_ = close + 1;
  return {Kind::kHexString, begin, position_};
}

const RawValue* RawDictionary::find(std::string_view key) const {
  const auto found = std::find_if(entries.rbegin(), entries.rend(),
                                  [&](const Entry& entry) { return entry.key == key; });
  return found == entries.rend() ? nullptr : &found->value;
}

std::optional<std::int64_t> RawDictionary::integer(std::string_view key) const {
  const auto* value = find(key);
  if (value == nullptr || value->kind != Lexer::Kind::kInteger || value->overflow ||
      value->reference) {
    return std::nullopt;
  }
  return value->integer;
}

std::optional<std::string> RawDictionary::duplicate() const {
  std::vector<std::string_view> keys;
  keys.reserve(entries.size());
  for (const auto& entry : entries) keys.emplace_back(entry.key);
  std::sort(keys.begin(), keys.end());
  const auto twice = std::adjacent_find(keys.begin(), keys.end());
  if (twice == keys.end()) return std::nullopt;
  return std::string{*twice};
}

std::string decode_name(std::string_view written) {
  std::string name;
  if (written.starts_with('/')) written.remove_prefix(1);
  if (written.find('#') == std::string_view::npos) return std::string{written};
  for (std::size_t i = 0; i < written.size(); ++i) {
    if (written[i] == '#' && i + 2 < written.size()) {
      const auto high = hex_digit(static_cast<std::uint8_t>(written[i + 1]));
      const auto low = hex_digit(static_cast<std::uint8_t>(written[i + 2]));
      if (high >= 0 && low >= 0) {
        name += static_cast<char>(high * 16 + low);
        i += 2;
        continue;
      }
    }
    name += written[i];
  }
  return name;
}

std::optional<RawValue> read_value(Lexer& lexer, std::size_t max_depth) {
  using Kind = Lexer::Kind;
  const auto first = lexer.next();
  RawValue value{first.kind, first.begin, first.end, first.integer, first.overflow, std::nullopt};
  switch (first.kind) {
    case Kind::kEnd:
    case Kind::kBad:
    case Kind::kDictionaryEnd:
    case Kind::kArrayEnd:
      return std::nullopt;
    case Kind::kInteger: {
      const auto after = lexer.position();
      const auto generation = lexer.next();
      if (generation.kind == Kind::kInteger && lexer.is_keyword(lexer.next(), "R") &&
          first.integer >= 0 && first.integer <= std::numeric_limits<int>::max() &&
          generation.integer >= 0 && generation.integer <= 65'535) {
        value.reference =
            ObjectId{static_cast<int>(first.integer), static_cast<int>(generation.integer)};
        value.end = lexer.position();
      } else {
        lexer.seek(after);
      }
      return value;
    }
    case Kind::kDictionaryBegin:
    case Kind::kArrayBegin: {
      std::vector<Kind> open{first.kind};
      while (!open.empty()) {
        const auto token = lexer.next();
        if (token.kind == Kind::kEnd || token.kind == Kind::kBad) return std::nullopt;
        if (token.kind == Kind::kDictionaryBegin || token.kind == Kind::kArrayBegin) {
          if (open.size() >= max_depth) return std::nullopt;
          open.push_back(token.kind);
        } else if (token.kind == Kind::kDictionaryEnd || token.kind == Kind::kArrayEnd) {
          const auto matching =
              token.kind == Kind::kDictionaryEnd ? Kind::kDictionaryBegin : Kind::kArrayBegin;
          if (open.back() != matching) return std::nullopt;
          open.pop_back();
        }
      }
      value.end = lexer.position();
      return value;
    }
    default:
      return value;
  }
}

std::optional<RawDictionary> read_dictionary(Lexer& lexer, std::size_t max_depth) {
  using Kind = Lexer::Kind;
  RawDictionary dictionary;
  const auto begin = lexer.next();
  if (begin.kind != Kind::kDictionaryBegin) return std::nullopt;
  dictionary.begin = begin.begin;
  for (;;) {
    const auto key = lexer.next();
    if (key.kind == Kind::kDictionaryEnd) break;
    if (key.kind != Kind::kName) return std::nullopt;
    auto value = read_value(lexer, max_depth);
    if (!value) return std::nullopt;
    dictionary.entries.push_back({decode_name(lexer.text(key)), *value});
  }
  dictionary.end = lexer.position();
  return dictionary;
}

namespace {

/// The containers that are open while a value is stepped over, and the keys of its dictionaries.
class OpenContainers {
 public:
  explicit OpenContainers(std::size_t max_depth) : max_depth_(max_depth) {}

  bool empty() const { return open_.empty(); }
  bool in_dictionary() const { return open_.back().is_dictionary; }

  bool begin(bool is_dictionary) {
    if (open_.size() >= max_depth_) return false;
    open_.push_back({is_dictionary, keys_.size()});
    return true;
  }

  void key(std::string_view written) { keys_.push_back(written); }

  bool end(bool is_dictionary, ScannedValue& scanned) {
    if (open_.empty() || open_.back().is_dictionary != is_dictionary) return false;
    const auto first = open_.back().first_key;
    open_.pop_back();
    if (is_dictionary) judge_keys(first, scanned);
    keys_.resize(first);
    return true;
  }

 private:
  struct Container {
    bool is_dictionary;
    std::size_t first_key;
  };

  void judge_keys(std::size_t first, ScannedValue& scanned) {
    const auto begin = keys_.begin() + static_cast<std::ptrdiff_t>(first);
    if (open_.empty()) {
      const auto has = [&](std::string_view name) {
        return std::any_of(begin, keys_.end(),
                           [&](std::string_view key) { return decode_name(key) == name; });
      };
      scanned.signs = has("ByteRange") && has("Contents");
    }
    if (scanned.duplicate || keys_.size() - first < 2) return;
    if (std::any_of(begin, keys_.end(),
                    [](std::string_view key) { return key.find('#') != key.npos; })) {
      std::vector<std::string> decoded;
      decoded.reserve(keys_.size() - first);
      std::transform(begin, keys_.end(), std::back_inserter(decoded), decode_name);
      note_twins(decoded.begin(), decoded.end(), scanned);
    } else {
      note_twins(begin, keys_.end(), scanned);
    }
  }

  template <class Iterator>
  static void note_twins(Iterator begin, Iterator end, ScannedValue& scanned) {
    std::sort(begin, end);
    const auto twice = std::adjacent_find(begin, end);
    if (twice != end) scanned.duplicate = decode_name(*twice);
  }

  std::size_t max_depth_;
  std::vector<Container> open_;
  std::vector<std::string_view> keys_;
};

/// The value of a dictionary's key, or a lone value: a reference is one.
bool step_over_scalar(Lexer& lexer, const Lexer::Token& token) {
  using Kind = Lexer::Kind;
  if (token.kind == Kind::kEnd || token.kind == Kind::kBad) return false;
  if (token.kind != Kind::kInteger) return true;
  const auto after = lexer.position();
  if (lexer.next().kind != Kind::kInteger || !lexer.is_keyword(lexer.next(), "R")) {
    lexer.seek(after);
  }
  return true;
}

}  // namespace

std::optional<ScannedValue> scan_value(Lexer& lexer, std::size_t max_depth) {
  using Kind = Lexer::Kind;
  ScannedValue scanned;
  OpenContainers open{max_depth};
  do {
    auto token = lexer.next();
    if (token.kind == Kind::kDictionaryEnd || token.kind == Kind::kArrayEnd) {
      if (!open.end(token.kind == Kind::kDictionaryEnd, scanned)) return std::nullopt;
      continue;
    }
    if (!open.empty() && open.in_dictionary()) {
      if (token.kind != Kind::kName) return std::nullopt;
      open.key(lexer.text(token));
      token = lexer.next();
    }
    if (token.kind == Kind::kDictionaryBegin || token.kind == Kind::kArrayBegin) {
      if (!open.begin(token.kind == Kind::kDictionaryBegin)) return std::nullopt;
      continue;
    }
    if (token.kind == Kind::kDictionaryEnd || token.kind == Kind::kArrayEnd) return std::nullopt;
    // Inside an array the parts of a reference pass as they come.
    if (!open.empty() && !open.in_dictionary()) {
      if (token.kind == Kind::kEnd || token.kind == Kind::kBad) return std::nullopt;
    } else if (!step_over_scalar(lexer, token)) {
      return std::nullopt;
    }
  } while (!open.empty());
  return scanned;
}

std::optional<std::vector<RawValue>> read_array(ByteView octets, const RawValue& value,
                                                std::size_t max_depth) {
  if (value.kind != Lexer::Kind::kArrayBegin || value.end <= value.begin) return std::nullopt;
  Lexer lexer{octets.first(value.end - 1), value.begin + 1};
  std::vector<RawValue> elements;
  for (;;) {
    lexer.skip_white();
    if (lexer.position() >= value.end - 1) return elements;
    auto element = read_value(lexer, max_depth);
    if (!element) return std::nullopt;
    elements.push_back(*element);
  }
}

}  // namespace antin::pdf
