#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "certs/certificate.h"
#include "certs/core/error.h"
#include "certs/core/time.h"
#include "hsm/key_holder.h"

namespace antin::hsm {
class Pkcs11KeyHolder;
}

namespace antin::service::agent {

/// A certificate of a device that is plugged in now, seen without a PIN.
struct Found {
  hsm::TokenStatus token;
  certs::Certificate certificate;
  std::vector<Bytes> chain;  ///< DER of what stands beside it
};

/// What the agent needs of the devices. Thread-safe.
class KeyRing {
 public:
  struct Seen {
    std::vector<hsm::TokenStatus> tokens;
    std::vector<Found> certificates;
    std::vector<Error> failures;  ///< drivers that cannot be used, M-20
  };
  virtual ~KeyRing() = default;
  /// Fails with kAgentNoDriver. Finds what was plugged in since.
  virtual Result<Seen> look() = 0;
  /// One C_Login with one PIN. Fails as hsm::KeyHolder::login() does.
  virtual Status login(const Found& found, hsm::PinSource& pins) = 0;
  /// Fails as hsm::KeyHolder::sign() does.
  virtual Result<SignatureValue> sign(const Found& found, SignatureScheme scheme,
                                      const ToBeSigned& attributes) = 0;
  /// The next signature needs a PIN again.
  virtual void log_out() = 0;
};

/// Fails with kAgentNoToken, kAgentWrongCertificate, with what is wrong with the only driver, and
/// as KeyRing::look().
Result<Found> find_certificate(KeyRing& ring, const std::string& sha256_hex);

/// S-04 as far as the certificate itself tells: in its time, for signatures. Revocation is the
/// service's to judge, before anything is prepared. Fails with kCertificateExpired ({ngay}),
/// kCertificateNotYetValid, kAgentNotForSigning.
Status check_usable(const certs::Certificate& certificate, UtcTime now);

/// How its key signs: RSA PKCS #1 v1.5, which every device has, or ECDSA, with a digest not weaker
/// than the curve (FIPS 186-5 §6.1.1).
SignatureScheme usual_scheme(const certs::Certificate& certificate);

/// Keys on PKCS#11 tokens, each module in a process of its own.
class Pkcs11KeyRing final : public KeyRing {
 public:
  Pkcs11KeyRing(std::vector<std::string> modules, std::string child_program);
  ~Pkcs11KeyRing() override;
  Result<Seen> look() override;
  Status login(const Found& found, hsm::PinSource& pins) override;
  Result<SignatureValue> sign(const Found& found, SignatureScheme scheme,
                              const ToBeSigned& attributes) override;
  void log_out() override;

 private:
  using Holder = std::shared_ptr<hsm::Pkcs11KeyHolder>;
  Result<Holder> make() const;
  Result<Holder> viewer();
  Result<Holder> signer();
  void reload_now_and_then(const Holder& holder);
  const std::vector<std::string> modules_;
  const std::string child_program_;
  std::mutex mutex_;
  Holder viewer_;  ///< never logged in
  Holder signer_;  ///< logged in while a batch is signed
  std::string key_uri_, key_of_;
  std::optional<std::chrono::steady_clock::time_point> loaded_;
};

}  // namespace antin::service::agent
