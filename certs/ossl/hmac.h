#pragma once

#include <initializer_list>

#include "certs/core/bytes.h"

namespace antin::ossl {

/// HMAC-SHA-256 (RFC 2104) of the concatenation of `parts`. Never fails; a library that lacks it
/// ends the process.
Bytes hmac_sha256(ByteView key, std::initializer_list<ByteView> parts);

/// In time that depends on the lengths only.
bool equal_in_constant_time(ByteView a, ByteView b) noexcept;

}  // namespace antin::ossl
