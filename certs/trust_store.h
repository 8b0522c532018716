#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "certs/certificate.h"

namespace antin::certs {

/// What an anchor may vouch for.
enum class Purpose { kSign, kSeal, kTimestamp, kOcsp };

struct TrustAnchor {
  Certificate certificate;
  std::set<Purpose> purposes;           ///< all of them unless narrowed
  std::optional<UtcTime> trusted_from;  ///< narrows the certificate's own validity
  std::optional<UtcTime> trusted_until;
};

/// Anchors and known intermediates. Immutable after loading, thread-safe, cheap to copy.
struct TrustStore {
  std::vector<TrustAnchor> anchors;
  std::vector<Certificate> intermediates;
};

/// True for every certificate of tests/pki, by its marker extension, and for any other certificate
/// of a key committed there: those private keys are public.
bool is_test_pki(const Certificate& certificate);

/// One file of a trust folder, already read.
struct TrustFile {
  std::string name;  ///< "root.crt", "root.toml"
  Bytes octets;
};

/// `--trust DIR` (architecture.md 13): every certificate in it, PEM, DER or P7B; self-signed ones
/// are anchors, others intermediates; NAME.toml beside NAME.* narrows purposes and dates or
/// promotes an intermediate to anchor. Files whose suffix is not a certificate's (.crt .cer .pem
/// .der .p7b .p7c) or .toml are ignored.
/// Fails with kTrustUnreadable naming the file, with kTrustConfig for a bad NAME.toml (unknown key,
/// no certificate beside it), with kTrustTestPki for a certificate of tests/pki when
/// TestPki::kRefuse.
/// Fails with kTrustConfig too when one certificate stands in two files and either is configured.
enum class TestPki { kRefuse, kAllow };
Result<TrustStore> load_trust_store(const std::vector<TrustFile>& files, TestPki test_pki);

}  // namespace antin::certs
