#pragma once

#include <initializer_list>
#include <string>
#include <sys/stat.h>
#include <utility>

#include <gtest/gtest.h>
#include <openssl/pem.h>

#include "certs/ossl/handles.h"
#include "tests/fakes/temp_folder.h"

namespace antin::testing {

/// Keys and certificates for TLS, made anew for each test in a folder that goes with it: an
/// authority, a server and a client of it, and whatever a test asks for besides.
class TlsPki {
 public:
  struct Pair {
    ossl::PublicKeyPtr key;
    ossl::X509Ptr certificate;
  };

  TlsPki() {
    authority_ = issue("Authority", nullptr);
    write("ca", authority_);
    write("server", issue("localhost", &authority_));
    write("client", issue("portal", &authority_));
  }
  TlsPki(const TlsPki&) = delete;
  TlsPki& operator=(const TlsPki&) = delete;

  std::string certificate(const std::string& name) const {
    return folder_.path() + "/" + name + ".crt";
  }
  std::string key(const std::string& name) const { return folder_.path() + "/" + name + ".key"; }
  const Pair& authority() const { return authority_; }

  static ossl::PublicKeyPtr p256() {
    return ossl::PublicKeyPtr(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"));
  }
  static ossl::PublicKeyPtr rsa(std::size_t bits) {
    return ossl::PublicKeyPtr(EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", bits));
  }

  /// Good from an hour ago for a day. Without an issuer self-signed, an authority.
  static Pair issue(const std::string& common_name, const Pair* issuer,
                    ossl::PublicKeyPtr own = p256()) {
    Pair made{std::move(own), ossl::X509Ptr(X509_new())};
    auto* x = made.certificate.get();
    X509_set_version(x, X509_VERSION_3);
    static long serial = 1;
    ASN1_INTEGER_set(X509_get_serialNumber(x), ++serial);
    X509_gmtime_adj(X509_getm_notBefore(x), -3600);
    X509_gmtime_adj(X509_getm_notAfter(x), 86'400);
    X509_set_pubkey(x, made.key.get());
    const ossl::NamePtr name(X509_NAME_new());
    X509_NAME_add_entry_by_txt(name.get(), "CN", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(common_name.c_str()), -1, -1,
                               0);  // NOLINT
    X509_set_subject_name(x, name.get());
    const auto& above = issuer == nullptr ? made : *issuer;
    X509_set_issuer_name(x, X509_get_subject_name(above.certificate.get()));
    X509V3_CTX context{};
    X509V3_set_ctx(&context, above.certificate.get(), x, nullptr, nullptr, 0);
    const auto add = [&](const char* key, const char* value) {
      const ossl::Handle<X509_EXTENSION, &X509_EXTENSION_free> extension(
          X509V3_EXT_conf(nullptr, &context, key, value));
      X509_add_ext(x, extension.get(), -1);
    };
    add("basicConstraints", issuer == nullptr ? "critical,CA:TRUE" : "critical,CA:FALSE");
    add("keyUsage",
        issuer == nullptr ? "critical,keyCertSign,cRLSign" : "critical,digitalSignature");
    add("subjectKeyIdentifier", "hash");
    if (issuer != nullptr) add("authorityKeyIdentifier", "keyid");
    X509_sign(x, above.key.get(), EVP_sha256());
    return made;
  }

  /// A list of `issuer`'s with the serial numbers of `revoked`, good from `from` seconds from now
  /// for a day, in PEM at list(name).
  void write_list(const std::string& name, const Pair& issuer,
                  std::initializer_list<const X509*> revoked, long from = -3600) const {
    const ossl::Handle<X509_CRL, &X509_CRL_free> crl(X509_CRL_new());
    X509_CRL_set_version(crl.get(), X509_CRL_VERSION_2);
    X509_CRL_set_issuer_name(crl.get(), X509_get_subject_name(issuer.certificate.get()));
    const ossl::Handle<ASN1_TIME, &ASN1_TIME_free> last(X509_gmtime_adj(nullptr, from)),
        next(X509_gmtime_adj(nullptr, from + 86'400));
    X509_CRL_set1_lastUpdate(crl.get(), last.get());
    X509_CRL_set1_nextUpdate(crl.get(), next.get());
    for (const auto* one : revoked) {
      X509_REVOKED* entry = X509_REVOKED_new();                        // the list owns it
      X509_REVOKED_set_serialNumber(entry, const_cast<ASN1_INTEGER*>(  // NOLINT: copied
                                               X509_get0_serialNumber(one)));
      X509_REVOKED_set_revocationDate(entry, last.get());
      X509_CRL_add0_revoked(crl.get(), entry);
    }
    X509_CRL_sign(crl.get(), issuer.key.get(), EVP_sha256());
    const ossl::BioPtr out(BIO_new_file(list(name).c_str(), "w"));
    PEM_write_bio_X509_CRL(out.get(), crl.get());
  }
  std::string list(const std::string& name) const { return folder_.path() + "/" + name + ".crl"; }

  void write(const std::string& name, const Pair& pair) const {
    const ossl::BioPtr out(BIO_new_file(certificate(name).c_str(), "w"));
    PEM_write_bio_X509(out.get(), pair.certificate.get());
    const ossl::BioPtr secret(BIO_new_file(key(name).c_str(), "w"));
    PEM_write_bio_PrivateKey(secret.get(), pair.key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    ::chmod(key(name).c_str(), 0600);
  }
  void write_encrypted(const std::string& name, const Pair& pair) const {
    write(name, pair);
    const ossl::BioPtr secret(BIO_new_file(key(name).c_str(), "w"));
    PEM_write_bio_PrivateKey(secret.get(), pair.key.get(), EVP_aes_256_cbc(), nullptr, 0, nullptr,
                             const_cast<char*>("secret"));  // NOLINT: never written to
  }

 private:
  fakes::TempFolder folder_{"tls"};
  Pair authority_;
};

}  // namespace antin::testing
