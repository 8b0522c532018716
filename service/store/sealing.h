#pragma once

#include <cstdint>
#include <vector>

#include "certs/core/bytes.h"
#include "certs/core/error.h"

namespace antin::service {

/// Octets that are wiped when they go.
class SecretBytes {
 public:
  explicit SecretBytes(Bytes octets) : octets_(std::move(octets)) {}
  SecretBytes(SecretBytes&&) noexcept = default;
  SecretBytes& operator=(SecretBytes&& other) noexcept;
  SecretBytes(const SecretBytes&) = delete;
  SecretBytes& operator=(const SecretBytes&) = delete;
  ~SecretBytes();
  ByteView view() const noexcept { return octets_; }

 private:
  Bytes octets_;
};

constexpr std::size_t kKeyOctets = 32;

/// AES-256-GCM: 12 octets nonce, ciphertext, 16 octets tag. The nonce is random: for keys that wrap
/// fewer than 2^32 others. `context` is authenticated and not kept.
Result<Bytes> wrap_key(ByteView wrapping, ByteView key, ByteView context);
/// Fails with kStoreKeyWrong.
Result<SecretBytes> unwrap_key(ByteView wrapping, ByteView wrapped, ByteView context);

/// A file under a key of its own: "ANTINF1\n", then the octets of `parts` in portions of 64 KiB,
/// each AES-256-GCM with its 16-octet tag. A portion's nonce is its number and whether it is the
/// last (the STREAM construction), so that portions cannot be dropped, added, or put in another
/// order. The key is never used for a second file.
Result<Bytes> seal_file(ByteView key, const std::vector<ByteView>& parts);
/// Fails with kStoredDocumentDamaged.
Result<Bytes> open_file(ByteView key, ByteView sealed);
/// How many octets `plain` octets become.
std::size_t sealed_size(std::size_t plain) noexcept;

}  // namespace antin::service
