#pragma once

#include <optional>

#include "certs/core/error.h"
#include "service/ipc/cbor.h"
#include "service/store/stored.h"

namespace antin::service {

/// What the worker read in a document (kInspect), into the original and its entry. Fails with
/// kIpcMalformed.
Status take_inspected(const cbor::Value& body, std::optional<StoredEntry>& entry,
                      StoredOriginal& original);

}  // namespace antin::service
