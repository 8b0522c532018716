#pragma once

#include <string>
#include <vector>

#include "verifier/report.h"
#include "verifier/units/unit_table.h"

namespace antin::verifier {

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
