// Revocation lists: whatever they say, without a right signature they prove nothing.

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "certs/path.h"

namespace {

using namespace antin;
using namespace antin::certs;

void require(bool holds) {
  if (!holds) std::abort();
}

Bytes file(const std::string& name) {
  std::ifstream in(std::string{ANTIN_SOURCE_DIR "/tests/pki/"} + name, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  require(!text.empty());
  return to_bytes(text);
}

Certificate cert(const std::string& name) {
  return Certificate::from_file_bytes(file("certs/" + name + ".crt")).value().at(0);
}

struct Pki {
  TrustStore trust{{{cert("root"), {Purpose::kSign}, {}, {}}}, {cert("issuing-ca")}};
  Crl root_list = Crl::from_bytes(file("crl/root.crl")).value();
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
