#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ts.h>

#include "certs/ossl/handles.h"
#include "certs/timestamp.h"
#include "signer/timestamp_source.h"
#include "tests/unit/signer/pki.h"

namespace antin::signer {

/// A timestamp authority in memory, on OpenSSL's responder: not our code on both sides.
class SoftTsa final : public TimestampSource {
 public:
  UtcTime at = test_now();
  std::optional<Code> fail_with;
  std::vector<certs::Certificate> extra;  ///< further certificates in the token

  bool load(const std::string& name) {
    const auto pem = pki_key(name);
    const ossl::BioPtr bio{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
    key_.reset(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr));
    certificate_ = pki_certificate(name);
    return key_ != nullptr;
  }

  /// DER TimeStampResp for a DER TimeStampReq.
  Bytes respond(ByteView request, std::size_t padding = 0) const {
    using ResponseContext = ossl::Handle<TS_RESP_CTX, &TS_RESP_CTX_free>;
    const ResponseContext context{TS_RESP_CTX_new()};
    TS_RESP_CTX_set_signer_cert(context.get(), certificate_->x509());
    TS_RESP_CTX_set_signer_key(context.get(), key_.get());
    TS_RESP_CTX_set_signer_digest(context.get(), EVP_sha256());
    TS_RESP_CTX_set_ess_cert_id_digest(context.get(), EVP_sha256());
    TS_RESP_CTX_add_md(context.get(), EVP_sha256());
    const ossl::Handle<ASN1_OBJECT, &ASN1_OBJECT_free> policy{OBJ_txt2obj("1.2.3.4.1", 1)};
    TS_RESP_CTX_set_def_policy(context.get(), policy.get());
    const ossl::X509StackPtr others{sk_X509_new_null()};
    const auto push = [&](const certs::Certificate& one) {
      X509_up_ref(one.x509());
      sk_X509_push(others.get(), one.x509());
    };
    for (const auto& one : extra) push(one);
    for (std::size_t i = 0; i < padding; ++i) push(pki_certificate("issuing-ca"));
    TS_RESP_CTX_set_certs(context.get(), others.get());
    TS_RESP_CTX_set_serial_cb(
        context.get(),
        [](TS_RESP_CTX*, void*) {
          ASN1_INTEGER* serial = ASN1_INTEGER_new();
          ASN1_INTEGER_set(serial, 4711);
          return serial;
        },
        nullptr);
    auto seconds = static_cast<long>(at.since_epoch().time_since_epoch().count());
    TS_RESP_CTX_set_time_cb(
        context.get(),
        [](TS_RESP_CTX*, void* data, long* sec, long* usec) {
          *sec = *static_cast<long*>(data);
          *usec = 0;
          return 1;
        },
        &seconds);
    const ossl::BioPtr in{BIO_new_mem_buf(request.data(), static_cast<int>(request.size()))};
    const ossl::TimestampResponsePtr response{TS_RESP_create_response(context.get(), in.get())};
    const int length = i2d_TS_RESP(response.get(), nullptr);
    Bytes out(static_cast<std::size_t>(length));
    auto* put = out.data();
    i2d_TS_RESP(response.get(), &put);
    return out;
  }

  Bytes token_over(ByteView imprint, std::size_t padding = 0) const {
    const Bytes nonce(16, 0x41);
    const auto request = certs::make_timestamp_request(imprint, nonce).value();
    return certs::read_timestamp_response(respond(request, padding), imprint, nonce)
        .value()
        .bytes();
  }

  Result<certs::TimestampToken> timestamp(ByteView imprint) override {
    if (fail_with) return make_error(*fail_with, "as the test wants");
    return certs::TimestampToken::from_bytes(token_over(imprint));
  }

 private:
  ossl::PublicKeyPtr key_;
  std::optional<certs::Certificate> certificate_;
};

}  // namespace antin::signer
