#pragma once

#include <string>
#include <string_view>

namespace antin::service {

/// Well-formed UTF-8 in normalisation form C, as TCVN 6909:2001 has it (vietnam.md A-07)?
bool is_nfc(std::string_view utf8);
/// Form C; "" for what is not UTF-8.
std::string to_nfc(std::string_view utf8);

/// What a search compares: lower case, without accents (đ is d), words between single blanks, all
/// else left out. "giay khai sinh" finds "Giấy khai sinh". "" for what is not UTF-8.
std::string search_key(std::string_view utf8);

/// Capitals of Vietnamese too: "sctđt/bs" becomes "SCTĐT/BS". Unchanged when it is not UTF-8.
std::string upper_case(std::string_view utf8);

/// Code points, as limits of what people type count them.
std::size_t characters(std::string_view utf8);

/// Without blanks around it.
std::string_view trimmed(std::string_view text);

}  // namespace antin::service
