#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "certs/core/bytes.h"
#include "certs/core/error.h"
#include "certs/ossl/handles.h"

/// Signed notes (C2SP signed-note): a text, and below it lines of signatures by named keys.
namespace antin::audit {

/// What a note may be at most: a checkpoint with every witness on it is far smaller.
constexpr std::size_t kMaxNote = 256U << 10U;
constexpr std::size_t kMaxNoteSignatures = 64;
constexpr std::size_t kMaxKeyName = 256;

struct NoteSignature {
  std::string name;
  std::uint32_t id = 0;
  Bytes signature;
  friend bool operator==(const NoteSignature&, const NoteSignature&) = default;
};

struct SignedNote {
  std::string text;  ///< its last line feed included
  std::vector<NoteSignature> signatures;
};

/// Accepts exactly what to_text() makes. Fails with kAuditCheckpointMalformed ({reason}).
Result<SignedNote> parse_note(std::string_view octets);
std::string to_text(const SignedNote& note);

/// An Ed25519 key as its name, its id and the public key tell it, "NAME+0123abcd+BASE64": the one
/// kind that every witness of public logs knows (type 0x01).
class VerifierKey {
 public:
  /// Fails with kAuditKeyMalformed ({reason}).
  static Result<VerifierKey> parse(std::string_view vkey);
  /// `public_key`: 32 octets (RFC 8032).
  static Result<VerifierKey> of(const std::string& name, ByteView public_key);

  const std::string& name() const noexcept { return name_; }
  std::uint32_t id() const noexcept { return id_; }
  std::string to_text() const;
  /// Whether the note bears this key's signature: every line with its name and id must be right,
  /// and there must be one. Fails with kAuditCheckpointOtherKey ({khoa}), kAuditCheckpointForged.
  Status check(const SignedNote& note) const;
  /// Whether `signature` is this key's over `text`.
  bool made(ByteView signature, std::string_view text) const;

 private:
  VerifierKey(std::string name, Bytes public_key, ossl::PublicKeyPtr key);

  std::string name_;
  Bytes public_key_;
  std::uint32_t id_ = 0;
  ossl::PublicKeyPtr key_;
};

/// Whether `name` may stand in a signature line: not empty, UTF-8, no space, no plus.
bool is_key_name(std::string_view name) noexcept;
/// Well-formed UTF-8 without control characters.
bool is_plain_line(std::string_view line) noexcept;
/// Decimal as these formats write it: digits only, no leading zero.
bool read_decimal(std::string_view text, std::uint64_t& out) noexcept;

}  // namespace antin::audit
