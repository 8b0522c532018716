#pragma once

#include <string>

#include "pdf/read/qpdf_inside.h"
#include "pdf/write/signature_update.h"

namespace antin::pdf {

/// Encrypts the strings and streams that an update adds, as the document's /Encrypt dictionary asks
/// (ISO 32000-2 7.6.3): every object under the key of its own number and generation.
class ObjectCipher {
 public:
  ObjectCipher(const std::optional<Encryption>& encryption, DocumentCipher& cipher)
      : encryption_(encryption), cipher_(cipher) {}

  bool encrypts_strings() const noexcept;
  /// Octets as they stand in the file, without hex or escapes.
  Result<Bytes> string(ObjectId owner, ByteView plain) const;
  Result<Bytes> stream(ObjectId owner, ByteView plain) const;

 private:
  Result<Bytes> encrypt(Encryption::Method method, ObjectId owner, ByteView plain) const;

  const std::optional<Encryption>& encryption_;
  DocumentCipher& cipher_;
};

}  // namespace antin::pdf
