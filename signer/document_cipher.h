#pragma once

#include "certs/core/random.h"
#include "pdf/write/signature_update.h"

namespace antin::signer {

/// Encrypts what is added to an encrypted document (ISO 32000-2 §7.6.2, §7.6.3.2, §7.6.4).
///
/// RC4 is written out here: OpenSSL 3 keeps it in the legacy provider, which would bring MD5-era
/// algorithms into every look-up of the process. It protects nothing today; it is needed because a
/// reader decrypts every string of an old document, ours included.
/// Thread-safe as far as `random` is.
class OpensslDocumentCipher final : public pdf::DocumentCipher {
 public:
  explicit OpensslDocumentCipher(RandomSource& random) : random_(random) {}
  Result<Bytes> encrypt(Kind kind, ByteView key, ByteView plain) override;

 private:
  RandomSource& random_;
};

}  // namespace antin::signer
