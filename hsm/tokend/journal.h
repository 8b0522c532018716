#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "certs/core/bytes.h"
#include "certs/core/error.h"
#include "certs/core/time.h"

namespace antin::hsm {

/// What is known of one signature when it is about to be released.
struct JournalEntry {
  enum class Kind : std::uint8_t { kDocument, kCheckpoint };
  Kind kind = Kind::kDocument;
  std::string key_uri;
  std::string scheme;   ///< "ECDSA SHA-256", "Ed25519"
  Bytes signed_sha256;  ///< of what was signed: the DER of the attributes, the checkpoint's text

  // kDocument only.
  std::string role;          ///< "person", "agency": as the client said
  Bytes message_digest;      ///< of the document, as the attributes say
  Bytes certificate_sha256;  ///< as the attributes say

  // kCheckpoint only.
  std::string origin;
  std::uint64_t size = 0;
  Bytes root;
  Bytes public_key;  ///< that the signature is verified with

  friend bool operator==(const JournalEntry&, const JournalEntry&) = default;
};

/// An entry in its place. Entries are numbered from 1 without gaps; `hash` covers the entry, its
/// number, its time and the hash of the entry before it.
struct JournalRecord {
  std::uint64_t number = 0;
  UtcTime at{std::chrono::sys_seconds{}};
  JournalEntry entry;
  Bytes previous;  ///< SHA-256; 32 zeros for the first
  Bytes hash;      ///< SHA-256
};

struct JournalPage {
  std::vector<JournalRecord> records;
  std::uint64_t last = 0;  ///< number of the newest entry there is; 0 for none
};

/// Where tokend writes down each signature before it lets it out. Thread-safe.
class SignatureJournal {
 public:
  virtual ~SignatureJournal() = default;
  /// Returns when the entry is safe. A failure keeps the signature in.
  virtual Status record(const JournalEntry& entry) = 0;
  /// Up to `most` entries after the entry number `after`, all of them safe.
  virtual Result<JournalPage> page(std::uint64_t after, std::size_t most) = 0;
};

}  // namespace antin::hsm
