#include "verifier/units.h"

#include <algorithm>

namespace antin::verifier {
namespace {

bool sounds_like_agency(std::string_view name, const SignerRules& rules) {
  const auto key = name_key(name);
  return std::any_of(
             rules.agency_names.begin(), rules.agency_names.end(),
             [&](const std::string& words) { return begins_with_words(key, name_key(words)); }) ||
         !rules.units.named(name).empty();
}

std::vector<std::string> keys_of(const std::vector<std::string>& names) {
  std::vector<std::string> keys;
  keys.reserve(names.size());
  for (const auto& name : names) keys.push_back(name_key(name));
  return keys;
}

// "Nghệ An" and "Tỉnh Nghệ An" are one place; "Nghệ An" and "Hà Tĩnh" are two.
bool contradict(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  if (a.empty() || b.empty()) return false;
  const auto left = keys_of(a), right = keys_of(b);
  return std::none_of(left.begin(), left.end(), [&](const std::string& one) {
    return std::any_of(right.begin(), right.end(), [&](const std::string& other) {
      return one == other || one.ends_with(" " + other) || other.ends_with(" " + one);
    });
  });
}

std::vector<const Unit*> units_of(const CertificateSummary& certificate, const SignerRules& rules) {
  if (const auto* unit = rules.units.with_certificate(certificate.sha256)) return {unit};
  return rules.units.named(office_of(certificate, rules));
}

}  // namespace

SignerRole role_of(const CertificateSummary& certificate, const SignerRules& rules) {
  if (rules.units.with_certificate(certificate.sha256) != nullptr) return SignerRole::kAgency;
  const auto key = name_key(certificate.name);
  for (const auto* names : {&certificate.organizations, &certificate.units}) {
    for (const auto& name : *names) {
      if (!key.empty() && name_key(name) == key) return SignerRole::kAgency;
    }
  }
  return sounds_like_agency(certificate.name, rules) ? SignerRole::kAgency : SignerRole::kPerson;
}

std::string office_of(const CertificateSummary& certificate, const SignerRules& rules) {
  if (role_of(certificate, rules) == SignerRole::kAgency) return certificate.name;
  // X.500 order goes from the whole to the part: the last OU is the most particular.
  for (auto unit = certificate.units.rbegin(); unit != certificate.units.rend(); ++unit) {
    if (sounds_like_agency(*unit, rules)) return *unit;
  }
  for (auto name = certificate.organizations.rbegin(); name != certificate.organizations.rend();
       ++name) {
    if (sounds_like_agency(*name, rules)) return *name;
  }
  return certificate.organizations.empty() ? std::string{} : certificate.organizations.back();
}

SameUnit same_unit(const CertificateSummary& officer, const CertificateSummary& agency,
                   const SignerRules& rules) {
  const auto of_officer = units_of(officer, rules);
  const auto of_agency = units_of(agency, rules);
  if (!of_officer.empty() && !of_agency.empty()) {
    const bool meet = std::any_of(of_officer.begin(), of_officer.end(), [&](const Unit* one) {
      return std::find(of_agency.begin(), of_agency.end(), one) != of_agency.end();
    });
    if (!meet) return SameUnit::kNo;
    if (of_officer.size() == 1 && of_agency.size() == 1) return SameUnit::kYes;
  }
  // Where the table knows only one of them, the other is not among the unit's names.
  if (of_officer.empty() != of_agency.empty()) return SameUnit::kUnknown;
  const auto key = name_key(office_of(officer, rules));
  const bool equal = !key.empty() && key == name_key(office_of(agency, rules));
  return equal && !contradict(officer.places, agency.places) ? SameUnit::kYes : SameUnit::kUnknown;
}

}  // namespace antin::verifier
