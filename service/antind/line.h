#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include "service/text/unicode.h"

namespace antin::service {

/// What people read: no control characters, not too long, and not blank.
inline bool is_line(std::string_view text, std::size_t most) {
  return characters(text) <= most && text.find_first_not_of(' ') != std::string_view::npos &&
         std::none_of(text.begin(), text.end(),
                      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

/// In quotation marks, as TOML and labels of metrics have it; without control characters.
inline std::string in_quotes(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (static_cast<unsigned char>(c) >= 0x20) out += c;
  }
  return out + '"';
}

}  // namespace antin::service
