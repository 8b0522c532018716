#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace antin::verifier {

/// The code point at `at`, which moves behind it; an octet that is not well-formed UTF-8
/// (Unicode 15 table 3-7) counts as one U+FFFD. `at` must be inside.
char32_t next_code_point(std::string_view utf8, std::size_t& at) noexcept;
void append_utf8(std::string& out, char32_t code_point);

/// Text from certificates, documents and file names as a person may see it on paper or a screen:
/// one line; well-formed; what is invisible or turns the writing direction is spelt out
/// ("‹U+202E›"), so that a name cannot read differently from what it is; after `most` code points
/// it is cut, with "…" and the number of those left out. Nothing is escaped here.
std::string visible(std::string_view foreign, std::size_t most = 400);

/// The same text for XML 1.0 (section 2.2): characters that XML cannot hold become U+FFFD; all
/// others stay, since a program reads it.
std::string xml_characters(std::string_view foreign);

}  // namespace antin::verifier
