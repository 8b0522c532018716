#pragma once

#include <string>

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "certs/ossl/handles.h"
#include "tests/unit/certs/pki.h"

namespace antin::certs {

/// A certificate made on the spot for P-256 key `issuer` of tests/pki, without the marker.
struct Issue {
  std::string issuer;      ///< its name and key sign
  std::string subject_of;  ///< whose subject name is copied
  int serial;
  std::string crl_addresses = {};  ///< "URI:…,URI:…"; none: no such extension
};

inline ossl::PublicKeyPtr private_key(const std::string& name) {
  const auto pem = read_file(pki_path("keys/" + name + ".key"));
  const ossl::BioPtr in{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
  return ossl::PublicKeyPtr{PEM_read_bio_PrivateKey(in.get(), nullptr, nullptr, nullptr)};
}

inline Certificate issue(const Issue& what) {
  const auto key = private_key(what.issuer);
  const ossl::X509Ptr made{X509_new()};
  X509_set_version(made.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(made.get()), what.serial);
  ASN1_TIME_set_string(X509_getm_notBefore(made.get()), "20250101000000Z");
  ASN1_TIME_set_string(X509_getm_notAfter(made.get()), "20341231000000Z");
  X509_set_issuer_name(made.get(), X509_get_subject_name(cert(what.issuer).x509()));
  X509_set_subject_name(made.get(), X509_get_subject_name(cert(what.subject_of).x509()));
  X509_set_pubkey(made.get(), key.get());
  if (!what.crl_addresses.empty()) {
    const ossl::Handle<X509_EXTENSION, &X509_EXTENSION_free> points{X509V3_EXT_conf_nid(
        nullptr, nullptr, NID_crl_distribution_points, what.crl_addresses.c_str())};
    EXPECT_EQ(X509_add_ext(made.get(), points.get(), -1), 1);
  }
  EXPECT_GT(X509_sign(made.get(), key.get(), EVP_sha256()), 0);
  unsigned char* der = nullptr;
  const int length = i2d_X509(made.get(), &der);
  const ossl::OctetsPtr owned{der};
  return Certificate::from_der({der, static_cast<std::size_t>(length)}).value();
}

}  // namespace antin::certs
