// Hostile evidence for a good signature: the first octet says what the rest is (a certificate, a
// list, an OCSP answer, a timestamp over the signature), and it is given to the judgement beside
// honest certificates of tests/pki. The anchor is trusted, but no honest evidence is there.
//
// Holds: without honest evidence about the signer the document is never VALID, whatever the octets
// say; a report is made.

#include <cstdint>
#include <optional>

#include "tests/fuzz/require.h"
#include "tests/unit/verifier/sample.h"
#include "verifier/verify.h"

namespace {

using antin::fuzz::require;

using namespace antin;  // NOLINT(google-build-using-namespace)

void add(std::uint8_t kind, ByteView octets, verifier::Input& input) {
  switch (kind % 3) {
    case 0:
      if (auto one = certs::Certificate::from_der(octets))
        input.certificates.push_back(std::move(one).value());
      return;
    case 1:
      if (auto one = certs::Crl::from_bytes(octets)) input.crls.push_back(std::move(one).value());
      return;
    default:
      if (auto one = certs::OcspResponse::from_bytes(octets))
        input.ocsp.push_back(std::move(one).value());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  static const auto kTrust = verifier::sample::trust();
  static const auto kDocument = [] {
    verifier::sample::Signing signing;
    signing.timestamp = verifier::sample::time("2026-05-20T00:00:00Z");
    return verifier::sample::Document{}.sign(signing);
  }();
  auto input = verifier::sample::input(kDocument, kTrust);
  input.crls.clear();
  add(data[0], ByteView{data + 1, size - 1}, input);
  const auto report = verifier::verify(input);
  require(report.operator bool());
  require(report.value().verdict != verifier::Verdict::kValid);
  verifier::to_json(report.value());
  require(verifier::evidence_wanted(input).operator bool());
  return 0;
}
