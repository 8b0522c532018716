// What a counter works by: the legal data of today as lists, and who may sign.

#include "service/antind/office_rules.h"
#include "service/antind/problem.h"
#include "service/office/clock_text.h"
#include "service/office/fee.h"

namespace antin::service {
namespace {

using casework::Product;
using office::Duty;
using office::LegalDay;
using OrderedJson = nlohmann::ordered_json;

template <class List>
OrderedJson named(const List& list) {
  auto all = OrderedJson::array();
  for (const auto& one : list) all.push_back({{"code", one.code}, {"name", one.name}});
  return all;
}

OrderedJson papers(const office::LegalRules& rules) {
  auto all = OrderedJson::array();
  for (const auto& paper : rules.papers)
    all.push_back(
        {{"code", paper.code},
         {"name", paper.name},
         {"vneid", paper.in_vneid},
         {"pages", paper.pages == office::PageRule::kAllWithInformation ? "all" : "cover_and_used"},
         {"foreign", paper.foreign}});
  return all;
}

OrderedJson requesters(const office::LegalRules& rules) {
  auto all = OrderedJson::array();
  for (const auto& one : rules.requesters)
    all.push_back({{"code", one.code},
                   {"name", one.name},
                   {"only_when_holder_is_dead", one.only_when_holder_is_dead},
                   {"needs_evidence", one.needs_evidence}});
  return all;
}

}  // namespace

// C-05: the grounds verbatim; whoever shows them takes them from here and writes none himself.
Result<OrderedJson> LegalOffice::legal(UtcTime now) const {
  ANTIN_TRY(const auto rules, legal_.at(LegalDay::of(now)));
  OrderedJson all = {{"version", rules->version}, {"day", LegalDay::of(now).iso()}};
  all["lists"] = OrderedJson::array();
  for (const auto& version : rules->versions)
    all["lists"].push_back(
        {{"topic", version.topic}, {"id", version.id}, {"basis", version.basis}});
  all["grounds"] = OrderedJson::array();
  for (const auto& ground : rules->grounds)
    all["grounds"].push_back({{"number", ground.number},
                              {"answer", "ground_" + std::to_string(ground.number)},
                              {"text", ground.text}});
  all["secret_ground"] = office::kGroundSecret;
  all["legalisation_ground"] = office::kGroundNotLegalised;
  all["papers"] = papers(*rules);
  all["foreign"] = named(rules->foreign);
  all["requesters"] = requesters(*rules);
  all["evidence"] = named(rules->evidence);
  all["fees"] = {{"first_pages", rules->fees.first_pages},
                 {"first_price", rules->fees.first_price},
                 {"further_price", rules->fees.further_price},
                 {"most", rules->fees.most}};
  all["hours"] = {{"opens", to_the_minute(rules->hours.opens)},
                  {"closes", to_the_minute(rules->hours.closes)},
                  {"cut_off", to_the_minute(rules->hours.cut_off)},
                  {"extension_days", rules->hours.extension_days}};
  ANTIN_TRY(const auto due, office::deadline(now, rules->hours, legal_.calendar(), {}));
  all["deadline"] = {{"at", to_rfc3339(due.at)},
                     {"day", due.day.iso()},
                     {"text", due.appointment_text()},
                     {"appointment", due.appointment}};
  return all;
}

Result<OrderedJson> LegalOffice::signers(const std::string& unit, Product product,
                                         UtcTime now) const {
  ANTIN_TRY(const auto name_of_unit, unit_name(unit, now));
  const auto day = LegalDay::of(now);
  const auto duty = product == Product::kCertifiedCopy ? Duty::kCertify : Duty::kSign;
  OrderedJson all = {{"unit", unit}, {"name", name_of_unit}};
  all["signers"] = OrderedJson::array();
  for (const auto& person : people_.data().people) {
    for (const auto& held : people_.authorisations(person.id, unit, duty, day))
      all["signers"].push_back({{"person", person.id},
                                {"name", person.name},
                                {"capacity", held.capacity},
                                {"basis", held.basis}});
  }
  all["seal_keeper"] = nullptr;
  if (const auto* keeper = people_.person(people_.seal_keeper(unit, now)))
    all["seal_keeper"] = {{"person", keeper->id}, {"name", keeper->name}};
  return all;
}

}  // namespace antin::service
