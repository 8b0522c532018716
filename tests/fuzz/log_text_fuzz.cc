#include <algorithm>
#include <cstdint>

#include "service/audit/checkpoint.h"
#include "service/audit/record.h"
#include "service/audit/tiles.h"
#include "tests/fuzz/require.h"

// Property: whatever is accepted is written back octet by octet, so that nothing has two forms; a
// refusal has one of the readers' own codes. The first octet chooses the reader.
namespace {

using namespace antin;
using fuzz::require;

void note(std::string_view text) {
  const auto read = audit::parse_note(text);
  if (!read) {
    require(read.error().code == Code::kAuditCheckpointMalformed);
    return;
  }
  require(audit::to_text(read.value()) == text);
  const auto checkpoint = audit::parse_checkpoint_text(read.value().text);
  if (!checkpoint) {
    require(checkpoint.error().code == Code::kAuditCheckpointMalformed);
    return;
  }
  require(read.value().text.starts_with(audit::checkpoint_text(checkpoint.value())));
}

void proof(std::string_view text) {
  const auto read = audit::parse_proof(text);
  if (!read) {
    require(read.error().code == Code::kAuditProofMalformed);
    return;
  }
  require(audit::to_text(read.value()) == text);
  const auto& path = read.value().path;
  // Never an endless loop, whatever the numbers are.
  for (const auto size : {read.value().index, read.value().index + 1, audit::kMaxTreeSize}) {
    static_cast<void>(audit::verify_inclusion(audit::empty_root(), read.value().index, {size},
                                              audit::empty_root(), path));
    static_cast<void>(audit::verify_consistency({{read.value().index}, audit::empty_root()},
                                                {{size}, audit::empty_root()}, path));
  }
}

void key(std::string_view text) {
  const auto read = audit::VerifierKey::parse(text);
  if (!read) {
    require(read.error().code == Code::kAuditKeyMalformed);
    return;
  }
  const auto written = read.value().to_text();
  require(written == text || written + "\n" == text);
}

void tile(std::string_view text) {
  audit::TileId read;
  if (audit::parse_tile_path(text, read)) require(audit::tile_path(read) == text);
}

void record(ByteView octets) {
  if (const auto read = audit::decode_audit(octets)) {
    const auto written = audit::encode(*read);
    require(ByteView(written).size() == octets.size() &&
            std::equal(octets.begin(), octets.end(), written.begin()));
  }
  if (const auto read = audit::decode_issued(octets)) {
    const auto written = audit::encode(*read);
    require(std::equal(octets.begin(), octets.end(), written.begin(), written.end()));
  }
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): the name that libFuzzer calls
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const ByteView rest{data + 1, size - 1};
  switch (data[0]) {
    case 'n':
      note(as_text(rest));
      break;
    case 'p':
      proof(as_text(rest));
      break;
    case 'k':
      key(as_text(rest));
      break;
    case 't':
      tile(as_text(rest));
      break;
    default:
      record(rest);
      break;
  }
  return 0;
}
