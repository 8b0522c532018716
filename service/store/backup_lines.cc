#include "service/store/backup_lines.h"

namespace antin::service {
namespace {

using Json = nlohmann::json;

Json json_of(const Database::Value& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) return *number;
  if (const auto* octets = std::get_if<Bytes>(&value)) return {{"x", to_hex(*octets)}};
  if (const auto* text = std::get_if<std::string>(&value)) {
    const Json plain = *text;
    // What does not come back as it was goes as octets.
    const auto again =
        Json::parse(plain.dump(-1, ' ', false, Json::error_handler_t::ignore), nullptr, false);
    if (again == plain) return plain;
    return {{"t", to_hex(as_bytes(*text))}};
  }
  return nullptr;
}

std::optional<Database::Value> value_of(const Json& json) {
  if (json.is_null()) return Database::Value(nullptr);
  if (json.is_number_integer()) return Database::Value(json.get<std::int64_t>());
  if (json.is_string()) return Database::Value(json.get<std::string>());
  if (!json.is_object() || json.size() != 1) return std::nullopt;
  const auto member = json.begin();
  Bytes octets;
  if (!member->is_string() || !from_hex(member->get<std::string>(), octets)) return std::nullopt;
  if (member.key() == "x") return Database::Value(std::move(octets));
  if (member.key() == "t") return Database::Value(std::string(as_text(octets)));
  return std::nullopt;
}

}  // namespace

std::string line_of(const Database::Row& row) {
  auto line = Json::array();
  for (const auto& value : row) line.push_back(json_of(value));
  return line.dump() + "\n";
}

std::optional<Database::Row> row_of(const Json& line) {
  if (!line.is_array()) return std::nullopt;
  Database::Row row;
  row.reserve(line.size());
  for (const auto& item : line) {
    auto value = value_of(item);
    if (!value) return std::nullopt;
    row.push_back(std::move(*value));
  }
  return row;
}

}  // namespace antin::service
