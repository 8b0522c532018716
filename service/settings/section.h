#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <toml++/toml.h>
#include <vector>

#include "certs/core/error.h"

namespace antin::service::settings {

/// Names of keys, "http.port".
using Keys = std::vector<std::string>;

/// kConfigValue with {key} and {reason}.
Error wrong(const std::string& key, const std::string& reason, Where where = Where::here());

/// One table of a strict file. Every key that is asked for is known; done() names the first that
/// nobody asked for. A getter leaves its argument as it is when the key is absent. Without a table
/// every key is absent, and `asked` learns what a reader knows.
///
/// Fails with kConfigValue for a wrong type or a value out of its bounds. Refers to the File.
class Section {
 public:
  Section(const toml::table* table, const std::string& name, Keys* asked = nullptr)
      : table_(table), prefix_(name.empty() ? "" : name + "."), asked_(asked) {}

  bool present() const noexcept { return table_ != nullptr; }
  bool has(const char* key) const { return table_ != nullptr && table_->contains(key); }
  /// "http.port"
  std::string name_of(const char* key) const { return prefix_ + key; }

  Status text(const char* key, std::string& out);
  Status texts(const char* key, std::vector<std::string>& out);
  Status flag(const char* key, bool& out);
  template <class Number>
  Status number(const char* key, Number& out, std::int64_t least, std::int64_t most) {
    auto value = static_cast<std::int64_t>(out);
    ANTIN_CHECK(integer(key, value, least, most));
    out = static_cast<Number>(value);
    return Done{};
  }
  /// A number with or without a fraction.
  Status real(const char* key, double& out, double least, double most);
  template <class Span>
  Status seconds(const char* key, Span& out, std::int64_t most) {
    std::int64_t count = std::chrono::duration_cast<std::chrono::seconds>(out).count();
    ANTIN_CHECK(integer(key, count, 1, most));
    if (has(key)) out = std::chrono::seconds(count);
    return Done{};
  }
  Result<Section> section(const char* key);
  /// An array of tables, [[key]]. Its sections are named "key"; without a table there is one, so
  /// that `asked` learns of what stands in each.
  Result<std::vector<Section>> sections(const char* key);
  /// kConfigUnknownKey for the first key that nobody asked for.
  Status done() const;

 private:
  friend class File;
  Status integer(const char* key, std::int64_t& out, std::int64_t least, std::int64_t most);
  const toml::node* find(const char* key, const char* kind = "");

  const toml::table* table_;
  std::string prefix_;
  Keys* asked_;
  Keys known_;
};

/// A whole file with `schema = "…"` at its head.
class File {
 public:
  /// Fails with kConfigUnreadable ({reason}) or kConfigSchema ({schema}).
  static Result<File> parse(std::string_view text, const std::string& schema);
  /// The file's own table; `schema` counts as asked for.
  Section root() const;

 private:
  explicit File(toml::table table) : table_(std::move(table)) {}
  toml::table table_;
};

}  // namespace antin::service::settings
