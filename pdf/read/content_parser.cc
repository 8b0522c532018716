#include <algorithm>
#include <array>
#include <map>

#include "pdf/read/content_stream.h"
#include "pdf/read/lexer.h"

namespace antin::pdf {
namespace {

using Object = QPDFObjectHandle;
using Kind = Lexer::Kind;

/// Every reader takes numbers of this length as they are written.
constexpr std::size_t kLongestInteger = 17, kLongestReal = 40;
constexpr std::size_t kMostKeys = 20;

/// Octets that every reader takes for part of a name or a keyword.
bool is_plain(std::string_view word) {
  return std::all_of(word.begin(), word.end(), [](char c) { return c > ' ' && c <= '~'; });
}

/// Operators and the words of CMaps; none of those between which an inline image stands (8.9.7),
/// or that mean something outside of content.
bool is_plain_keyword(std::string_view word) {
  const bool begins = (word[0] >= 'A' && word[0] <= 'Z') || (word[0] >= 'a' && word[0] <= 'z') ||
                      word == "'" || word == "\"";
  constexpr std::array<std::string_view, 6> kOthers = {"BI", "ID", "EI", "R", "obj", "endobj"};
  return begins && is_plain(word) &&
         std::find(kOthers.begin(), kOthers.end(), word) == kOthers.end();
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// Whole octets without white space.
bool is_plain_hex(std::string_view written) {
  return written.size() % 2 == 0 && std::all_of(written.begin() + 1, written.end() - 1,
                                                [](char c) { return hex_digit(c) >= 0; });
}

std::string decoded_hex(std::string_view written) {
  std::string out(written.size() / 2 - 1, '\0');
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = static_cast<char>(hex_digit(written[2 * i + 1]) * 16 + hex_digit(written[2 * i + 2]));
  }
  return out;
}

constexpr bool is_octal(char c) {
  return c >= '0' && c <= '7';
}

/// What 7.3.4.2 makes of the letter behind a backslash; 0 for none that it knows.
char escaped(char letter) {
  switch (letter) {
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case '(':
    case ')':
    case '\\':
      return letter;
    default:
      return 0;
  }
}

/// No ends of line but '\n', no escape sequences but those of table 3, numbers with three digits.
bool is_plain_string(std::string_view written) {
  if (written.find('\r') != written.npos) return false;
  for (auto at = written.find('\\'); at != written.npos; at = written.find('\\', at)) {
    const auto rest = written.substr(at + 1);
    const bool number = rest.size() > 3 && rest[0] <= '3' && is_octal(rest[0]) &&
                        is_octal(rest[1]) && is_octal(rest[2]);
    if (!number && (rest.size() < 2 || escaped(rest[0]) == 0)) return false;
    at += number ? 4 : 2;
  }
  return true;
}

std::string unescaped(std::string_view inner) {
  std::string out;
  for (;;) {
    const auto at = inner.find('\\');
    out += inner.substr(0, at);
    if (at == inner.npos) return out;
    inner.remove_prefix(at + 1);
    if (const char letter = escaped(inner[0]); letter != 0) {
      out += letter;
      inner.remove_prefix(1);
    } else {
      out += static_cast<char>((inner[0] - '0') * 64 + (inner[1] - '0') * 8 + (inner[2] - '0'));
      inner.remove_prefix(3);
    }
  }
}

/// Content that every reader splits into the same tokens: numbers, names, strings, arrays and
/// dictionaries of them, operators.
class PlainContent {
 public:
  explicit PlainContent(ByteView octets) : octets_(octets) {}

  /// Whether it is that plain, to its end.
  bool is_plain_throughout() const {
    Lexer lexer{octets_, 0};
    for (auto token = lexer.next(); token.kind != Kind::kEnd; token = lexer.next()) {
      if (token.kind == Kind::kArrayBegin) {
        token = lexer.next();
        while (is_plain_scalar(lexer, token)) token = lexer.next();
        if (token.kind != Kind::kArrayEnd) return false;
      } else if (token.kind == Kind::kDictionaryBegin) {
        if (!is_plain_dictionary(lexer)) return false;
      } else if (token.kind == Kind::kKeyword ? !is_plain_keyword(lexer.text(token))
                                              : !is_plain_scalar(lexer, token)) {
        return false;
      }
    }
    return true;
  }

  void hand_to(ContentReader& reader) const {
    Lexer lexer{octets_, 0};
    for (auto token = lexer.next(); token.kind != Kind::kEnd; token = lexer.next())
      reader.handleObject(object_of(lexer, token));
  }

 private:
  /// Behind its "<<": names, each once, with a scalar.
  static bool is_plain_dictionary(Lexer& lexer) {
    std::vector<std::string_view> keys;
    auto token = lexer.next();
    while (token.kind == Kind::kName && is_plain_scalar(lexer, token)) {
      const auto key = lexer.text(token);
      if (keys.size() >= kMostKeys || std::find(keys.begin(), keys.end(), key) != keys.end() ||
          !is_plain_scalar(lexer, lexer.next())) {
        return false;
      }
      keys.push_back(key);
      token = lexer.next();
    }
    return token.kind == Kind::kDictionaryEnd;
  }

  static bool is_plain_scalar(const Lexer& lexer, const Lexer::Token& token) {
    const auto text = lexer.text(token);
    switch (token.kind) {
      case Kind::kInteger:
        return text.size() <= kLongestInteger && text[0] != '+';
      case Kind::kReal:
        return text.size() <= kLongestReal && text[0] != '+';
      case Kind::kName:
        return text.size() > 1 && is_plain(text) && text.find('#') == text.npos;
      case Kind::kString:
        return is_plain_string(text);
      case Kind::kHexString:
        return is_plain_hex(text);
      default:
        return false;
    }
  }

  static Object object_of(Lexer& lexer, const Lexer::Token& token) {
    const auto text = lexer.text(token);
    switch (token.kind) {
      case Kind::kInteger:
        return Object::newInteger(token.integer);
      case Kind::kReal:
        return Object::newReal(std::string{text});
      case Kind::kName:
        return Object::newName(std::string{text});
      case Kind::kString:
        return Object::newString(unescaped(text.substr(1, text.size() - 2)));
      case Kind::kHexString:
        return Object::newString(decoded_hex(text));
      case Kind::kArrayBegin: {
        std::vector<Object> items;
        for (auto item = lexer.next(); item.kind != Kind::kArrayEnd; item = lexer.next())
          items.push_back(object_of(lexer, item));
        return Object::newArray(items);
      }
      case Kind::kDictionaryBegin: {
        std::map<std::string, Object> entries;
        for (auto key = lexer.next(); key.kind != Kind::kDictionaryEnd; key = lexer.next())
          entries[std::string{lexer.text(key)}] = object_of(lexer, lexer.next());
        return Object::newDictionary(entries);
      }
      default:
        break;
    }
    if (text == "true" || text == "false") return Object::newBool(text == "true");
    return text == "null" ? Object::newNull() : Object::newOperator(std::string{text});
  }

  ByteView octets_;
};

}  // namespace

bool parse_content(const Bytes& octets, ContentReader& reader) {
  PlainContent plain{octets};
  if (!plain.is_plain_throughout()) return parse_content_slowly(octets, reader);
  try {
    plain.hand_to(reader);
  } catch (const ContentReader::Stopped&) {
    return true;
  }
  return true;
}

bool parse_content_slowly(const Bytes& octets, ContentReader& reader) {
  QPDF scratch;
  scratch.setSuppressWarnings(true);
  scratch.emptyPDF();
  auto stream = scratch.newStream(std::string{as_text(octets)});
  try {
    QPDFObjectHandle::parseContentStream(stream, &reader);
  } catch (const ContentReader::Stopped&) {
    return !scratch.anyWarnings();
  }
  return !scratch.anyWarnings();
}

}  // namespace antin::pdf
