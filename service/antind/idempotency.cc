#include "service/antind/idempotency.h"

#include <algorithm>

namespace antin::service {

Result<std::string> idempotency_key(const RequestHead& head) {
  const auto value = head.value("idempotency-key");
  const bool visible =
      std::all_of(value.begin(), value.end(), [](char c) { return c > 0x20 && c < 0x7F; });
  if (head.count("idempotency-key") != 1 || value.size() < 8 || value.size() > 128 || !visible)
    return make_error(Code::kIdempotencyKeyMissing, "Idempotency-Key");
  return std::string(value);
}

}  // namespace antin::service
