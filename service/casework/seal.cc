#include "service/casework/seal.h"

#include <algorithm>
#include <span>

namespace antin::casework {
namespace {

using By = SignatureFact::By;
using Signatures = std::span<const SignatureFact>;

Error refused(Code code, const SignatureFact& signature, const SignedDocument& document) {
  return make_error(code, to_hex(signature.certificate_sha256),
                    {{"ten", signature.name}, {"don_vi", document.unit}, {"ngay", document.day}});
}

// Each by itself, and the last one with nothing behind it.
Status sound(Signatures signatures, const SignedDocument& document) {
  for (const auto& one : signatures) {
    if (one.verdict == SignatureFact::Verdict::kFailed)
      return refused(Code::kSealSignatureBroken, one, document);
    if (one.verdict == SignatureFact::Verdict::kRevocationUnknown &&
        document.unknown == SignedDocument::Unknown::kRefused)
      return refused(Code::kSealRevocationUnknown, one, document);
    const bool last = &one == &signatures.back();
    if (one.after == SignatureFact::After::kMore ||
        (last && one.after != SignatureFact::After::kNothing))
      return refused(Code::kSealChangedAfter, one, document);
  }
  return Done{};
}

Status has_authority(const SignatureFact& person, const SignedDocument& document) {
  if (person.unit != SignatureFact::Unit::kSame)
    return refused(Code::kSealOtherUnit, person, document);
  if (person.authority != SignatureFact::Authority::kHeld)
    return refused(Code::kSealNotAuthorised, person, document);
  return Done{};
}

Status persons_allowed(Product product, Signatures persons, const SignedDocument& document) {
  const auto rule = before_seal(product);
  if (rule == BeforeSeal::kNobody) {
    if (persons.empty()) return Done{};
    return refused(Code::kSealSignatureUnwanted, persons.front(), document);
  }
  if (persons.empty()) {
    if (rule == BeforeSeal::kOptional) return Done{};
    return make_error(
        rule == BeforeSeal::kOfficer ? Code::kSealOfficerMissing : Code::kSealPersonMissing,
        std::string(name(product)));
  }
  if (rule == BeforeSeal::kPerson) {
    auto best = has_authority(persons.front(), document);
    for (const auto& person : persons.subspan(1)) {
      if (best) break;
      best = has_authority(person, document);
    }
    return best;
  }
  for (const auto& person : persons) ANTIN_CHECK(has_authority(person, document));
  return Done{};
}

bool is_agency(const SignatureFact& signature) {
  return signature.by == By::kAgency;
}

}  // namespace

BeforeSeal before_seal(Product product) noexcept {
  switch (product) {
    case Product::kResult:
      return BeforeSeal::kPerson;
    case Product::kRegisterCopy:
      return BeforeSeal::kOptional;
    case Product::kOfficeCopy:
      return BeforeSeal::kNobody;
    case Product::kCertifiedCopy:
      break;
  }
  return BeforeSeal::kOfficer;
}

Status more_may_sign(const SignedDocument& document) {
  const Signatures all(document.signatures);
  const auto agency = std::find_if(all.begin(), all.end(), is_agency);
  if (agency != all.end()) return refused(Code::kSealAlready, *agency, document);
  return sound(all, document);
}

Status seal_allowed(Product product, const SignedDocument& document) {
  ANTIN_CHECK(more_may_sign(document));
  return persons_allowed(product, document.signatures, document);
}

Status release_allowed(Product product, const SignedDocument& document) {
  const Signatures all(document.signatures);
  const auto agencies = std::count_if(all.begin(), all.end(), is_agency);
  if (agencies == 0) return make_error(Code::kReleaseSealMissing, std::string(name(product)));
  const auto first = std::find_if(all.begin(), all.end(), is_agency);
  const auto persons = all.first(static_cast<std::size_t>(first - all.begin()));
  if (agencies > 1) return refused(Code::kSealAlready, *first, document);
  ANTIN_CHECK(sound(all, document));
  if (!is_agency(all.back())) return refused(Code::kReleaseSignatureOrder, *first, document);
  if (first->unit != SignatureFact::Unit::kSame)
    return refused(Code::kSealOtherUnit, *first, document);
  return persons_allowed(product, persons, document);
}

}  // namespace antin::casework
