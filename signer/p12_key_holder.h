#pragma once

#include <memory>
#include <string>
#include <vector>

#include "certs/certificate.h"
#include "certs/core/secret.h"
#include "hsm/key_holder.h"

namespace antin::signer {

/// One key from a PKCS#12 file, in this process's memory: for development and tests. Whoever shows
/// a result must say so (kDevelopmentKey). Looks like a token that is always logged in.
/// Thread-safe.
class P12KeyHolder final : public hsm::KeyHolder {
 public:
  /// Fails with kKeyFileUnusable (wrong password, damaged, no key with its certificate, an
  /// encryption that OpenSSL has only in its legacy provider).
  static Result<std::unique_ptr<P12KeyHolder>> open(ByteView file, const std::string& name,
                                                    const Secret& password);
  ~P12KeyHolder() override;
  P12KeyHolder(const P12KeyHolder&) = delete;
  P12KeyHolder& operator=(const P12KeyHolder&) = delete;

  Result<Listing> tokens() override;
  Result<std::vector<hsm::TokenKey>> keys(const hsm::KeyQuery& query) override;
  Status login(const hsm::TokenStatus& token, hsm::PinSource& pins) override;
  Result<SignatureValue> sign(const std::string& key_uri, SignatureScheme scheme,
                              const ToBeSigned& attributes) override;

 private:
  struct Inside;
  explicit P12KeyHolder(std::unique_ptr<Inside> inside);
  std::unique_ptr<Inside> inside_;
};

}  // namespace antin::signer
