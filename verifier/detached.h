#pragma once

#include "certs/core/bytes.h"
#include "certs/core/error.h"

namespace antin::verifier {

/// The BER of a signature file: as it is, or out of its PEM armour. Fails with kSigNotCms for XML
/// and other text, with kSigCmsMalformed for damaged PEM, with kResourceLimit above 32 MiB.
Result<Bytes> signature_octets(ByteView file);

}  // namespace antin::verifier
