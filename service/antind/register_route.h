#pragma once

#include <string>

#include "service/ipc/channel.h"
#include "service/store/store.h"

namespace antin::service {

/// What workers are told of an entry: JSON, the members of antin-report/1 "register", and the
/// fingerprints of who signed. Not for whoever asks without a key.
std::string entry_facts(const StoredEntry& entry);

/// kFindOriginal of docs/PROTOCOL.worker.md: a worker has computed a document's digests, and asks
/// whether the store keeps what it is a copy of. `store` outlives the route.
Route find_original_route(Store& store);

}  // namespace antin::service
