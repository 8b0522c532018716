#pragma once

#include <string_view>

namespace antin::service {

/// True for well-formed UTF-8 as Unicode table 3-7 defines it: no overlong form, no surrogate,
/// nothing above U+10FFFF.
bool is_utf8(std::string_view text) noexcept;

}  // namespace antin::service
