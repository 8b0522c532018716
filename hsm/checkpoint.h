#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "certs/core/bytes.h"
#include "certs/core/error.h"

namespace antin::hsm {

/// The text of a log's checkpoint (C2SP tlog-checkpoint): origin, number of entries, root hash.
struct Checkpoint {
  std::string origin;
  std::uint64_t size = 0;
  Bytes root;  ///< 32 octets
  std::vector<std::string> extensions;
};

/// Reads exactly what such a text may be, and nothing that is a document, a set of attributes or a
/// note of another kind: lines that each end in a newline; an origin; a decimal number without
/// leading zeros; 32 octets in canonical base64; up to 16 further lines that are not empty. UTF-8
/// without control characters, no blank at either end of a line, at most 8 KiB. The root of an
/// empty log is the SHA-256 of nothing (RFC 9162 §2.1.1). Fails with kTokendCheckpointMalformed.
Result<Checkpoint> parse_checkpoint(std::string_view note);
constexpr std::size_t kMaxCheckpointOctets = std::size_t{8} << 10U;

/// Signs checkpoints of logs with keys that sign nothing else. Thread-safe.
///
/// Ed25519 (RFC 8032) over the text as it stands, final newline included: signature type 0x01 of
/// C2SP signed-note, whose key id and signature line the caller builds around it.
class CheckpointSigner {
 public:
  virtual ~CheckpointSigner() = default;
  /// 64 octets. Fails as KeyHolder::sign() does, and with kTokendCheckpointMalformed.
  virtual Result<Bytes> sign_checkpoint(const std::string& key_uri, std::string_view note) = 0;
  /// The 32 octets of the public key, for the verifier key of signed-note.
  virtual Result<Bytes> checkpoint_key(const std::string& key_uri) = 0;
};

}  // namespace antin::hsm
