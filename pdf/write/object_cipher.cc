#include "pdf/write/object_cipher.h"

namespace antin::pdf {

bool ObjectCipher::encrypts_strings() const noexcept {
  return encryption_ && encryption_->strings != Encryption::Method::kNone;
}

Result<Bytes> ObjectCipher::string(ObjectId owner, ByteView plain) const {
  return encryption_ ? encrypt(encryption_->strings, owner, plain) : to_bytes(plain);
}

Result<Bytes> ObjectCipher::stream(ObjectId owner, ByteView plain) const {
  return encryption_ ? encrypt(encryption_->streams, owner, plain) : to_bytes(plain);
}

Result<Bytes> ObjectCipher::encrypt(Encryption::Method method, ObjectId owner,
                                    ByteView plain) const {
  using Method = Encryption::Method;
  if (method == Method::kNone) return to_bytes(plain);
  const bool aes = method != Method::kRc4;
  // ISO 32000-2 7.6.3.1 algorithm 1 (V < 5) and 1.A (V = 5: the file's key itself).
  const std::string key = QPDF::compute_data_key(encryption_->key, owner.number, owner.generation,
                                                 aes, encryption_->version, encryption_->revision);
  return cipher_.encrypt(aes ? DocumentCipher::Kind::kAesCbc : DocumentCipher::Kind::kRc4,
                         as_bytes(key), plain);
}

}  // namespace antin::pdf
