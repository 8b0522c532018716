#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace antin::service {

/// Characters of a text in UTF-8, as the limits of the interface count them.
inline std::size_t characters(std::string_view utf8) {
  return static_cast<std::size_t>(std::count_if(utf8.begin(), utf8.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  }));
}

/// What people read: no control characters, not too long, and not blank.
inline bool is_line(std::string_view text, std::size_t most) {
  return characters(text) <= most && text.find_first_not_of(' ') != std::string_view::npos &&
         std::none_of(text.begin(), text.end(),
                      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

}  // namespace antin::service
