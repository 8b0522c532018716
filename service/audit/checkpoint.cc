#include "service/audit/checkpoint.h"

#include "certs/core/base64.h"

namespace antin::audit {
namespace {

constexpr std::size_t kMaxExtensions = 64;
constexpr std::size_t kMaxPath = 64;
constexpr std::size_t kMaxExtra = 64U << 10U;
constexpr std::string_view kProofHeader = "c2sp.org/tlog-proof@v1";

Error malformed(const std::string& reason, Where where = Where::here()) {
  return make_error(Code::kAuditCheckpointMalformed, reason, {{"reason", reason}}, where);
}
Error bad_proof(const std::string& reason, Where where = Where::here()) {
  return make_error(Code::kAuditProofMalformed, reason, {{"reason", reason}}, where);
}

// Lines of a text, each of which must end.
class Lines {
 public:
  explicit Lines(std::string_view text) : rest_(text) {}
  bool next(std::string_view& line) {
    const auto end = rest_.find('\n');
    if (end == std::string_view::npos) return false;
    line = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    return true;
  }
  std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
};

bool read_hash(std::string_view line, Hash& out) {
  Bytes octets;
  // Longer than any hash: not worth decoding.
  return line.size() <= 64 && from_base64(line, octets) && to_hash(octets, out);
}

}  // namespace

bool is_origin(std::string_view origin) noexcept {
  return is_key_name(origin);
}

std::string checkpoint_text(const Checkpoint& checkpoint) {
  return checkpoint.origin + "\n" + std::to_string(checkpoint.head.size.value) + "\n" +
         to_base64(view(checkpoint.head.root)) + "\n";
}

Result<Checkpoint> parse_checkpoint_text(std::string_view text) {
  if (text.size() > kMaxNote) return malformed("too large");
  Lines lines(text);
  Checkpoint checkpoint;
  std::string_view line;
  if (!lines.next(line) || line.empty() || line.size() > kMaxKeyName || !is_plain_line(line))
    return malformed("origin");
  checkpoint.origin = line;
  if (!lines.next(line) || !read_decimal(line, checkpoint.head.size.value) ||
      checkpoint.head.size.value > kMaxTreeSize)
    return malformed("size");
  if (!lines.next(line) || !read_hash(line, checkpoint.head.root)) return malformed("root hash");
  if (checkpoint.head.size.value == 0 && checkpoint.head.root != empty_root())
    return malformed("root hash of the empty tree");
  for (std::size_t extensions = 0; lines.next(line); ++extensions) {
    if (line.empty() || !is_plain_line(line) || extensions == kMaxExtensions)
      return malformed("extension lines");
  }
  if (!lines.rest().empty()) return malformed("no line feed at the end");
  return checkpoint;
}

Result<SignedCheckpoint> parse_checkpoint(std::string_view octets) {
  ANTIN_TRY(auto note, parse_note(octets));
  ANTIN_TRY(auto checkpoint, parse_checkpoint_text(note.text));
  return SignedCheckpoint{std::move(checkpoint), std::move(note)};
}

Result<SignedCheckpoint> open_checkpoint(std::string_view octets, const VerifierKey& key) {
  ANTIN_TRY(auto opened, parse_checkpoint(octets));
  ANTIN_CHECK(key.check(opened.note));
  if (opened.checkpoint.origin != key.name())
    return make_error(Code::kAuditOtherOrigin, opened.checkpoint.origin,
                      {{"origin", opened.checkpoint.origin}});
  return opened;
}

std::string to_text(const LogProof& proof) {
  auto text = std::string(kProofHeader) + "\n";
  if (!proof.extra.empty()) text += "extra " + to_base64(proof.extra) + "\n";
  text += "index " + std::to_string(proof.index) + "\n";
  for (const auto& hash : proof.path) text += to_base64(view(hash)) + "\n";
  return text + "\n" + proof.checkpoint;
}

Result<LogProof> parse_proof(std::string_view octets) {
  if (octets.size() > kMaxNote + 2 * kMaxExtra) return bad_proof("too large");
  Lines lines(octets);
  LogProof proof;
  std::string_view line;
  if (!lines.next(line) || line != kProofHeader) return bad_proof("first line");
  if (!lines.next(line)) return bad_proof("index");
  if (line.starts_with("extra ")) {
    line.remove_prefix(6);
    if (line.empty() || line.size() > 2 * kMaxExtra || !from_base64(line, proof.extra) ||
        proof.extra.size() > kMaxExtra)
      return bad_proof("extra");
    if (!lines.next(line)) return bad_proof("index");
  }
  if (!line.starts_with("index ") || !read_decimal(line.substr(6), proof.index))
    return bad_proof("index");
  while (true) {
    if (!lines.next(line)) return bad_proof("no empty line");
    if (line.empty()) break;
    Hash hash{};
    if (proof.path.size() == kMaxPath || !read_hash(line, hash)) return bad_proof("hashes");
    proof.path.push_back(hash);
  }
  proof.checkpoint = lines.rest();
  if (proof.checkpoint.empty()) return bad_proof("no checkpoint");
  return proof;
}

}  // namespace antin::audit
