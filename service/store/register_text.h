#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "certs/core/random.h"
#include "service/text/numbers.h"

namespace antin::service {

/// A public code: 80 random bits as 16 letters and digits that cannot be mistaken for each other
/// (no I, L, O, U).
std::string new_register_code(RandomSource& random);
/// As people type it: lower case, with dashes or blanks. nullopt when it cannot be one.
std::optional<std::string> read_register_code(std::string_view text);

}  // namespace antin::service
