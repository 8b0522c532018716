#pragma once

#include <string>
#include <vector>

#include "certs/certificate.h"

namespace antin::service {

/// A fingerprint that was published somewhere. It helps an operator to compare; it is no trust.
struct TrustPin {
  std::string name;  ///< commonName of the subject
  Bytes sha256;
  std::string source;  ///< where it was published
};

/// trust-pins.toml (schema "antin-trust-pins/1"). Fails with kTrustConfig naming `file`.
Result<std::vector<TrustPin>> read_trust_pins(const std::string& file, ByteView octets);
/// The file beside the program that runs: share/antin/trust-pins.toml; "" when there is none.
std::string installed_trust_pins();

/// The pin of this very certificate, or null.
const TrustPin* matching_pin(const std::vector<TrustPin>& pins,
                             const certs::Certificate& certificate);
/// A pin of another certificate of the same name, when none matches; or null.
const TrustPin* differing_pin(const std::vector<TrustPin>& pins,
                              const certs::Certificate& certificate);

}  // namespace antin::service
