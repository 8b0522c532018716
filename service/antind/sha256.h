#pragma once

#include <initializer_list>

#include "certs/core/bytes.h"

namespace antin::service {

/// SHA-256 of the parts one after the other. antind links no OpenSSL of its own; Poco's engine is
/// enough for names of files and fingerprints of requests.
Bytes sha256(std::initializer_list<ByteView> parts);

}  // namespace antin::service
