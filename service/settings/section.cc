#include "service/settings/section.h"

#include <algorithm>

namespace antin::service::settings {

Error wrong(const std::string& key, const std::string& reason, Where where) {
  return make_error(Code::kConfigValue, key + ": " + reason, {{"key", key}, {"reason", reason}},
                    where);
}

const toml::node* Section::find(const char* key, const char* kind) {
  known_.emplace_back(key);
  // Tables are known by what stands in them.
  if (asked_ != nullptr && std::string_view(kind).empty()) asked_->push_back(name_of(key));
  return table_ == nullptr ? nullptr : table_->get(key);
}

Status Section::text(const char* key, std::string& out) {
  const auto* node = find(key);
  if (node == nullptr) return Done{};
  const auto* value = node->as_string();
  if (value == nullptr) return wrong(name_of(key), "not a string");
  if (value->get().find('\0') != std::string::npos) return wrong(name_of(key), "NUL in a string");
  out = value->get();
  return Done{};
}

Status Section::texts(const char* key, std::vector<std::string>& out) {
  const auto* node = find(key);
  if (node == nullptr) return Done{};
  const auto* array = node->as_array();
  if (array == nullptr) return wrong(name_of(key), "not an array of strings");
  std::vector<std::string> read;
  read.reserve(array->size());
  for (const auto& item : *array) {
    const auto* value = item.as_string();
    if (value == nullptr) return wrong(name_of(key), "not an array of strings");
    if (value->get().find('\0') != std::string::npos) return wrong(name_of(key), "NUL in a string");
    read.push_back(value->get());
  }
  out = std::move(read);
  return Done{};
}

Status Section::flag(const char* key, bool& out) {
  const auto* node = find(key);
  if (node == nullptr) return Done{};
  const auto* value = node->as_boolean();
  if (value == nullptr) return wrong(name_of(key), "not true or false");
  out = value->get();
  return Done{};
}

Status Section::integer(const char* key, std::int64_t& out, std::int64_t least, std::int64_t most) {
  const auto* node = find(key);
  if (node == nullptr) return Done{};
  const auto* value = node->as_integer();
  if (value == nullptr) return wrong(name_of(key), "not an integer");
  if (value->get() < least || value->get() > most)
    return wrong(name_of(key),
                 "not between " + std::to_string(least) + " and " + std::to_string(most));
  out = value->get();
  return Done{};
}

Status Section::real(const char* key, double& out, double least, double most) {
  const auto* node = find(key);
  if (node == nullptr) return Done{};
  const auto value = node->value<double>();
  if (!value || !node->is_number()) return wrong(name_of(key), "not a number");
  // Written so that what is not a number is refused too.
  if (!(*value >= least && *value <= most))
    return wrong(name_of(key),
                 "not between " + std::to_string(least) + " and " + std::to_string(most));
  out = *value;
  return Done{};
}

Result<Section> Section::section(const char* key) {
  const auto* node = find(key, "table");
  if (node == nullptr) return Section(nullptr, name_of(key), asked_);
  if (node->as_table() == nullptr) return wrong(name_of(key), "not a table");
  return Section(node->as_table(), name_of(key), asked_);
}

Result<std::vector<Section>> Section::sections(const char* key) {
  std::vector<Section> out;
  const auto* node = find(key, "tables");
  if (node == nullptr) {
    if (table_ == nullptr) out.emplace_back(nullptr, name_of(key), asked_);
    return out;
  }
  const auto* array = node->as_array();
  if (array == nullptr) return wrong(name_of(key), "not an array of tables");
  out.reserve(array->size());
  for (const auto& item : *array) {
    if (item.as_table() == nullptr) return wrong(name_of(key), "not an array of tables");
    out.emplace_back(item.as_table(), name_of(key), asked_);
  }
  return out;
}

Status Section::done() const {
  if (table_ == nullptr) return Done{};
  for (const auto& [key, value] : *table_) {
    if (std::find(known_.begin(), known_.end(), key.str()) != known_.end()) continue;
    const auto full = prefix_ + std::string(key.str());
    return make_error(Code::kConfigUnknownKey, full, {{"key", full}});
  }
  return Done{};
}

Result<File> File::parse(std::string_view text, const std::string& schema) {
  try {
    File file(toml::parse(text));
    const auto* said = file.table_.get_as<std::string>("schema");
    if (said != nullptr && said->get() == schema) return file;
    return make_error(Code::kConfigSchema, "schema is not \"" + schema + "\"",
                      {{"schema", schema}});
  } catch (const toml::parse_error& problem) {
    const auto at = problem.source().begin;
    const auto reason = std::string(problem.description()) + " (" + std::to_string(at.line) + ":" +
                        std::to_string(at.column) + ")";
    return make_error(Code::kConfigUnreadable, reason, {{"reason", reason}});
  }
}

Section File::root() const {
  Section root(&table_, "");
  root.known_.emplace_back("schema");
  return root;
}

}  // namespace antin::service::settings
