#include "tests/servers/responder.h"

#include <chrono>
#include <fstream>
#include <iterator>

#include <openssl/bn.h>
#include <openssl/ocsp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/ts.h>

#include "certs/asn1.h"
#include "certs/certificate.h"
#include "certs/crl.h"
#include "certs/ossl/handles.h"
#include "tests/servers/responder_state.h"

namespace antin::testpki {
namespace {

namespace fs = std::filesystem;
using certs::Certificate;
using certs::Crl;
using ResponseContextPtr = ossl::Handle<TS_RESP_CTX, &TS_RESP_CTX_free>;

constexpr const char* kPolicy = "2.25.205461519452725487421202699071282493765.2";
constexpr const char* kOtherPolicy = "2.25.205461519452725487421202699071282493765.3";

Result<Bytes> read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return make_error(Code::kFileUnreadable, path.string(), {{"file", path.string()}});
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  return to_bytes(text);
}

Result<Identity> read_identity(const fs::path& pki, const std::string& name) {
  ANTIN_TRY(auto octets, read_file(pki / "certs" / (name + ".crt")));
  ANTIN_TRY(auto certificates, Certificate::from_file_bytes(octets));
  ANTIN_TRY(auto key_octets, read_file(pki / "keys" / (name + ".key")));
  const ossl::BioPtr in{BIO_new_mem_buf(key_octets.data(), static_cast<int>(key_octets.size()))};
  ossl::PublicKeyPtr key{PEM_read_bio_PrivateKey(in.get(), nullptr, nullptr, nullptr)};
  if (!key) return ossl::take_errors(Code::kFileUnreadable, name + ".key");
  return Identity{certificates.front(), std::move(key)};
}

// genTime comes from the test, not from a clock of the library.
int fixed_time(TS_RESP_CTX*, void* data, long* seconds, long* microseconds) {
  const auto* at = static_cast<const UtcTime*>(data);
  *seconds = at->since_epoch().time_since_epoch().count();
  *microseconds = 0;
  return 1;
}

// A serial number must be new for every token, also after a restart.
ASN1_INTEGER* fresh_serial(TS_RESP_CTX*, void*) {
  std::uint64_t number = 0;
  RAND_bytes(reinterpret_cast<unsigned char*>(&number), sizeof number);
  ASN1_INTEGER* serial = ASN1_INTEGER_new();
  if (serial != nullptr) ASN1_INTEGER_set_uint64(serial, number >> 1U | 1U);
  return serial;
}

void set_nonce(TS_REQ* request, std::uint64_t value) {
  const ossl::IntegerPtr nonce{ASN1_INTEGER_new()};
  ASN1_INTEGER_set_uint64(nonce.get(), value);
  TS_REQ_set_nonce(request, nonce.get());
}

// Answers a request that nobody sent.
void spoil(TS_REQ* request, Fault fault) {
  if (fault == Fault::kWrongNonce) set_nonce(request, 42);
  if (fault == Fault::kNoNonce) TS_REQ_set_nonce(request, nullptr);
  if (fault == Fault::kWrongImprint) {
    auto* imprint = TS_REQ_get_msg_imprint(request);
    auto other = to_bytes(certs::content_of(TS_MSG_IMPRINT_get_msg(imprint)));
    if (!other.empty()) other.front() ^= 1U;
    TS_MSG_IMPRINT_set_msg(imprint, other.data(), static_cast<int>(other.size()));
  }
  if (fault == Fault::kRefused) {
    const ossl::ObjectPtr policy{OBJ_txt2obj(kOtherPolicy, 1)};
    TS_REQ_set_policy_id(request, policy.get());
  }
}

}  // namespace

Error failed(const char* doing) {
  return ossl::take_errors(Code::kInternal, doing);
}

Fault fault_named(std::string_view name) {
  static const std::map<std::string_view, Fault> kNames{
      {"wrong-nonce", Fault::kWrongNonce},
      {"no-nonce", Fault::kNoNonce},
      {"wrong-imprint", Fault::kWrongImprint},
      {"refused", Fault::kRefused},
      {"try-later", Fault::kRefused},
      {"stale", Fault::kStale},
      {"future", Fault::kFuture},
      {"no-next-update", Fault::kNoNextUpdate},
      {"unknown", Fault::kUnknown},
      {"wrong-signer", Fault::kWrongSigner},
      {"unauthorised", Fault::kUnauthorised},
      {"internal-error", Fault::kInternalError},
      {"other-serial", Fault::kOtherSerial},
      {"archive-cutoff", Fault::kArchiveCutoff},
      {"bad-signature", Fault::kBadSignature},
      {"no-certificates", Fault::kNoCertificates},
  };
  const auto found = kNames.find(name);
  return found == kNames.end() ? Fault::kNone : found->second;
}

Result<Responder> Responder::open(const fs::path& pki) {
  std::map<std::string, Identity> identities;
  for (const auto& entry : fs::directory_iterator(pki / "certs")) {
    const auto name = entry.path().stem().string();
    if (!fs::exists(pki / "keys" / (name + ".key"))) continue;  // issuing-ca-cross: another's key
    ANTIN_TRY(auto identity, read_identity(pki, name));
    identities.emplace(name, std::move(identity));
  }
  return Responder{std::make_shared<const State>(State{pki, std::move(identities)})};
}

Result<Bytes> Responder::timestamp(ByteView request, const std::string& tsa, UtcTime gen_time,
                                   Fault fault) const {
  const auto* signer = state_->find(tsa);
  if (signer == nullptr) return make_error(Code::kUsage, "no such TSA");
  const auto& [certificate, key] = *signer;
  if (fault == Fault::kFuture) gen_time = UtcTime{gen_time.since_epoch() + std::chrono::hours{24}};

  const auto* at = request.data();
  const ossl::TimestampRequestPtr asked{
      d2i_TS_REQ(nullptr, &at, static_cast<long>(request.size()))};
  const ossl::BioPtr in{BIO_new(BIO_s_mem())};
  if (asked) {
    spoil(asked.get(), fault);
    i2d_TS_REQ_bio(in.get(), asked.get());
  }  // else the library answers badDataFormat

  const ossl::ObjectPtr policy{OBJ_txt2obj(kPolicy, 1)};
  const ResponseContextPtr context{TS_RESP_CTX_new()};
  if (!context || TS_RESP_CTX_set_signer_key(context.get(), key.get()) != 1 ||
      TS_RESP_CTX_set_def_policy(context.get(), policy.get()) != 1 ||
      TS_RESP_CTX_set_signer_digest(context.get(), EVP_sha256()) != 1 ||
      TS_RESP_CTX_set_ess_cert_id_digest(context.get(), EVP_sha256()) != 1 ||
      TS_RESP_CTX_add_md(context.get(), EVP_sha256()) != 1 ||
      TS_RESP_CTX_add_md(context.get(), EVP_sha384()) != 1 ||
      TS_RESP_CTX_add_md(context.get(), EVP_sha512()) != 1 ||
      TS_RESP_CTX_set_accuracy(context.get(), 1, 0, 0) != 1)
    return failed("TSA context");
  // The library refuses certificates whose extended key usage is not critical and alone (tsa-lax).
  if (TS_RESP_CTX_set_signer_cert(context.get(), certificate.x509()) != 1)
    return failed("TSA certificate");
  if (const auto* issuer = state_->issuer_of(certificate)) {
    const ossl::X509ViewPtr chain{sk_X509_new_null()};
    sk_X509_push(chain.get(), issuer->certificate.x509());
    if (TS_RESP_CTX_set_certs(context.get(), chain.get()) != 1) return failed("TSA chain");
  }
  TS_RESP_CTX_set_time_cb(context.get(), fixed_time, &gen_time);
  TS_RESP_CTX_set_serial_cb(context.get(), fresh_serial, nullptr);
  const ossl::TimestampResponsePtr response{TS_RESP_create_response(context.get(), in.get())};
  if (!response) return failed("timestamp response");
  auto octets = certs::to_der(response.get(), i2d_TS_RESP);
  // The signature value is the last thing in the response.
  if (fault == Fault::kBadSignature && !octets.empty()) octets.back() ^= 1U;
  return octets;
}

std::optional<Bytes> Responder::crl(const std::string& name) const {
  const auto octets = read_file(state_->pki / "crl" / (name + ".crl"));
  if (!octets) return std::nullopt;
  const auto list = Crl::from_bytes(octets.value());
  if (!list) return std::nullopt;
  return list.value().der();
}

std::optional<Bytes> Responder::certificate(const std::string& name) const {
  const auto octets = read_file(state_->pki / "certs" / (name + ".crt"));
  if (!octets) return std::nullopt;
  const auto read = Certificate::from_file_bytes(octets.value());
  if (!read) return std::nullopt;
  return read.value().front().der();
}

}  // namespace antin::testpki
