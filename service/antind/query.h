#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "certs/core/error.h"

namespace antin::service {

using Parameters = std::map<std::string, std::string>;

/// Percent-decoding of RFC 3986 §2.1. nullopt for a bad triplet, a NUL, or what is not UTF-8 then.
std::optional<std::string> percent_decode(std::string_view text);

/// name=value pairs; '+' stays a plus. Fails with kHttpParameter for a name given twice, one that
/// is not in `known`, or a bad encoding.
Result<Parameters> parse_query(std::string_view query,
                               std::initializer_list<std::string_view> known);

/// "" when it is absent.
std::string option(const Parameters& options, const char* name);
/// Digits and nothing else; `usual` when it is absent. Fails with kHttpParameter.
Result<std::int64_t> number_option(const Parameters& options, const char* name, std::int64_t least,
                                   std::int64_t most, std::int64_t usual);
/// kHttpParameter ({parameter}).
Error wrong_parameter(const std::string& name, Where where = Where::here());

}  // namespace antin::service
