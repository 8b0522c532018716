#pragma once

#include "certs/core/bytes.h"
#include "certs/core/error.h"
#include "service/store/store.h"

namespace antin::service {

/// what was recalled stays as it is, and nobody signs it again: neither the result itself nor
/// anything that begins with it, nor what its officers had signed before the seal. Fails with
/// kSignRecalled ({ma}, {so}, {ngay}), and with kResourceLimit for a document that could be too
/// many of them.
Status refuse_recalled(Store& store, ByteView document);

}  // namespace antin::service
