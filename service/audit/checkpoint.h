#pragma once

#include <string>
#include <string_view>

#include "service/audit/merkle.h"
#include "service/audit/note.h"

namespace antin::audit {

/// The head of a log's tree, as its checkpoints tell it (C2SP tlog-checkpoint).
struct Checkpoint {
  std::string origin;
  TreeHead head;
};

/// Whether a log may have this origin; also a good key name, as the format recommends.
bool is_origin(std::string_view origin) noexcept;

/// The text that is signed: three lines.
std::string checkpoint_text(const Checkpoint& checkpoint);
/// Of a note's text; extension lines are allowed and mean nothing. Fails with
/// kAuditCheckpointMalformed ({reason}).
Result<Checkpoint> parse_checkpoint_text(std::string_view text);

struct SignedCheckpoint {
  Checkpoint checkpoint;
  SignedNote note;
};
/// Malformed or not; who signed it is VerifierKey::check()'s question.
Result<SignedCheckpoint> parse_checkpoint(std::string_view octets);
/// Signed by `key`, and about the log that the key is named after. Fails with
/// kAuditCheckpointMalformed, kAuditCheckpointOtherKey, kAuditCheckpointForged, kAuditOtherOrigin.
Result<SignedCheckpoint> open_checkpoint(std::string_view octets, const VerifierKey& key);

/// An entry's way into a checkpoint, for keeping beside the document (C2SP tlog-proof).
struct LogProof {
  Bytes extra;  ///< not vouched for by the proof; ours hold the record behind the entry
  std::uint64_t index = 0;
  Proof path;
  std::string checkpoint;  ///< as signed
};
std::string to_text(const LogProof& proof);
/// Fails with kAuditProofMalformed ({reason}); the checkpoint within is only cut out.
Result<LogProof> parse_proof(std::string_view octets);

}  // namespace antin::audit
