#pragma once

#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "certs/ossl/digest.h"
#include "certs/ossl/handles.h"
#include "hsm/key_holder.h"

namespace antin::fakes {

/// Keys in memory, made from PEM. Signs what it is asked to, unless told to fail, and counts.
class SoftKeyHolder final : public hsm::KeyHolder {
 public:
  /// `uri` is any name the test likes.
  bool add(const std::string& uri, const std::string& key_pem) {
    const ossl::BioPtr bio{BIO_new_mem_buf(key_pem.data(), static_cast<int>(key_pem.size()))};
    ossl::PublicKeyPtr key{PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr)};
    if (!key) return false;
    keys_[uri] = std::move(key);
    return true;
  }
  /// The next sign() calls fail with these, in order.
  void fail_next(Code code) {
    const std::lock_guard lock(mutex_);
    failures_.push_back(code);
  }
  int signatures() const {
    const std::lock_guard lock(mutex_);
    return signatures_;
  }

  Result<Listing> tokens() override { return Listing{}; }
  Result<std::vector<hsm::TokenKey>> keys(const hsm::KeyQuery&) override {
    return std::vector<hsm::TokenKey>{};
  }
  Status login(const hsm::TokenStatus&, hsm::PinSource&) override { return Done{}; }

  Result<SignatureValue> sign(const std::string& key_uri, SignatureScheme scheme,
                              const ToBeSigned& attributes) override {
    {
      const std::lock_guard lock(mutex_);
      if (!failures_.empty()) {
        const auto code = failures_.front();
        failures_.erase(failures_.begin());
        return make_error(code, "as the test wants");
      }
      ++signatures_;
    }
    const auto found = keys_.find(key_uri);
    if (found == keys_.end()) return make_error(Code::kTokenKeyNotFound, key_uri);
    const ossl::DigestContextPtr context{EVP_MD_CTX_new()};
    EVP_PKEY_CTX* parameters = nullptr;
    bool good = EVP_DigestSignInit(context.get(), &parameters, ossl::evp_md(scheme.digest), nullptr,
                                   found->second.get()) == 1;
    if (good && scheme.algorithm == SignatureAlgorithm::kRsaPss)
      good = EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING) == 1 &&
             EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, RSA_PSS_SALTLEN_DIGEST) == 1;
    const auto& text = attributes.value();
    Bytes value(1024);
    auto length = value.size();
    if (!good ||
        EVP_DigestSign(context.get(), value.data(), &length, text.data(), text.size()) != 1)
      return make_error(Code::kTokenFailed, "soft key");
    value.resize(length);
    return SignatureValue{std::move(value)};
  }

 private:
  std::map<std::string, ossl::PublicKeyPtr> keys_;
  mutable std::mutex mutex_;
  std::vector<Code> failures_;
  int signatures_ = 0;
};

}  // namespace antin::fakes
