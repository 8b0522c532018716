#pragma once

#include <string>
#include <vector>

#include "service/store/database.h"
#include "service/text/unicode.h"

namespace antin::service {

/// Conditions of a search and their values, in the order in which they are numbered. What is empty
/// is not asked for.
class Conditions {
 public:
  /// The place of a value in the statement: "?1".
  std::string place(Database::Value value) {
    values_.push_back(std::move(value));
    return "?" + std::to_string(values_.size());
  }
  void add(const std::string& before, Database::Value value, const std::string& after = {}) {
    and_also(before + place(std::move(value)) + after);
  }
  void equal(const char* column, const std::string& value) {
    if (!value.empty()) add(std::string(column) + "=", value);
  }
  /// Search keys hold letters, digits and blanks, nothing that LIKE takes for a sign.
  void contains(const char* column, const std::string& text) {
    if (!text.empty()) add(std::string(column) + " LIKE ", "%" + search_key(text) + "%");
  }
  void one_of(const char* column, const std::vector<std::string>& values) {
    if (values.empty()) return;
    std::string list;
    for (const auto& value : values) list += (list.empty() ? "" : ", ") + place(value);
    and_also(std::string(column) + " IN (" + list + ")");
  }
  /// A condition without a value.
  void and_also(const std::string& condition) {
    text_ += (text_.empty() ? "WHERE " : " AND ") + condition;
  }
  const std::string& text() const { return text_; }
  const Database::Values& values() const { return values_; }

 private:
  std::string text_;
  Database::Values values_;
};

}  // namespace antin::service
