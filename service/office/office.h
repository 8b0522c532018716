#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "service/office/legal_rules.h"
#include "service/office/people.h"

namespace antin::office {

/// Somebody is about to sign.
struct SignQuestion {
  std::string person;  ///< who is logged in
  std::string unit;
  std::string certificate;  ///< SHA-256 of the one the signature is made with; "" = not chosen yet
  std::string capacity;     ///< as chosen; "" = the only one
  LegalDay day;
};

/// He may: what is printed and recorded with the signature.
struct Permission {
  std::string person, name, unit, unit_name;
  std::string capacity;  ///< the authorisation's own spelling
  Capacity capacity_kind = Capacity::kOwn;
  std::string basis;
};

/// Symbol and format of a unit's book.
struct Series {
  std::string symbol, format;
};

/// People, their authorisations and the keepers of seals. Read-only and cheap to copy, for any
/// thread; a hand-over makes a new one.
class Office {
 public:
  /// Fails with kOfficeTable ({key}, {reason}) for what contradicts itself: a person twice, one
  /// certificate with two people, a unit, person or capacity that is not there, dates that end
  /// before they begin, a hand-over that with() would refuse.
  static Result<Office> make(OfficeData data, UnitTable units);

  /// The person who certifies (C-03). Fails with kPersonUnknown, kUnitUnknown, kNotAuthorised,
  /// kAuthorisationDates, kCertificateOfOther or kCapacityNotHeld.
  Result<Permission> may_certify(const SignQuestion& question) const;
  /// The competent person for the agency's own documents; fails likewise.
  Result<Permission> may_sign(const SignQuestion& question) const;
  /// Whoever uses the unit's seal must keep it, and still be assigned to. Fails as above,
  /// and with kSealKeptByOther ({nguoi}) or kSealWithoutKeeper. The agency's own key is not asked
  /// for here: it is not a person's.
  Result<Permission> may_seal(std::string_view id, std::string_view unit, UtcTime at) const;

  /// What the person may choose from on that day; empty when nothing is in force.
  std::vector<Authorisation> authorisations(std::string_view person, std::string_view unit,
                                            Duty duty, LegalDay day) const;
  /// The keeper of the unit's seal at that time: an id, or "".
  std::string seal_keeper(std::string_view unit, UtcTime at) const;
  /// Records a hand-over. Fails with kHandOver ({reason}: what is wrong), kPersonUnknown or
  /// kUnitUnknown; then nothing has changed.
  Result<Office> with(HandOver hand_over) const;

  const Person* person(std::string_view id) const;
  /// nullptr when nobody has it.
  const Person* person_with_certificate(std::string_view sha256) const;
  Series series(std::string_view unit, const BookKind& book) const;
  /// kFourPartQr on its results of procedures instead of the address for look-up.
  bool has_four_part_qr(std::string_view unit) const;

  const OfficeData& data() const { return state_->data; }
  const UnitTable& units() const { return state_->units; }

 private:
  struct State {
    OfficeData data;
    UnitTable units;
  };
  explicit Office(std::shared_ptr<const State> state) : state_(std::move(state)) {}
  Result<Permission> may(Duty duty, const SignQuestion& question) const;
  Status check(const Authorisation& authorisation) const;
  Status check(const SeriesSetting& setting) const;
  Status check(const ResultQrSetting& setting) const;
  Status check_people() const;
  Status check(const HandOver& hand_over, const HandOver* last) const;
  const HandOver* last_hand_over(std::string_view unit, UtcTime until) const;
  std::shared_ptr<const State> state_;
};

}  // namespace antin::office
