#pragma once

#include <string>

#include "pdf/write/object_cipher.h"

namespace antin::pdf {

/// Writes `value` as PDF syntax as it would stand inside object `owner`: references as references,
/// names and numbers as they were written, strings encrypted for `owner`. Nothing is resolved.
/// Fails with kPdfMalformed for a direct stream and for nesting beyond any real document.
Status serialize(const QPDFObjectHandle& value, ObjectId owner, const ObjectCipher& cipher,
                 std::string& out);

}  // namespace antin::pdf
