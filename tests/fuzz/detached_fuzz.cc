// A CMS file beside the file that it signs: SignedData with several signers, CAdES attributes with
// evidence, archive timestamps. No trust anchor is configured.
//
// Holds: whatever the octets are, no signature is TOTAL-PASSED and the verdict is never VALID;
// everything a report rests on is what its digest says; asking what evidence is wanted ends too.

#include <cstdint>
#include <string>

#include "certs/ossl/digest.h"
#include "tests/fuzz/require.h"
#include "verifier/verify.h"

namespace {

using antin::fuzz::require;

using namespace antin;  // NOLINT(google-build-using-namespace)

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const certs::TrustStore kNoTrust;
  const verifier::DetachedInput input{
      .input = {.name = "fuzz.txt",
                .document = SharedBytes{to_bytes(as_bytes("hello"))},
                .password = "",
                .trust = &kNoTrust,
                .crls = {},
                .policy = {},
                .at = *from_rfc3339("2026-06-01T00:00:00Z")},
      .signature = Bytes(data, data + size)};
  const auto report = verifier::verify_detached(input);
  if (report) {
    require(report.value().verdict != verifier::Verdict::kValid);
    for (const auto& signature : report.value().signatures)
      require(signature.indication != Indication::kTotalPassed);
    for (const auto& object : report.value().validation_objects)
      require(object.sha256 == to_hex(ossl::sha256(object.octets.view())));
    verifier::to_json(report.value());
  }
  const auto wanted = verifier::evidence_wanted(input);
  require(!wanted || wanted.value().leaves.size() <= 256);
  return 0;
}
