// Revocation lists: whatever they say, without a right signature they prove nothing.

#include <cstdint>

#include "certs/path.h"
#include "tests/fuzz/pki_files.h"

namespace {

using namespace antin;
using namespace antin::certs;
using fuzz::cert;
using fuzz::require;

struct Pki {
  TrustStore trust{{{cert("root"), {Purpose::kSign}, {}, {}}}, {cert("issuing-ca")}};
  Crl root_list = fuzz::crl("root");
  Certificate revoked = cert("officer-revoked");
  Certificate good = cert("officer-p256");
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Pki kPki;
  const auto read = Crl::from_bytes({data, size});
  if (!read) {
    require(read.error().code == Code::kCrlMalformed);
    return 0;
  }
  const auto& list = read.value();
  const auto again = Crl::from_bytes(list.der());
  require(again && again.value().der() == list.der());
  (void)list.issuer_line();
  (void)list.number_hex();
  for (const auto* leaf : {&kPki.revoked, &kPki.good}) {
    const auto result = build_path({.leaf = *leaf,
                                    .candidates = {},
                                    .trust = &kPki.trust,
                                    .crls = {kPki.root_list, list},
                                    .purpose = Purpose::kSign,
                                    .at = *from_rfc3339("2026-06-01T00:00:00Z")});
    const bool authentic = list.signature_verifies_with(kPki.trust.intermediates.front());
    // The one who is revoked is revoked on every genuine list, and nobody is good without one.
    require(leaf != &kPki.revoked || result.state != PathResult::State::kValid);
    require(authentic || result.state == PathResult::State::kRevocationUnknown ||
            result.state == PathResult::State::kCaRevoked);
  }
  return 0;
}
