#pragma once

#include <memory>

#include "service/antind/config.h"
#include "service/antind/log_desk.h"

namespace antin::service {

/// The key of [audit] checkpoint_key, held by tokend; nullptr without one.
std::shared_ptr<CheckpointKey> checkpoint_key(const Config& config);

/// What tokend wrote down; empty without a tokend.
audit::Journal tokend_journal(const Config& config);

}  // namespace antin::service
