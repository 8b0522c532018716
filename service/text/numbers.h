#pragma once

#include <string>
#include <string_view>

namespace antin::service {

/// A number or a book as the register finds it: without blanks, in lower case, each part between
/// slashes without leading zeros. "0125 / ĐT" and "125/đt" are one number.
std::string register_key(std::string_view text);

/// "2026-06-01": a day that exists, between 1900 and 2999.
bool is_day(std::string_view text);
/// "01/06/2026" of such a day.
std::string vietnam_day(const std::string& day);

}  // namespace antin::service
