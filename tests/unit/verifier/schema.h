#pragma once

#include <nlohmann/json.hpp>
#include <string>

/// The part of JSON Schema 2020-12 that docs/report.schema.json uses: type, enum, const, required,
/// properties, additionalProperties: false, items, $ref into $defs, anyOf, pattern, minimum.
namespace antin::verifier::schema {

/// "" when `value` follows `schema`, else where and why not. A keyword that is not known here is a
/// violation too: nothing passes by not being understood.
std::string violation(const nlohmann::ordered_json& schema, const nlohmann::ordered_json& value);

}  // namespace antin::verifier::schema
