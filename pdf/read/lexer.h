#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "certs/core/bytes.h"
#include "pdf/geometry.h"

namespace antin::pdf {

/// White space as ISO 32000-2 7.2.3, NUL included.
bool is_white(std::uint8_t octet) noexcept;
bool is_delimiter(std::uint8_t octet) noexcept;

/// Reads PDF tokens from octets as they stand in a file. Strict: what it does not know is kBad.
/// Never allocates, never reads outside the view; one pass.
class Lexer {
 public:
  enum class Kind : std::uint8_t {
    kEnd,
    kInteger,
    kReal,
    kName,
    kString,
    kHexString,
    kDictionaryBegin,
    kDictionaryEnd,
    kArrayBegin,
    kArrayEnd,
    kKeyword,
    kBad
  };
  struct Token {
    Kind kind = Kind::kEnd;
    std::size_t begin = 0, end = 0;
    std::int64_t integer = 0;  ///< kInteger; saturated, `overflow` says so
    bool overflow = false;
  };

  Lexer(ByteView octets, std::size_t position) : octets_(octets), position_(position) {}

  Token next();
  std::size_t position() const noexcept { return position_; }
  void seek(std::size_t position) noexcept { position_ = position; }
  std::string_view text(const Token& token) const {
    return as_text(octets_).substr(token.begin, token.end - token.begin);
  }
  bool is_keyword(const Token& token, std::string_view word) const {
    return token.kind == Kind::kKeyword && text(token) == word;
  }
  void skip_white() noexcept;
  ByteView octets() const noexcept { return octets_; }

 private:
  Token number_or_keyword();
  Token literal_string();
  Token hex_string();

  ByteView octets_;
  std::size_t position_;
};

/// A value as it stands in the file: where, and what it is without following references.
struct RawValue {
  Lexer::Kind kind = Lexer::Kind::kBad;  ///< kDictionaryBegin/kArrayBegin: the whole container
  std::size_t begin = 0, end = 0;
  std::int64_t integer = 0;
  bool overflow = false;
  std::optional<ObjectId> reference;
};

/// A dictionary as it stands in the file, duplicates kept. Keys are without "/", #xx decoded.
struct RawDictionary {
  struct Entry {
    std::string key;
    RawValue value;
  };
  std::size_t begin = 0, end = 0;
  std::vector<Entry> entries;

  /// The last of that name, as libqpdf reads; nullptr when there is none.
  const RawValue* find(std::string_view key) const;
  std::optional<std::int64_t> integer(std::string_view key) const;
  /// A key that stands there twice (also as "#41" for "A").
  std::optional<std::string> duplicate() const;
};

/// Name without "/" with #xx decoded.
std::string decode_name(std::string_view written);

/// nullopt when the octets there are no such thing or nest deeper than `max_depth`. The lexer is
/// left behind what was read.
std::optional<RawValue> read_value(Lexer& lexer, std::size_t max_depth);
std::optional<RawDictionary> read_dictionary(Lexer& lexer, std::size_t max_depth);
/// Steps over one value, whatever is in it, and says what no value may hold: a dictionary with a
/// key twice. nullopt as for read_value().
struct ScannedValue {
  std::optional<std::string> duplicate;  ///< the first such key, decoded
  bool signs = false;                    ///< the dictionary itself has /ByteRange and /Contents
};
std::optional<ScannedValue> scan_value(Lexer& lexer, std::size_t max_depth);

/// The elements of the array that `value` spans.
std::optional<std::vector<RawValue>> read_array(ByteView octets, const RawValue& value,
                                                std::size_t max_depth);

}  // namespace antin::pdf
