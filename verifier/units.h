#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "certs/core/error.h"
#include "verifier/report.h"

namespace antin::verifier {

/// A name for comparing. Case, blanks, composed or decomposed letters, the place of the tone mark
/// ("Uỷ ban", "Ủy ban") and "UBND" for "Ủy ban nhân dân" do not matter; every letter and every tone
/// does. Not for showing.
std::string name_key(std::string_view utf8);

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

/// How antin tells a person from an agency, and their units: part of the policy file.
struct SignerRules {
  /// A name that begins so is an agency's. Names of one word that are surnames too ("Ban", "Đoàn")
  /// must not stand here.
  std::vector<std::string> agency_names = {
      "Ủy ban nhân dân",    "UBND",           "Hội đồng nhân dân", "Văn phòng",
      "Trung tâm",          "Phòng Tư pháp",  "Phòng công chứng",  "Sở Tư pháp",
      "Tổng lãnh sự quán",  "Đại sứ quán",    "Công an",           "Tòa án nhân dân",
      "Viện kiểm sát nhân", "Bảo hiểm xã hội"};
  UnitTable units;
  /// What a certified copy must have (certified_copy.h), or nothing but good signatures.
  enum class CertifiedCopy { kOfficerThenAgency, kAny };
  CertifiedCopy certified_copy = CertifiedCopy::kOfficerThenAgency;
};

enum class SignerRole { kPerson, kAgency };
/// An agency's certificate names the agency itself: its common name is the name of its
/// organization or of a unit of the table, or begins as agencies' names do, or the table has its
/// fingerprint. Everybody else is a person.
SignerRole role_of(const CertificateSummary& certificate, const SignerRules& rules);
/// The name of the office that a person or an agency signs for: the agency's own name; of a person
/// the most particular one that is an agency's, from OU up to O.
std::string office_of(const CertificateSummary& certificate, const SignerRules& rules);

enum class SameUnit { kYes, kNo, kUnknown };
/// Do the two sign for the same unit? By the table where it knows both. Where it does not, equal
/// names in places that do not contradict each other are yes, everything else is unknown: names
/// alone never say no.
SameUnit same_unit(const CertificateSummary& officer, const CertificateSummary& agency,
                   const SignerRules& rules);

}  // namespace antin::verifier
