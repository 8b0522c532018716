#include "tests/unit/verifier/schema.h"

#include <algorithm>
#include <regex>
#include <set>

namespace antin::verifier::schema {
namespace {

using Json = nlohmann::ordered_json;

const std::set<std::string> kKnown = {
    "$schema", "$id",   "$defs",   "$ref",     "title",      "description",
    "type",    "enum",  "const",   "required", "properties", "additionalProperties",
    "items",   "anyOf", "pattern", "minimum"};

bool is_type(const std::string& type, const Json& value) {
  if (type == "object") return value.is_object();
  if (type == "array") return value.is_array();
  if (type == "string") return value.is_string();
  if (type == "integer") return value.is_number_integer();
  if (type == "number") return value.is_number();
  if (type == "boolean") return value.is_boolean();
  return type == "null" && value.is_null();
}

class Checker {
 public:
  explicit Checker(const Json& root) : root_(root) {}

  std::string check(const Json& schema, const Json& value, const std::string& at) const {
    for (const auto& [key, ignored] : schema.items()) {
      if (!kKnown.contains(key)) return at + ": unknown keyword " + key;
    }
    if (schema.contains("$ref")) {
      const auto name = schema["$ref"].get<std::string>().substr(std::string{"#/$defs/"}.size());
      return check(root_["$defs"].at(name), value, at);
    }
    if (schema.contains("anyOf")) return check_any(schema["anyOf"], value, at);
    if (schema.contains("type") && !is_type(schema["type"], value))
      return at + ": is no " + schema["type"].get<std::string>();
    if (schema.contains("const") && schema["const"] != value) return at + ": const";
    if (schema.contains("enum") &&
        std::find(schema["enum"].begin(), schema["enum"].end(), value) == schema["enum"].end())
      return at + ": " + value.dump() + " is none of enum";
    if (schema.contains("pattern") &&
        !std::regex_search(value.get<std::string>(),
                           std::regex{schema["pattern"].get<std::string>()}))
      return at + ": pattern";
    if (schema.contains("minimum") && value.get<double>() < schema["minimum"].get<double>())
      return at + ": minimum";
    if (value.is_object()) return check_object(schema, value, at);
    if (value.is_array() && schema.contains("items")) return check_items(schema, value, at);
    return "";
  }

 private:
  std::string check_any(const Json& choices, const Json& value, const std::string& at) const {
    std::string why;
    for (const auto& choice : choices) {
      const auto one = check(choice, value, at);
      if (one.empty()) return "";
      why += one + "; ";
    }
    return why;
  }
  std::string check_object(const Json& schema, const Json& value, const std::string& at) const {
    for (const auto& key : schema.value("required", Json::array())) {
      if (!value.contains(key.get<std::string>())) return at + ": lacks " + key.dump();
    }
    const auto properties = schema.value("properties", Json::object());
    for (const auto& [key, inner] : value.items()) {
      if (properties.contains(key)) {
        const auto why = check(properties[key], inner, at + "/" + key);
        if (!why.empty()) return why;
      } else if (schema.contains("additionalProperties")) {
        return at + ": has " + key;
      }
    }
    return "";
  }
  std::string check_items(const Json& schema, const Json& value, const std::string& at) const {
    for (std::size_t i = 0; i < value.size(); ++i) {
      const auto why = check(schema["items"], value[i], at + "/" + std::to_string(i));
      if (!why.empty()) return why;
    }
    return "";
  }

  const Json& root_;
};

}  // namespace

std::string violation(const Json& schema, const Json& value) {
  return Checker{schema}.check(schema, value, "");
}

}  // namespace antin::verifier::schema
