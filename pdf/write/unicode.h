#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace antin::pdf {

/// Code points of UTF-8; ill-formed octets become U+FFFD.
std::u32string code_points(std::string_view utf8);
std::string utf8_of(std::u32string_view text);
/// Unicode normalisation form C: what fonts have glyphs for. NFD input would set tone marks beside
/// the letters.
std::string to_nfc(std::string_view utf8);
/// Canonical decomposition of one code point, appended.
void append_decomposed(char32_t code_point, std::u32string& out);
int combining_class(char32_t code_point);
/// White space of any kind, and format characters that are not seen (soft hyphen, joiners, bidi).
bool is_blank(char32_t code_point);
/// Control and format characters: never drawn, able to reorder what is.
bool is_invisible_control(char32_t code_point);

}  // namespace antin::pdf
