#pragma once

#include "certs/core/random.h"
#include "service/accounts/account.h"
#include "service/antind/config.h"
#include "service/antind/session_ring.h"

namespace antin::service {

/// The rights that there are and the configuration's roles, as accounts know them.
accounts::Rules account_rules(const Config& config);
SessionRing::Settings session_settings(const Config& config);

/// What becomes of accounts and who signs in, as entries of the audit log in the same transaction
/// . `clock` and `random` outlive it.
accounts::Sink account_log(const Clock& clock, RandomSource& random);

}  // namespace antin::service
