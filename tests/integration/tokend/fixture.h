#pragma once

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "certs/ossl/digest.h"
#include "hsm/tokend/client.h"
#include "hsm/tokend/file_journal.h"
#include "tests/fakes/signed_attributes.h"
#include "tests/fakes/softhsm_token.h"
#include "tests/fakes/temp_folder.h"
#include "tests/fakes/tokend_process.h"

namespace antin::hsm {

constexpr SignatureScheme kRsa256{SignatureAlgorithm::kRsaPkcs1, DigestAlgorithm::kSha256};
constexpr const char* kShim = ANTIN_BINARY_DIR "/tests/antin_p11_shim.so";

template <class T>
std::string outcome(const Result<T>& result) {
  return result ? "ok" : std::string{info(result.error().code).name};
}

/// The process, a token, and a client of each socket.
class TokendProcessTest : public ::testing::Test {
 protected:
  TokendProcessTest() {
    ::setenv("ANTIN_SHIM_MODULE", fakes::SoftHsmToken::kModule, 1);
    ::setenv("ANTIN_SHIM_CONTROL", (folder_.path() + "/control").c_str(), 1);
    ::setenv("ANTIN_SHIM_LOG", (folder_.path() + "/calls").c_str(), 1);
    ::unsetenv("ANTIN_SHIM_PINPAD");
    ::unsetenv("CREDENTIALS_DIRECTORY");
    tokend_ = std::make_unique<antin::testing::TokendProcess>(folder_.path());
  }

  static TokendKeyHolder connect(const std::string& socket) {
    return TokendKeyHolder{[socket] { return connect_to_tokend(socket); },
                           {std::chrono::seconds{60}, std::chrono::seconds{60}}};
  }
  static KeyQuery by_uri(const std::string& uri) {
    KeyQuery query;
    query.uri = uri;
    return query;
  }
  /// What antind does: which key the pattern means, then a signature.
  Result<SignatureValue> sign(unsigned number = 0) {
    ANTIN_TRY(const auto key, find_one(client_, by_uri(kPattern)));
    certificate_ = key.certificate->value();
    return client_.sign(key.uri, kRsa256, attributes(number));
  }
  /// Attributes that differ by `number`; after a first sign() they name the key's certificate.
  ToBeSigned attributes(unsigned number) const {
    Bytes digest(32, 0x5A);
    for (std::size_t i = 0; i < 4; ++i) digest[i] = static_cast<std::uint8_t>(number >> (8 * i));
    return fakes::signed_attributes(digest, ossl::sha256(certificate_));
  }
  /// `tail` follows the usual configuration with `module`.
  void configure(const std::string& module, const std::string& more_service = "",
                 const std::string& tail = "") const {
    tokend_->write_pin(fakes::SoftHsmToken::kPin);
    tokend_->write_config(antin::testing::TokendProcess::head(module, more_service) +
                          "[[tokens]]\nuri = \"pkcs11:token=antin%20test\"\npin = \"file:pin\"\n" +
                          antin::testing::TokendProcess::document_key(kPattern) + tail);
  }

  static constexpr const char* kPattern = "pkcs11:token=antin%20test;object=rsa2048";
  fakes::SoftHsmToken token_;
  fakes::TempFolder folder_{"tkd"};
  std::unique_ptr<antin::testing::TokendProcess> tokend_;
  Bytes certificate_;
  TokendKeyHolder client_{[this] { return connect_to_tokend(tokend_->socket()); },
                          {std::chrono::seconds{60}, std::chrono::seconds{60}}};
};

}  // namespace antin::hsm
