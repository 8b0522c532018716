#include "tests/servers/responder.h"

#include <atomic>
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

namespace antin::testpki {
namespace {

namespace fs = std::filesystem;
using certs::Certificate;
using certs::Crl;
using ResponseContextPtr = ossl::Handle<TS_RESP_CTX, &TS_RESP_CTX_free>;
using OcspRequestPtr = ossl::Handle<OCSP_REQUEST, &OCSP_REQUEST_free>;
using OcspBasicPtr = ossl::Handle<OCSP_BASICRESP, &OCSP_BASICRESP_free>;
using TimePtr = ossl::Handle<ASN1_TIME, &ASN1_TIME_free>;

constexpr const char* kPolicy = "2.25.205461519452725487421202699071282493765.2";
constexpr const char* kOtherPolicy = "2.25.205461519452725487421202699071282493765.3";

struct Identity {
  Certificate certificate;
  ossl::PublicKeyPtr key;
};

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

TimePtr asn1_time(UtcTime at) {
  return TimePtr{ASN1_TIME_set(nullptr, at.since_epoch().time_since_epoch().count())};
}

Error failed(const char* doing) {
  return ossl::take_errors(Code::kInternal, doing);
}

}  // namespace

struct Responder::State {
  fs::path pki;
  std::map<std::string, Identity> identities;
  Crl issuing_list;
};

Result<Responder> Responder::open(const fs::path& pki) {
  std::map<std::string, Identity> identities;
  for (const auto& entry : fs::directory_iterator(pki / "certs")) {
    const auto name = entry.path().stem().string();
    const bool needed =
        name.starts_with("tsa") || name == "ocsp" || name == "agency" || name == "issuing-ca";
    if (!needed) continue;
    ANTIN_TRY(auto identity, read_identity(pki, name));
    identities.emplace(name, std::move(identity));
  }
  ANTIN_TRY(auto octets, read_file(pki / "crl" / "issuing-ca.crl"));
  ANTIN_TRY(auto list, Crl::from_bytes(octets));
  return Responder{std::make_shared<const State>(State{pki, std::move(identities), list})};
}

Result<Bytes> Responder::timestamp(ByteView request, const std::string& tsa, UtcTime gen_time,
                                   Fault fault) const {
  const auto found = state_->identities.find(tsa);
  if (found == state_->identities.end()) return make_error(Code::kUsage, "no such TSA");
  const auto& [certificate, key] = found->second;

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
  const auto issuing = state_->identities.find("issuing-ca");
  if (issuing != state_->identities.end()) {
    const ossl::X509ViewPtr chain{sk_X509_new_null()};
    sk_X509_push(chain.get(), issuing->second.certificate.x509());
    if (TS_RESP_CTX_set_certs(context.get(), chain.get()) != 1) return failed("TSA chain");
  }
  TS_RESP_CTX_set_time_cb(context.get(), fixed_time, &gen_time);
  TS_RESP_CTX_set_serial_cb(context.get(), fresh_serial, nullptr);
  const ossl::TimestampResponsePtr response{TS_RESP_create_response(context.get(), in.get())};
  if (!response) return failed("timestamp response");
  return certs::to_der(response.get(), i2d_TS_RESP);
}

Result<Bytes> Responder::ocsp(ByteView request, UtcTime now, Fault fault) const {
  const auto* at = request.data();
  const OcspRequestPtr asked{d2i_OCSP_REQUEST(nullptr, &at, static_cast<long>(request.size()))};
  const auto bare = [](int status) -> Result<Bytes> {
    const ossl::OcspResponsePtr response{OCSP_response_create(status, nullptr)};
    return certs::to_der(response.get(), i2d_OCSP_RESPONSE);
  };
  if (!asked || OCSP_request_onereq_count(asked.get()) == 0)
    return bare(OCSP_RESPONSE_STATUS_MALFORMEDREQUEST);
  if (fault == Fault::kRefused) return bare(OCSP_RESPONSE_STATUS_TRYLATER);

  const auto& ca = state_->identities.at("issuing-ca").certificate;
  const auto& signer = state_->identities.at(fault == Fault::kWrongSigner ? "agency" : "ocsp");
  using std::chrono::hours;
  const auto from = fault == Fault::kStale ? UtcTime{now.since_epoch() - hours{48}} : now;
  const auto this_update = asn1_time(from);
  const auto next_update = asn1_time(UtcTime{from.since_epoch() + hours{24}});
  const OcspBasicPtr basic{OCSP_BASICRESP_new()};
  for (int i = 0; i < OCSP_request_onereq_count(asked.get()); ++i) {
    auto* id = OCSP_onereq_get0_id(OCSP_request_onereq_get0(asked.get(), i));
    ASN1_OBJECT* digest = nullptr;
    ASN1_INTEGER* serial = nullptr;
    OCSP_id_get0_info(nullptr, &digest, nullptr, &serial, id);
    const ossl::Handle<OCSP_CERTID, &OCSP_CERTID_free> ours{
        OCSP_cert_id_new(EVP_get_digestbyobj(digest), X509_get_subject_name(ca.x509()),
                         X509_get0_pubkey_bitstr(ca.x509()), serial)};
    int status = V_OCSP_CERTSTATUS_UNKNOWN;
    ASN1_TIME* when = nullptr;
    X509_REVOKED* entry = nullptr;
    if (ours && OCSP_id_cmp(ours.get(), id) == 0) {
      status = V_OCSP_CERTSTATUS_GOOD;
      if (X509_CRL_get0_by_serial(state_->issuing_list.x509_crl(), &entry, serial) == 1) {
        status = V_OCSP_CERTSTATUS_REVOKED;
        when = const_cast<ASN1_TIME*>(X509_REVOKED_get0_revocationDate(entry));
      }
    }
    if (OCSP_basic_add1_status(basic.get(), id, status, OCSP_REVOKED_STATUS_NOSTATUS, when,
                               this_update.get(), next_update.get()) == nullptr)
      return failed("OCSP status");
  }
  if (fault == Fault::kWrongNonce)
    OCSP_basic_add1_nonce(basic.get(), nullptr, -1);
  else
    OCSP_copy_nonce(basic.get(), asked.get());
  if (OCSP_basic_sign(basic.get(), signer.certificate.x509(), signer.key.get(), EVP_sha256(),
                      nullptr, 0) != 1)
    return failed("OCSP signature");
  const ossl::OcspResponsePtr response{
      OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic.get())};
  return certs::to_der(response.get(), i2d_OCSP_RESPONSE);
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
