// Whoever can append to a document controls its security stores and document timestamps. The input
// is taken apart into what they hold, and a PDF is built around it: the first octet chooses the
// document underneath, then come parts: kind, length (two octets, big endian), octets.
//
// Holds: a document whose signature the signer's key did not make, or whose signer nobody vouches
// for, or whose signer is revoked, never becomes VALID by anything that a store says, not even
// beneath an honest timestamp (for the revoked: a dishonest one); a report is always made.
// The corpus was made by make_dss_corpus.py beside this file.

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

#include "tests/fuzz/require.h"
#include "tests/unit/verifier/store_document.h"
#include "verifier/verify.h"

namespace {

using namespace antin;  // NOLINT(google-build-using-namespace)
using antin::fuzz::require;
using verifier::sample::Signing;
using verifier::sample::Store;
using verifier::sample::StoreDocument;

constexpr std::size_t kMostParts = 64;

Signing by(const char* signer, const char* authority) {
  Signing signing;
  signing.signer = signer;
  signing.authority = authority;
  return signing;
}

verifier::Input input_for(const StoreDocument& document, const certs::TrustStore& trust) {
  return {.name = "fuzz.pdf",
          .document = document.octets(),
          .password = "",
          .trust = &trust,
          .crls = verifier::sample::crls(),
          .policy = {},
          .at = verifier::sample::time("2026-06-01T00:00:00Z")};
}

Bytes authority() {
  return to_bytes(
      certs::Certificate::from_file_bytes(verifier::sample::file("certs/issuing-ca.crt"))
          .value()
          .at(0)
          .der());
}

enum Base : std::uint8_t { kForeignValue, kStranger, kRevoked, kBases };

struct Bases {
  certs::TrustStore trust = verifier::sample::trust();
  std::array<StoreDocument, kBases> documents = {
      StoreDocument{by("officer-rsa2048", "issuing-ca"), StoreDocument::Value::kOfAnother},
      StoreDocument{by("fake-officer", "fake-issuing-ca")},
      StoreDocument{by("officer-revoked", "issuing-ca")}};

  Bases() {
    // The same way of building with nothing wrong is VALID, or this target would prove nothing.
    StoreDocument sound{by("officer-rsa2048", "issuing-ca")};
    Store store;
    store.certificates = {authority()};
    sound.add_store(store).add_timestamp([](ByteView covered) {
      return verifier::sample::token(covered, verifier::sample::time("2026-05-25T00:00:00Z"));
    });
    const auto report = verifier::verify(input_for(sound, trust));
    require(report && report.value().verdict == verifier::Verdict::kValid);
  }
};

struct Parts {
  Store store;
  std::vector<Bytes> tokens;
};

Parts take_parts(ByteView octets) {
  Parts parts;
  auto& store = parts.store;
  const std::array<std::vector<Bytes>*, 8> lists = {
      &store.certificates, &store.crls,     &store.ocsp,           &store.vri_certificates,
      &store.vri_crls,     &store.vri_ocsp, &store.vri_timestamps, &parts.tokens};
  constexpr std::size_t kHead = 3;
  for (std::size_t i = 0; i < kMostParts && octets.size() >= kHead; ++i) {
    const auto kind = octets[0] % (lists.size() + 1);
    const auto named = static_cast<std::size_t>((octets[1] << 8U) | octets[2]);
    octets = octets.subspan(kHead);
    const auto part = octets.first(std::min(named, octets.size()));
    octets = octets.subspan(part.size());
    if (kind < lists.size()) {
      lists.at(kind)->push_back(to_bytes(part));
    } else {
      store.vri_time = as_text(part);
    }
  }
  return parts;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  static const Bases kBasesMade;
  constexpr std::uint8_t kHonestTimestamp = 0x80, kStoreAfterwards = 0x40;
  const auto base = data[0] & 0x3FU;
  auto document = kBasesMade.documents.at(base % kBases);
  const auto parts = take_parts({data + 1, size - 1});
  document.add_store(parts.store);
  for (std::size_t i = 0; i < std::min<std::size_t>(parts.tokens.size(), 4); ++i)
    document.add_timestamp([&](ByteView) { return parts.tokens[i]; });
  if ((data[0] & kHonestTimestamp) != 0 && base % kBases != kRevoked)
    document.add_timestamp([](ByteView covered) {
      return verifier::sample::token(covered, verifier::sample::time("2026-05-25T00:00:00Z"));
    });
  if ((data[0] & kStoreAfterwards) != 0) document.add_store(parts.store);
  const auto input = input_for(document, kBasesMade.trust);
  const auto report = verifier::verify(input);
  require(report.operator bool());
  require(report.value().verdict != verifier::Verdict::kValid);
  require(!report.value().signatures.empty());
  require(report.value().signatures.front().indication != Indication::kTotalPassed);
  verifier::to_json(report.value());
  const auto wanted = verifier::evidence_wanted(input);
  require(wanted && wanted.value().leaves.size() <= 256);
  return 0;
}
