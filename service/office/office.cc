#include "service/office/office.h"

#include <algorithm>
#include <set>

#include "service/office/numbering.h"
#include "service/text/unicode.h"

namespace antin::office {
namespace {

Error wrong(const std::string& key, const std::string& reason) {
  return make_error(Code::kOfficeTable, key + ": " + reason, {{"key", key}, {"reason", reason}});
}

Error unknown_person(std::string_view id) {
  return make_error(Code::kPersonUnknown, std::string{id}, {{"nguoi", std::string{id}}});
}
Error unknown_unit(std::string_view code) {
  return make_error(Code::kUnitUnknown, std::string{code}, {{"don_vi", std::string{code}}});
}
Error not_authorised(const Person& person, Duty duty) {
  return make_error(Code::kNotAuthorised, person.id,
                    {{"nguoi", person.name}, {"vai_tro", std::string{words(duty)}}});
}

// Spelled alike but for blanks, case and the form of its letters; accents count.
std::string capacity_key(std::string_view text) {
  std::string key;
  for (const char c : service::upper_case(service::to_nfc(text))) {
    if (c != ' ') key += c;
  }
  return key;
}

bool in_force(const Authorisation& one, LegalDay day) {
  return one.from <= day && (!one.to || day <= *one.to);
}

Error outside(const Person& person, const Authorisation& one, LegalDay day) {
  return make_error(Code::kAuthorisationDates, person.id,
                    {{"nguoi", person.name},
                     {"vai_tro", std::string{words(one.duty)}},
                     {"tu", one.from.vietnam()},
                     {"den", one.to ? one.to->vietnam() : "khi có văn bản khác"},
                     {"ngay", day.vietnam()}});
}

bool owns(const Person& person, const std::string& certificate) {
  return std::find(person.certificates.begin(), person.certificates.end(), certificate) !=
         person.certificates.end();
}

}  // namespace

Result<Office> Office::make(OfficeData data, UnitTable units) {
  const auto hand_overs = std::move(data.hand_overs);
  data.hand_overs.clear();
  Office office{std::make_shared<const State>(State{std::move(data), std::move(units)})};
  ANTIN_CHECK(office.check_people());
  for (const auto& one : office.data().authorisations) ANTIN_CHECK(office.check(one));
  for (const auto& one : office.data().series) ANTIN_CHECK(office.check(one));
  for (const auto& one : office.data().result_qr) ANTIN_CHECK(office.check(one));
  auto state = std::make_shared<State>(*office.state_);
  for (const auto& one : hand_overs) {
    const Office before{state};
    if (const auto good = before.check(one, before.last_hand_over(one.unit, one.at)); !good)
      return wrong("hand_over.at", to_rfc3339(one.at));
    state->data.hand_overs.push_back(one);
  }
  return Office{std::move(state)};
}

Status Office::check_people() const {
  std::set<std::string> ids, certificates;
  for (const auto& person : data().people) {
    if (person.id.empty() || !ids.insert(person.id).second) return wrong("person.id", person.id);
    if (!service::is_nfc(person.name) || service::trimmed(person.name).empty())
      return wrong("person.name", person.id);
    for (const auto& one : person.certificates) {
      // Whose signature it is must be certain.
      if (!certificates.insert(one).second) return wrong("person.certificates", one);
    }
  }
  return Done{};
}

Status Office::check(const Authorisation& one) const {
  const auto* holder = person(one.person);
  if (holder == nullptr) return wrong("authorisation.person", one.person);
  if (units().with_code(one.unit) == nullptr) return wrong("authorisation.unit", one.unit);
  if (one.to && *one.to < one.from) return wrong("authorisation.to", one.to->iso());
  if (service::trimmed(one.capacity).empty() || !service::is_nfc(one.capacity))
    return wrong("authorisation.capacity", one.person);
  if (service::trimmed(one.basis).empty()) return wrong("authorisation.basis", one.person);
  if (!one.certificate.empty() && !owns(*holder, one.certificate))
    return wrong("authorisation.certificate", one.certificate);
  return Done{};
}

Status Office::check(const SeriesSetting& setting) const {
  if (units().with_code(setting.unit) == nullptr) return wrong("series.unit", setting.unit);
  if (!setting.format.empty() && !NumberFormat::parse(setting.format))
    return wrong("series.format", setting.format);
  const auto same =
      std::count_if(data().series.begin(), data().series.end(), [&](const SeriesSetting& other) {
        return other.unit == setting.unit && other.book == setting.book;
      });
  return same == 1 ? Status{Done{}} : wrong("series.book", setting.book);
}

Status Office::check(const ResultQrSetting& setting) const {
  if (units().with_code(setting.unit) == nullptr) return wrong("result_qr.unit", setting.unit);
  if (setting.content != kFourPartQr) return wrong("result_qr.content", setting.content);
  const auto& all = data().result_qr;
  const auto same = std::count_if(all.begin(), all.end(), [&](const ResultQrSetting& other) {
    return other.unit == setting.unit;
  });
  return same == 1 ? Status{Done{}} : wrong("result_qr.unit", setting.unit);
}

const Person* Office::person(std::string_view id) const {
  const auto& people = data().people;
  const auto found =
      std::find_if(people.begin(), people.end(), [&](const Person& one) { return one.id == id; });
  return found == people.end() ? nullptr : &*found;
}

const Person* Office::person_with_certificate(std::string_view sha256) const {
  const auto& people = data().people;
  const auto found = std::find_if(people.begin(), people.end(), [&](const Person& one) {
    return owns(one, std::string{sha256});
  });
  return found == people.end() ? nullptr : &*found;
}

std::vector<Authorisation> Office::authorisations(std::string_view person, std::string_view unit,
                                                  Duty duty, LegalDay day) const {
  std::vector<Authorisation> found;
  for (const auto& one : data().authorisations) {
    if (one.person == person && one.unit == unit && one.duty == duty && in_force(one, day))
      found.push_back(one);
  }
  return found;
}

Result<Permission> Office::may(Duty duty, const SignQuestion& question) const {
  const auto* who = person(question.person);
  if (who == nullptr) return unknown_person(question.person);
  const auto* unit = units().with_code(question.unit);
  if (unit == nullptr) return unknown_unit(question.unit);
  const Authorisation* other_days = nullptr;
  for (const auto& one : data().authorisations) {
    if (one.person == who->id && one.unit == unit->code && one.duty == duty) other_days = &one;
  }
  if (other_days == nullptr) return not_authorised(*who, duty);
  auto held = authorisations(who->id, unit->code, duty, question.day);
  if (held.empty()) return outside(*who, *other_days, question.day);

  const auto of_other = [&] {
    return make_error(Code::kCertificateOfOther, question.certificate, {{"nguoi", who->name}});
  };
  if (!question.certificate.empty()) {
    if (!owns(*who, question.certificate)) return of_other();
    held.erase(std::remove_if(held.begin(), held.end(),
                              [&](const Authorisation& one) {
                                return !one.certificate.empty() &&
                                       one.certificate != question.certificate;
                              }),
               held.end());
    if (held.empty()) return of_other();
  }
  const auto wanted = capacity_key(question.capacity);
  const auto chosen = std::find_if(held.begin(), held.end(), [&](const Authorisation& one) {
    return capacity_key(one.capacity) == wanted;
  });
  const bool only_one = wanted.empty() && held.size() == 1;
  if (chosen == held.end() && !only_one)
    return make_error(Code::kCapacityNotHeld, question.capacity,
                      {{"nguoi", who->name}, {"tu_cach", question.capacity}});
  const auto& used = only_one ? held.front() : *chosen;
  return Permission{who->id,       who->name,
                    unit->code,    unit_name(*unit, question.day),
                    used.capacity, capacity_of(used.capacity),
                    used.basis};
}

Result<Permission> Office::may_certify(const SignQuestion& question) const {
  return may(Duty::kCertify, question);
}

Result<Permission> Office::may_sign(const SignQuestion& question) const {
  return may(Duty::kSign, question);
}

Result<Permission> Office::may_seal(std::string_view id, std::string_view unit, UtcTime at) const {
  if (person(id) == nullptr) return unknown_person(id);
  if (units().with_code(unit) == nullptr) return unknown_unit(unit);
  const auto keeper = seal_keeper(unit, at);
  if (keeper.empty())
    return make_error(Code::kSealWithoutKeeper, std::string{unit}, {{"don_vi", std::string{unit}}});
  if (keeper != id) {
    const auto* other = person(keeper);
    return make_error(Code::kSealKeptByOther, keeper,
                      {{"nguoi", other == nullptr ? keeper : other->name}});
  }
  // Any of his assignments will do: a seal has no capacity to choose.
  const auto day = LegalDay::of(at);
  const auto held = authorisations(id, unit, Duty::kKeepSeal, day);
  return may(Duty::kKeepSeal, {std::string{id}, std::string{unit}, "",
                               held.empty() ? "" : held.front().capacity, day});
}

const HandOver* Office::last_hand_over(std::string_view unit, UtcTime until) const {
  const HandOver* last = nullptr;
  for (const auto& one : data().hand_overs) {
    if (one.unit == unit && one.at <= until) last = &one;
  }
  return last;
}

std::string Office::seal_keeper(std::string_view unit, UtcTime at) const {
  const auto* last = last_hand_over(unit, at);
  return last == nullptr ? std::string{} : last->to;
}

Status Office::check(const HandOver& hand_over, const HandOver* last) const {
  const auto refused = [](const char* what) {
    return make_error(Code::kHandOver, what, {{"reason", what}});
  };
  if (units().with_code(hand_over.unit) == nullptr) return unknown_unit(hand_over.unit);
  if (person(hand_over.to) == nullptr) return unknown_person(hand_over.to);
  if (hand_over.from != (last == nullptr ? std::string{} : last->to)) return refused("người giao");
  if (hand_over.to == hand_over.from) return refused("người nhận");
  if (service::trimmed(hand_over.permission).empty()) return refused("số văn bản cho phép");
  const auto at_once_or_later = [&](const HandOver& one) {
    return one.unit == hand_over.unit && one.at >= hand_over.at;
  };
  const auto& earlier = data().hand_overs;
  if (std::any_of(earlier.begin(), earlier.end(), at_once_or_later)) return refused("thời gian");
  const auto day = LegalDay::of(hand_over.at);
  if (authorisations(hand_over.to, hand_over.unit, Duty::kKeepSeal, day).empty())
    return refused("người nhận");
  return Done{};
}

Result<Office> Office::with(HandOver hand_over) const {
  ANTIN_CHECK(check(hand_over, last_hand_over(hand_over.unit, hand_over.at)));
  auto state = std::make_shared<State>(*state_);
  state->data.hand_overs.push_back(std::move(hand_over));
  return Office{std::move(state)};
}

bool Office::has_four_part_qr(std::string_view unit) const {
  const auto& all = data().result_qr;
  return std::any_of(all.begin(), all.end(),
                     [&](const ResultQrSetting& one) { return one.unit == unit; });
}

Series Office::series(std::string_view unit, const BookKind& book) const {
  Series series{book.symbols.empty() ? std::string{} : book.symbols.front(),
                book.formats.empty() ? std::string{"{n}"} : book.formats.front()};
  for (const auto& one : data().series) {
    if (one.unit != unit || one.book != book.code) continue;
    if (!one.symbol.empty()) series.symbol = one.symbol;
    if (!one.format.empty()) series.format = one.format;
  }
  return series;
}

}  // namespace antin::office
