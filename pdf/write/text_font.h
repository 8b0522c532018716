#pragma once

#include <array>
#include <map>
#include <string>
#include <vector>

#include "pdf/read/content_stream.h"

namespace antin::pdf {

/// How a font of the page turns the octets of a shown string into characters and advances.
class TextFont {
 public:
  struct Glyph {
    std::u32string text;
    double advance = 0;  ///< in parts of the type size
    bool space = false;  ///< single-octet code 32: word spacing applies (9.3.3)
  };

  /// Reads /Encoding, /ToUnicode, /Widths, /W, /DW. What is missing stays unknown.
  /// Fails with kResourceLimit.
  static Result<TextFont> from(QPDFObjectHandle dictionary);

  std::vector<Glyph> decode(std::string_view shown) const;

 private:
  void read_simple(const QPDFObjectHandle& dictionary);
  void read_composite(const QPDFObjectHandle& dictionary);
  Status read_to_unicode(QPDFObjectHandle stream);

  bool composite_ = false;  ///< two octets per code
  std::map<unsigned, std::u32string> unicode_;
  std::map<unsigned, double> advances_;
  double default_advance_ = 0.5;
};

}  // namespace antin::pdf
