#include "service/antind/account_rules.h"

#include "service/antind/front.h"
#include "service/audit/log_writer.h"

namespace antin::service {

accounts::Rules account_rules(const Config& config) {
  accounts::Rules rules{.rights = all_rights(), .roles = {}};
  for (const auto& [role, scopes] : roles_of(config)) {
    auto& words = rules.roles[role];
    for (const auto scope : scopes) words.emplace(name(scope));
  }
  return rules;
}

SessionRing::Settings session_settings(const Config& config) {
  return {.rules = account_rules(config), .idle = config.pages.idle};
}

accounts::Sink account_log(const Clock& clock, RandomSource& random) {
  return [&clock, &random](Database& database, const accounts::Told& told) -> Status {
    audit::LogWriter logs(database, random);
    ANTIN_TRY(
        const auto number,
        logs.audit(
            {.kind = told.kind, .actor = told.actor, .subject = told.subject, .facts = told.facts},
            clock.utc_now()));
    static_cast<void>(number);
    return Done{};
  };
}

}  // namespace antin::service
