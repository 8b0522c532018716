#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "certs/core/random.h"

namespace antin::service {

/// A number or a book as the register finds it: without blanks, in lower case, each part between
/// slashes without leading zeros. "0125 / ĐT" and "125/đt" are one number.
std::string register_key(std::string_view text);

/// A public code: 80 random bits as 16 letters and digits that cannot be mistaken for each other
/// (no I, L, O, U).
std::string new_register_code(RandomSource& random);
/// As people type it: lower case, with dashes or blanks. nullopt when it cannot be one.
std::optional<std::string> read_register_code(std::string_view text);

/// "2026-06-01": a day that exists, between 1900 and 2999.
bool is_day(std::string_view text);
/// "01/06/2026" of such a day.
std::string vietnam_day(const std::string& day);

}  // namespace antin::service
