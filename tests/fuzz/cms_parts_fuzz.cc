// What the signer reads of signatures that somebody else made before it adds to them: CMS taken
// apart and put together, archive indexes, what is carried. The octets are a CMS; its tail doubles
// as an archive index.
//
// Holds: put together again nothing is lost, and doing it twice changes nothing; an index of
// everything speaks for everything; no signature belongs to content that nobody signed.

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <string>

#include "certs/certificate.h"
#include "signer/archive_timestamp.h"
#include "signer/cades.h"
#include "signer/carried.h"
#include "signer/cms.h"
#include "signer/cms_parts.h"
#include "tests/fuzz/require.h"

namespace {

using antin::fuzz::require;

using namespace antin;          // NOLINT(google-build-using-namespace)
using namespace antin::signer;  // NOLINT(google-build-using-namespace)

certs::Certificate signer_certificate() {
  std::ifstream in(ANTIN_SOURCE_DIR "/tests/pki/certs/officer-rsa2048.crt", std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  return certs::Certificate::from_file_bytes(as_bytes(text)).value().at(0);
}

std::size_t values_of(const CmsParts& parts) {
  std::size_t count = 0;
  for (const auto& attribute : parts.unsigned_attributes) count += attribute.values.size();
  return count;
}

void put_together_twice(const CmsParts& parts) {
  const auto once = put_together(parts);
  const auto again = take_apart(once);
  require(again.operator bool());
  require(put_together(again.value()) == once);
  require(again.value().signer == parts.signer && again.value().content == parts.content);
  require(again.value().certificates.size() == parts.certificates.size() &&
          again.value().crls.size() == parts.crls.size() &&
          values_of(again.value()) == values_of(parts));
}

void index(const CmsParts& parts, ByteView hostile) {
  using enum DigestAlgorithm;
  const auto whole = indexed_by(parts, hash_index_of(parts, kSha256), kSha256);
  // A part that stands there twice has one digest only and counts once.
  require(!whole.all || whole.sound);
  require(whole.covered.certificates.size() <= parts.certificates.size());
  for (const auto tail : {hostile, hostile.last(hostile.size() / 2)}) {
    const auto some = indexed_by(parts, tail, kSha256);
    require(!some.all || some.sound);
    require(values_of(some.covered) <= values_of(parts) &&
            some.covered.crls.size() <= parts.crls.size());
    archive_input(some.covered, Bytes(32, 1), tail);
  }
}

void readers(ByteView octets) {
  const auto carried = read_carried(octets);
  require(carried.evidence.certificates.size() <= 1'000 && carried.evidence.crls.size() <= 1'000 &&
          carried.evidence.ocsp.size() <= 1'000 && carried.signature_timestamps.size() <= 1'000);
  const auto value = signature_value_of(octets);
  require(value || value.error().code == Code::kCmsMalformed);
  has_signature_timestamp(octets);
  if (const auto token = certs::TimestampToken::from_bytes(octets)) {
    certs::Evidence evidence;
    add_carried(token.value(), evidence);
    hash_index_in(token.value());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto kSigner = signer_certificate();
  const ByteView octets{data, size};
  readers(octets);
  const auto unsigned_content = as_bytes("content that no key of tests/pki has signed");
  require(!check_outside_cms(octets, kSigner, {unsigned_content, ByteView{}, ByteView{}}));
  require(
      !is_finished_detached(SharedBytes{to_bytes(unsigned_content)}, octets, kSigner, Level::kB));
  const auto parts = take_apart(octets);
  if (!parts) return 0;
  put_together_twice(parts.value());
  index(parts.value(), octets);
  for (const auto& value : parts.value().unsigned_values(oid::kArchiveTimestampV3)) {
    const auto token = certs::TimestampToken::from_bytes(value);
    const auto inside = token ? hash_index_in(token.value()) : std::nullopt;
    if (inside) index(parts.value(), *inside);
  }
  return 0;
}
