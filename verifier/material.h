#pragma once

#include <cstddef>
#include <utility>

#include "certs/core/bytes.h"
#include "certs/online/evidence_source.h"

namespace antin::verifier {

/// Certificates and revocation data that may help, wherever they came from; none is trusted for
/// having been found. Bounded: a hostile document may bring any number of them.
struct Material : certs::Evidence {
  static constexpr std::size_t kMostCertificates = 1024;
  static constexpr std::size_t kMostCrls = 256;
  static constexpr std::size_t kMostOcsp = 512;

  /// False when it is left out: too many already. One that is there already is not added again.
  bool add(const certs::Certificate& certificate);
  bool add(const certs::Crl& crl);
  bool add(const certs::OcspResponse& answer);
  void add(const Material& other);

  certs::Evidence take() && { return std::move(*this); }

  /// The same from octets; false also when they cannot be read.
  bool add_certificate(ByteView der);
  bool add_crl(ByteView octets);
  bool add_ocsp(ByteView der);
};

}  // namespace antin::verifier
