// A person's signature that comes by a session or from a signing tool.

#include "service/antind/case_facts.h"
#include "service/antind/case_person.h"
#include "service/antind/case_result.h"
#include "service/antind/casework_api.h"
#include "service/antind/casework_json.h"

namespace antin::service {

using casework::Action;
using casework::Need;
using casework::State;

Result<CaseworkApi::ToSign> CaseworkApi::to_sign(const std::string& id, std::int64_t version,
                                                 const Caller& caller) const {
  std::shared_ptr<const OfficeTables> held;
  return with_tables(held).find_to_sign(id, version, caller);
}

Result<casework::SignatureFact> CaseworkApi::signer_of(const ToSign& wanted,
                                                       const Bytes& certificate_sha256,
                                                       const Caller& caller) const {
  std::shared_ptr<const OfficeTables> held;
  return with_tables(held).judge_signer(wanted, certificate_sha256, caller);
}

Result<CaseworkApi::ToSign> CaseworkApi::find_to_sign(const std::string& id, std::int64_t version,
                                                      const Caller& caller) {
  CallersCases cases(*parts_.store, caller);
  ToSign wanted;
  ANTIN_TRY(wanted.one, cases.find(id));
  ANTIN_TRY(wanted.one, settle(std::move(wanted.one)));
  ANTIN_TRY(wanted.one, with_document(std::move(wanted.one)));
  const auto& one = wanted.one;
  wanted.facts = facts_of(one);
  ANTIN_TRY(auto there, needs_there(one, wanted.facts));
  there.set(static_cast<std::size_t>(Need::kOfficerSignature));
  auto judged = casework::judge({.product = one.product,
                                 .state = one.state,
                                 .action = Action::kOfficerSign,
                                 .roles = cases.roles(),
                                 .there = there});
  if (judged.step == nullptr) return std::move(*judged.refused);
  ANTIN_CHECK(KeyPerson(caller, *parts_.office)
                  .before(one, Action::kOfficerSign, cases.roles(), nlohmann::json::object(),
                          wanted.facts, parts_.clock->utc_now()));
  if (one.version != version)
    return make_error(Code::kCaseChanged, id,
                      {{"co", std::to_string(one.version)}, {"gui", std::to_string(version)}});
  const bool again = one.state == State::kOfficerSigned;
  ANTIN_TRY(const auto basis, newest(one.id, again ? "officer_signed" : "document"));
  if (!basis) return make_error(Code::kCaseDocumentUnknown, one.id);
  wanted.document = *basis;
  ANTIN_TRY(wanted.octets, octets_of(*basis));
  wanted.signer = text_fact(wanted.facts, "signer");
  if (one.product == casework::Product::kResult) {
    // They sign in the order that the case names; each made one version.
    const auto all = signers_of(wanted.facts);
    const auto done = again ? static_cast<std::size_t>(basis->version) : 0;
    wanted.signer = done < all.size() ? all[done] : std::string();
  }
  return wanted;
}

Result<casework::SignatureFact> CaseworkApi::judge_signer(const ToSign& wanted,
                                                          const Bytes& certificate_sha256,
                                                          const Caller& caller) const {
  using Fact = casework::SignatureFact;
  const auto now = parts_.clock->utc_now();
  Fact fact{.by = Fact::By::kPerson, .certificate_sha256 = certificate_sha256};
  auto facts = wanted.facts;
  facts["signer"] = wanted.signer;
  parts_.office->whose(fact, wanted.one, wanted.facts, now);
  if (fact.name.empty()) {
    const auto shown = to_hex(certificate_sha256).substr(0, 16);
    return make_error(Code::kSigningCertificateUnknown, wanted.one.id, {{"ten", shown}});
  }
  if (!parts_.office->is_named(fact, facts))
    return make_error(Code::kSigningCertificateOther, wanted.one.id, {{"ten", fact.name}});
  ANTIN_TRY(const auto unit, parts_.office->unit_name(wanted.one.unit, now));
  if (fact.unit != Fact::Unit::kSame)
    return make_error(Code::kSealOtherUnit, wanted.one.id, {{"ten", fact.name}, {"don_vi", unit}});
  if (fact.authority != Fact::Authority::kHeld)
    return make_error(Code::kSealNotAuthorised, wanted.one.id,
                      {{"ten", fact.name}, {"ngay", to_vietnam_day_text(now)}});
  ANTIN_CHECK(KeyPerson(caller, *parts_.office).signed_it(fact));
  return fact;
}

Result<casework::Case> CaseworkApi::take_signed(
    ToSign wanted, const SharedBytes& file, const Caller& caller, const nlohmann::json& told,
    std::optional<std::chrono::milliseconds> within) const {
  std::shared_ptr<const OfficeTables> held;
  Step step{.one = std::move(wanted.one),
            .action = Action::kOfficerSign,
            .given = nlohmann::json::object(),
            .facts = std::move(wanted.facts),
            .file = file,
            .caller = &caller};
  step.within = within;
  return with_tables(held).take_file(step, caller, told);
}

Result<casework::Case> CaseworkApi::take_file(Step& step, const Caller& caller,
                                              const nlohmann::json& told) {
  CallersCases cases(*parts_.store, caller);
  step.change = {.id = step.one.id,
                 .version = step.one.version,
                 .action = Action::kOfficerSign,
                 .roles = cases.roles(),
                 .there = {},
                 .actor = caller.key_id,
                 .now = parts_.clock->utc_now(),
                 .facts = step.one.facts,
                 .requester = step.one.requester,
                 .paper = step.one.paper,
                 .told = told.dump()};
  ANTIN_TRY(step.change.there, needs_there(step.one, step.facts));
  step.change.there.set(static_cast<std::size_t>(Need::kOfficerSignature));
  ANTIN_CHECK(prepare(step));
  ANTIN_TRY(auto after, cases.steps({step.change}, std::nullopt));
  parts_.log->write(Log::Level::kInfo, "case_signed",
                    {{"case", step.one.id},
                     {"state", std::string(casework::name(after.at(0).state))},
                     {"key", caller.key_id}});
  return std::move(after.at(0));
}

}  // namespace antin::service
