#include "service/antind/case_person.h"

#include "service/antind/case_facts.h"

namespace antin::service {
namespace {

using casework::Action;
using casework::Role;
using casework::Roles;

bool has(Roles roles, Role role) {
  return roles.test(static_cast<std::size_t>(role));
}

// Steps at which the case says who will sign.
bool names_signer(Action action) {
  return action == Action::kAttest || action == Action::kCompose || action == Action::kNumber;
}

}  // namespace

Error KeyPerson::other(const char* fact, const std::string& named) const {
  const auto name = office_.person_name(caller_.person);
  return make_error(
      Code::kCasePersonOfKey, caller_.person + " for " + named,
      {{"nguoi", name ? name.value() : caller_.person}, {"muc", fact}, {"ten", named}});
}

Status KeyPerson::fix(const char* fact, const std::string& named, nlohmann::json& facts) const {
  if (!named.empty() && named != caller_.person) return other(fact, named);
  facts[fact] = caller_.person;
  return Done{};
}

Status KeyPerson::before(const casework::Case& one, Action action, Roles roles,
                         const nlohmann::json& given, nlohmann::json& facts, UtcTime now) const {
  const auto* step = casework::step_of(one.product, one.state, action);
  // What cannot be done now is told by whoever judges the order.
  if (caller_.person.empty() || step == nullptr) return Done{};
  const auto acting = roles & step->roles;
  if (acting.none()) return Done{};
  ANTIN_CHECK(office_.may_act({caller_.person, one.unit}, acting, now));
  // At the counter papers are also made ready for another officer.
  if (names_signer(action) && has(acting, Role::kOfficer)) {
    const auto named = text_fact(facts, "signer");
    if (named.empty() || !has(acting, Role::kReception)) ANTIN_CHECK(fix("signer", named, facts));
  }
  // Whoever was named as clerk before is not who does it now.
  if (action == Action::kSeal) ANTIN_CHECK(fix("sealer", text_fact(given, "sealer"), facts));
  return Done{};
}

Status KeyPerson::signed_it(const casework::SignatureFact& signature) const {
  if (caller_.person.empty()) return Done{};
  if (office_.is_named(signature, {{"signer", caller_.person}})) return Done{};
  return other("signer", signature.name);
}

}  // namespace antin::service
