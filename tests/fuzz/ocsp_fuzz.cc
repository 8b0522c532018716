// OCSP answers: whatever they say, without a right signature they prove nothing.

#include <cstdint>

#include "certs/path.h"
#include "certs/revocation.h"
#include "tests/fuzz/pki_files.h"

namespace {

using namespace antin;
using namespace antin::certs;
using fuzz::cert;
using fuzz::require;

struct Pki {
  TrustStore trust{{{cert("root"), {Purpose::kSign}, {}, {}}}, {cert("issuing-ca"), cert("ocsp")}};
  Crl root_list = fuzz::crl("root");
  Certificate issuer = cert("issuing-ca");
  Certificate responder = cert("ocsp");
  Certificate revoked = cert("officer-revoked");
  Certificate good = cert("officer-p256");
};

void ask(const Pki& pki, const OcspResponse& answer, const Certificate& leaf) {
  const PathInput input{.leaf = leaf,
                        .candidates = answer.certificates(),
                        .trust = &pki.trust,
                        .crls = {pki.root_list},
                        .ocsp = {answer},
                        .purpose = Purpose::kSign,
                        .at = *from_rfc3339("2026-06-01T00:00:00Z")};
  const bool authentic =
      answer.signature_verifies_with(pki.issuer) || answer.signature_verifies_with(pki.responder);
  const bool heard = authentic && answer.speaks_of(leaf, pki.issuer);
  const auto result = build_path(input);
  require(heard || result.state == PathResult::State::kRevocationUnknown ||
          result.state == PathResult::State::kCaRevoked);
  for (const auto& chain : prospective_chains(input)) {
    for (const auto& one : revocation_statements(input, chain, 0)) {
      require(heard && one.evidence == 0 && one.signer_chain.size() >= 2);
      (void)is_fresh(one, input.at, std::nullopt);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Pki kPki;
  const auto read = OcspResponse::from_bytes({data, size});
  if (!read) {
    require(read.error().code == Code::kOcspMalformed || read.error().code == Code::kOcspRefused);
    return 0;
  }
  const auto& answer = read.value();
  const auto again = OcspResponse::from_bytes(answer.der());
  require(again && again.value().der() == answer.der());
  (void)answer.responder_line();
  (void)answer.signature_digest();
  for (const auto* leaf : {&kPki.revoked, &kPki.good}) {
    const bool speaks = answer.speaks_of(*leaf, kPki.issuer);
    require(speaks == answer.this_update(*leaf, kPki.issuer).has_value());
    const auto accepted = read_ocsp_answer({data, size}, *leaf, kPki.issuer, {});
    require(static_cast<bool>(accepted) == speaks);
    ask(kPki, answer, *leaf);
  }
  return 0;
}
