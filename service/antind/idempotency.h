#pragma once

#include <string>

#include "certs/core/error.h"
#include "service/http/http_message.h"

namespace antin::service {

/// 8 to 128 visible ASCII characters, given once (draft-ietf-httpapi-idempotency-key-header). Fails
/// with kIdempotencyKeyMissing.
Result<std::string> idempotency_key(const RequestHead& head);

}  // namespace antin::service
