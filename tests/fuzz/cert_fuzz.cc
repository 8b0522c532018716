// Certificate files: what is read must be the octets that were given, once and for all.

#include <cstdint>

#include "certs/path.h"
#include "tests/fuzz/require.h"

namespace {

using namespace antin;
using namespace antin::certs;
using fuzz::require;

void use(const Certificate& one) {
  const auto again = Certificate::from_der(one.der());
  require(again && again.value() == one && again.value().sha256() == one.sha256());
  require(one.sha256().size() == 32);
  require(!one.self_signed() || one.self_issued());
  (void)one.subject_line();
  (void)one.issuer_line();
  (void)one.subject_common_name();
  (void)one.issuer_organization();
  (void)one.serial_hex();
  (void)one.public_key();
  (void)one.signature_digest();
  (void)one.may_sign();
  (void)one.may_timestamp();
  (void)one.ocsp_urls();
  (void)one.crl_urls();
  (void)one.ca_issuer_urls();
  (void)is_test_pki(one);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView octets{data, size};
  const auto all = Certificate::from_file_bytes(octets);
  const auto single = Certificate::from_der(octets);
  require(!single || all);
  require(!single || single.value().der() == to_bytes(octets));
  if (!all) {
    require(all.error().code == Code::kCertMalformed);
    return 0;
  }
  require(!all.value().empty() && all.value().size() <= 256);
  for (const auto& one : all.value()) use(one);
  // Nobody is trusted here, whatever the file says about itself.
  const TrustStore nobody;
  const auto path = build_path({.leaf = all.value().front(),
                                .candidates = all.value(),
                                .trust = &nobody,
                                .crls = {},
                                .purpose = Purpose::kSign,
                                .at = *from_rfc3339("2026-06-01T00:00:00Z")});
  require(path.state == PathResult::State::kNoPath && !path.anchor);
  require(path.chain.size() == path.revocation.size());
  // As its own anchor it may be valid, but never by a list, and never beyond its dates.
  const TrustStore itself{{{all.value().front(), {Purpose::kSign}, {}, {}}}, {}};
  const auto own = build_path({.leaf = all.value().front(),
                               .candidates = all.value(),
                               .trust = &itself,
                               .crls = {},
                               .purpose = Purpose::kSign,
                               .at = *from_rfc3339("2026-06-01T00:00:00Z")});
  const auto at = *from_rfc3339("2026-06-01T00:00:00Z");
  require(own.state != PathResult::State::kValid ||
          (own.chain.front().not_before() <= at && at <= own.chain.front().not_after()));
  return 0;
}
