#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "certs/core/algorithms.h"
#include "certs/core/error.h"
#include "certs/core/time.h"
#include "service/ipc/cbor.h"

namespace antin::service {

/// What administration shows and antind does not read itself: certificates, the key holder's state,
/// the configuration as it stands on the disk. Whoever wires the processes gives it. Thread-safe;
/// each may take as long as a token or a disk takes.
struct AdminSources {
  struct Certificate {
    std::string subject, issuer, serial, sha256;
    UtcTime from{std::chrono::sys_seconds{}}, until{std::chrono::sys_seconds{}};
  };
  struct Trusted {
    Certificate certificate;
    enum class Kind : std::uint8_t { kAnchor, kIntermediate } kind = Kind::kAnchor;
    std::vector<std::string> purposes;             ///< "sign", "seal", "timestamp", "ocsp"
    std::optional<UtcTime> from = {}, until = {};  ///< narrows the certificate's own
    bool test = false;                             ///< of the public test PKI
  };
  /// Something to correct, as `antin config check` tells it.
  struct Problem {
    Error error;
    bool stops = true;  ///< the service would not start, or a secret is exposed
  };

  std::string config_path;
  /// docs/PROTOCOL.tokend.md, status; empty without a key holder.
  std::function<Result<cbor::Value>()> key_status = {};
  std::function<Result<Certificate>(const CertificateDer&)> read_certificate = {};
  /// Of the folder as it is now. Fails as loading it would.
  std::function<Result<std::vector<Trusted>>()> trusted = {};
  std::function<std::vector<Problem>()> check = {};
};

}  // namespace antin::service
