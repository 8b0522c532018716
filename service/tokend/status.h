#pragma once

#include <vector>

#include "certs/core/time.h"
#include "hsm/pkcs11/pkcs11_key_holder.h"
#include "hsm/tokend/file_journal.h"
#include "hsm/tokend/key_pool.h"
#include "service/ipc/cbor.h"
#include "service/tokend/config.h"

namespace antin::service {

/// What the reply to a status request is made of.
struct StatusParts {
  const TokendConfig* config;
  hsm::Pkcs11KeyHolder* holder;
  hsm::KeyPool* pool;
  hsm::FileJournal* journal;
  const Clock* clock;
  UtcTime started;
};
/// docs/PROTOCOL.tokend.md, status. Asks every module for its tokens.
cbor::Value tokend_status(const StatusParts& parts);

}  // namespace antin::service
