#include "pdf/write/text_font.h"

#include <podofo/podofo.h>

#include "pdf/read/form.h"
#include "pdf/read/stream_limits.h"

namespace antin::pdf {
namespace {

constexpr std::size_t kMaxCMap = std::size_t{8} << 20U;
constexpr std::size_t kMaxMappings = 200'000;
constexpr double kGlyphUnits = 1000;  // 9.2.4
constexpr double kMaxAdvance = 100'000;

// PoDoFo's tables give UTF-16BE whatever the machine.
char32_t from_be(PoDoFo::pdf_utf16be unit) {
  const auto low = static_cast<unsigned>(unit & 0xFFU);
  const auto high = static_cast<unsigned>((unit >> 8U) & 0xFFU);
  return std::endian::native == std::endian::little ? char32_t{low << 8U | high} : char32_t{unit};
}

const PoDoFo::PdfEncoding& named_encoding(const std::string& name) {
  using Factory = PoDoFo::PdfEncodingFactory;
  if (name == "WinAnsiEncoding") return *Factory::GlobalWinAnsiEncodingInstance();
  if (name == "MacRomanEncoding") return *Factory::GlobalMacRomanEncodingInstance();
  return *Factory::GlobalStandardEncodingInstance();
}

std::u32string from_utf16be(const std::string& octets) {
  std::u32string text;
  const auto unit = [&](std::size_t at) {
    return static_cast<char32_t>(static_cast<unsigned char>(octets[at]) << 8 |
                                 static_cast<unsigned char>(octets[at + 1]));
  };
  for (std::size_t at = 0; at + 1 < octets.size(); at += 2) {
    char32_t c = unit(at);
    if (c >= 0xD800 && c < 0xDC00 && at + 3 < octets.size()) {
      const char32_t low = unit(at + 2);
      if (low >= 0xDC00 && low < 0xE000) {
        c = 0x10000 + ((c - 0xD800) << 10U) + (low - 0xDC00);
        at += 2;
      }
    }
    text += c;
  }
  return text;
}

unsigned code_of(const std::string& octets) {
  unsigned code = 0;
  for (const char c : octets) code = (code << 8U) | static_cast<unsigned char>(c);
  return code;
}

double advance_of(QPDFObjectHandle number, double otherwise) {
  if (!number.isNumber()) return otherwise;
  const double value = number.getNumericValue();
  return value >= -kMaxAdvance && value <= kMaxAdvance ? value / kGlyphUnits : otherwise;
}

// bfchar and bfrange sections of a ToUnicode CMap (9.10.3).
class CMapReader final : public ContentReader {
 public:
  explicit CMapReader(std::map<unsigned, std::u32string>& out) : out_(out) {}
  bool too_large() const { return too_large_; }

  void handleObject(QPDFObjectHandle object) override {
    if (!object.isOperator()) {
      operands_.push_back(object);
      if (operands_.size() > kMaxMappings) give_up();
      return;
    }
    const std::string name = object.getOperatorValue();
    if (name == "endbfchar") {
      for (std::size_t i = 0; i + 1 < operands_.size(); i += 2) {
        if (operands_[i].isString() && operands_[i + 1].isString()) {
          add(code_of(operands_[i].getStringValue()),
              from_utf16be(operands_[i + 1].getStringValue()));
        }
      }
    } else if (name == "endbfrange") {
      for (std::size_t i = 0; i + 2 < operands_.size(); i += 3) {
        range(operands_[i], operands_[i + 1], operands_[i + 2]);
      }
    }
    operands_.clear();
  }

 private:
  [[noreturn]] void give_up() {
    too_large_ = true;
    stop();
  }
  void add(unsigned code, std::u32string text) {
    if (out_.size() >= kMaxMappings) give_up();
    out_[code] = std::move(text);
  }
  void range(QPDFObjectHandle first, QPDFObjectHandle last, QPDFObjectHandle target) {
    if (!first.isString() || !last.isString()) return;
    const unsigned low = code_of(first.getStringValue());
    const unsigned high = code_of(last.getStringValue());
    constexpr unsigned kMostCodes = 0x10000;
    if (high < low || high - low >= kMostCodes) return;
    if (target.isArray()) {
      const auto items = target.getArrayAsVector();
      for (unsigned i = 0; i <= high - low && i < items.size(); ++i) {
        auto item = items[i];
        if (item.isString()) add(low + i, from_utf16be(item.getStringValue()));
      }
    } else if (target.isString()) {
      std::u32string text = from_utf16be(target.getStringValue());
      if (text.empty()) return;
      for (unsigned code = low; code <= high; ++code, ++text.back()) add(code, text);
    }
  }

  std::map<unsigned, std::u32string>& out_;
  std::vector<QPDFObjectHandle> operands_;
  bool too_large_ = false;
};

}  // namespace

Result<TextFont> TextFont::from(QPDFObjectHandle dictionary) {
  TextFont font;
  if (!dictionary.isDictionary()) return font;
  font.composite_ = name_of(key_of(dictionary, "/Subtype")) == "Type0";
  if (font.composite_) {
    font.read_composite(dictionary);
  } else {
    font.read_simple(dictionary);
  }
  ANTIN_CHECK(font.read_to_unicode(key_of(dictionary, "/ToUnicode")));
  return font;
}

void TextFont::read_simple(const QPDFObjectHandle& dictionary) {
  auto encoding = key_of(dictionary, "/Encoding");
  const auto base = encoding.isDictionary() ? key_of(encoding, "/BaseEncoding") : encoding;
  const auto& table = named_encoding(name_of(base));
  constexpr int kCodes = 256;
  for (int code = 0; code < kCodes; ++code) {
    const char32_t c = from_be(table.GetCharCode(code));
    if (c != 0) unicode_[static_cast<unsigned>(code)] = std::u32string{c};
  }
  auto differences = key_of(encoding, "/Differences");
  if (differences.isArray()) {
    long long code = 0;
    for (auto& item : differences.getArrayAsVector()) {
      if (item.isInteger()) {
        code = item.getIntValue();
      } else if (item.isName() && code >= 0 && code < kCodes) {
        const char32_t c = from_be(
            PoDoFo::PdfDifferenceEncoding::NameToUnicodeID(PoDoFo::PdfName{name_of(item).c_str()}));
        unicode_[static_cast<unsigned>(code++)] = c == 0 ? std::u32string{} : std::u32string{c};
      }
    }
  }
  auto first = key_of(dictionary, "/FirstChar");
  auto widths = key_of(dictionary, "/Widths");
  if (!first.isInteger() || !widths.isArray()) return;
  default_advance_ = advance_of(key_of(key_of(dictionary, "/FontDescriptor"), "/MissingWidth"), 0);
  long long code = first.getIntValue();
  for (auto& width : widths.getArrayAsVector()) {
    if (code >= 0 && code < kCodes) {
      advances_[static_cast<unsigned>(code)] = advance_of(width, default_advance_);
    }
    if (++code >= kCodes) break;
  }
}

void TextFont::read_composite(const QPDFObjectHandle& dictionary) {
  auto descendants = key_of(dictionary, "/DescendantFonts");
  if (!descendants.isArray() || descendants.getArrayNItems() < 1) return;
  auto descendant = descendants.getArrayItem(0);
  default_advance_ = advance_of(key_of(descendant, "/DW"), 1);
  auto widths = key_of(descendant, "/W");
  if (!widths.isArray()) return;
  // 9.7.4.3: "c [w1 w2 …]" or "first last w".
  const auto items = widths.getArrayAsVector();
  constexpr long long kCodes = 0x10000;
  for (std::size_t i = 0; i + 1 < items.size();) {
    auto first = items[i];
    auto second = items[i + 1];
    if (!first.isInteger()) return;
    const long long low = first.getIntValue();
    if (low < 0 || low >= kCodes) return;
    if (second.isArray()) {
      long long code = low;
      for (auto& width : second.getArrayAsVector()) {
        if (code >= kCodes) break;
        advances_[static_cast<unsigned>(code++)] = advance_of(width, default_advance_);
      }
      i += 2;
      continue;
    }
    if (!second.isInteger() || i + 2 >= items.size()) return;
    const double advance = advance_of(items[i + 2], default_advance_);
    const long long high = std::min(second.getIntValue(), kCodes - 1);
    for (long long code = low; code <= high; ++code) {
      advances_[static_cast<unsigned>(code)] = advance;
    }
    i += 3;
  }
}

Status TextFont::read_to_unicode(QPDFObjectHandle stream) {
  if (!stream.isStream()) return Done{};
  ANTIN_TRY(const auto octets, decoded_stream(stream, kMaxCMap));
  if (!octets) return Done{};
  std::map<unsigned, std::u32string> mapped;
  CMapReader reader{mapped};
  parse_content(*octets, reader);
  if (reader.too_large()) return make_error(Code::kResourceLimit, "ToUnicode map too large");
  for (auto& [code, text] : mapped) unicode_[code] = std::move(text);
  return Done{};
}

std::vector<TextFont::Glyph> TextFont::decode(std::string_view shown) const {
  std::vector<Glyph> glyphs;
  const std::size_t step = composite_ ? 2 : 1;
  for (std::size_t at = 0; at + step <= shown.size(); at += step) {
    const unsigned code = code_of(std::string{shown.substr(at, step)});
    const auto text = unicode_.find(code);
    const auto advance = advances_.find(code);
    glyphs.push_back({text == unicode_.end() ? std::u32string{} : text->second,
                      advance == advances_.end() ? default_advance_ : advance->second,
                      !composite_ && code == ' '});
  }
  return glyphs;
}

}  // namespace antin::pdf
