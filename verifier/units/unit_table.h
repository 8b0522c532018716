#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "certs/core/error.h"

namespace antin::verifier {

/// A name for comparing. Case, blanks, composed or decomposed letters, the place of the tone mark
/// ("Uỷ ban", "Ủy ban") and "UBND" for "Ủy ban nhân dân" do not matter; every letter and every tone
/// does. Not for showing.
std::string name_key(std::string_view utf8);
/// Does a name_key() begin with these whole words (a name_key() too)? Never with none.
bool begins_with_words(const std::string& key, const std::string& words);

/// One office (vietnam.md V-20): agencies were merged and renamed, their certificates were not.
struct Unit {
  std::string code, name;
  std::vector<std::string> also;  ///< other spellings of the name it has now
  struct Former {
    std::string name;
    std::string from, until;  ///< "2025-06-30"; "" when not known
  };
  std::vector<Former> former;
  std::vector<std::string> certificates;  ///< SHA-256 of the seal's certificates
};

/// Who signs for whom, as data: a file of TOML, schema = "antin-units/1". Cheap to copy.
class UnitTable {
 public:
  UnitTable() = default;
  /// Fails with kUnitsConfig naming the key. At most 20,000 units of 64 names each.
  static Result<UnitTable> read(std::string_view toml);

  /// In the order of the file.
  const std::vector<Unit>& all() const;
  const Unit* with_code(std::string_view code) const;
  /// All that have or had this name: communes of two provinces may share one.
  std::vector<const Unit*> named(std::string_view name) const;
  const Unit* with_certificate(std::string_view sha256) const;
  /// Does the unit have this name, or had it?
  static bool bears(const Unit& unit, std::string_view name);
  /// The former name of `unit` that `name` is; nullptr when it is the one it has now.
  static const Unit::Former* former(const Unit& unit, std::string_view name);

 private:
  struct Index {
    std::vector<Unit> units;
    std::multimap<std::string, std::size_t> by_name;  ///< key of every name it has or had
  };
  std::shared_ptr<const Index> index_;
};

}  // namespace antin::verifier
