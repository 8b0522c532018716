#include "certs/timestamp.h"

#include <algorithm>
#include <mutex>

#include <openssl/objects.h>
#include <openssl/x509v3.h>

#include "certs/asn1.h"
#include "certs/ossl/digest.h"
#include "certs/ossl/parsing.h"

namespace antin::certs {
namespace {

constexpr std::size_t kLargestToken = std::size_t{1} << 20U;
constexpr int kMostCertificates = 64;

Error malformed(std::string why) {
  return make_error(Code::kTimestampMalformed, std::move(why));
}

// RFC 3161 §2.4.2: TSTInfo is an OCTET STRING inside SignedData; null when it is not.
ossl::TimestampInfoPtr read_info(CMS_ContentInfo* cms) {
  if (OBJ_obj2nid(CMS_get0_type(cms)) != NID_pkcs7_signed ||
      OBJ_obj2nid(CMS_get0_eContentType(cms)) != NID_id_smime_ct_TSTInfo)
    return nullptr;
  auto** content = CMS_get0_content(cms);
  if (content == nullptr || *content == nullptr) return nullptr;
  const auto octets = content_of(*content);
  const auto* at = octets.data();
  ossl::TimestampInfoPtr info{d2i_TS_TST_INFO(nullptr, &at, static_cast<long>(octets.size()))};
  if (!info || at != octets.data() + octets.size() || TS_TST_INFO_get_version(info.get()) != 1)
    return nullptr;
  return info;
}

Bytes without_leading_zeros(ByteView octets) {
  const auto first = std::find_if(octets.begin(), octets.end(), [](auto o) { return o != 0; });
  return {first, octets.end()};
}

std::string dotted(const ASN1_OBJECT* oid) {
  std::string text(128, '\0');
  const int length = OBJ_obj2txt(text.data(), static_cast<int>(text.size()), oid, 1);
  text.resize(length < 0 ? 0 : std::min(text.size() - 1, static_cast<std::size_t>(length)));
  return text;
}

std::vector<Certificate> certificates_in(CMS_ContentInfo* cms) {
  const ossl::X509StackPtr all{CMS_get1_certs(cms)};
  std::vector<Certificate> read;
  for (int i = 0; all && i < sk_X509_num(all.get()); ++i) {
    auto one = Certificate::from_der(to_der(sk_X509_value(all.get(), i), i2d_X509));
    if (one) read.push_back(std::move(one).value());  // what cannot be read vouches for nothing
  }
  return read;
}

bool content_type_is_tst_info(const CMS_SignerInfo* signer) {
  constexpr int kExactlyOne = -3;
  const auto* type = static_cast<const ASN1_OBJECT*>(
      CMS_signed_get0_data_by_OBJ(const_cast<CMS_SignerInfo*>(signer),
                                  OBJ_nid2obj(NID_pkcs9_contentType), kExactlyOne, V_ASN1_OBJECT));
  return type != nullptr && OBJ_obj2nid(type) == NID_id_smime_ct_TSTInfo;
}

template <class T, class D2i>
T read_attribute(CMS_SignerInfo* signer, int nid, D2i d2i) {
  constexpr int kExactlyOne = -3;
  const auto* value = static_cast<const ASN1_STRING*>(
      CMS_signed_get0_data_by_OBJ(signer, OBJ_nid2obj(nid), kExactlyOne, V_ASN1_SEQUENCE));
  const auto octets = content_of(value);
  const auto* at = octets.data();
  return T{octets.empty() ? nullptr : d2i(nullptr, &at, static_cast<long>(octets.size()))};
}

// RFC 3161 §2.4.2 and RFC 5816: the signed attributes name the TSA's certificate by its digest.
bool names_certificate(CMS_SignerInfo* signer, const Certificate& certificate) {
  const auto v1 = read_attribute<ossl::EssCertPtr>(signer, NID_id_smime_aa_signingCertificate,
                                                   d2i_ESS_SIGNING_CERT);
  const auto v2 = read_attribute<ossl::EssCertV2Ptr>(signer, NID_id_smime_aa_signingCertificateV2,
                                                     d2i_ESS_SIGNING_CERT_V2);
  if (!v1 && !v2) return false;
  // An attribute that is there and cannot be read is not the same as none.
  if ((!v1 && CMS_signed_get_attr_by_NID(signer, NID_id_smime_aa_signingCertificate, -1) >= 0) ||
      (!v2 && CMS_signed_get_attr_by_NID(signer, NID_id_smime_aa_signingCertificateV2, -1) >= 0))
    return false;
  const ossl::X509ViewPtr chain{sk_X509_new_null()};
  if (!chain || sk_X509_push(chain.get(), certificate.x509()) == 0) return false;
  return OSSL_ESS_check_signing_certs(v1.get(), v2.get(), chain.get(), 1) == 1;
}

// Issuer and serial number do not identify a certificate when somebody copies them; the signed
// attributes do. Among those that fit, the one that is named goes first.
std::optional<Certificate> find_signer(CMS_SignerInfo* signer, const TimestampToken& token,
                                       const PathInput& input) {
  std::optional<Certificate> fits;
  const auto look_at = [&](const Certificate& one) {
    if (CMS_SignerInfo_cert_cmp(signer, one.x509()) != 0) return false;
    if (!fits) fits = one;
    if (!names_certificate(signer, one)) return false;
    fits = one;
    return true;
  };
  const auto own = token.certificates();
  if (std::any_of(own.begin(), own.end(), look_at)) return fits;
  if (std::any_of(input.candidates.begin(), input.candidates.end(), look_at)) return fits;
  if (std::any_of(input.trust->intermediates.begin(), input.trust->intermediates.end(), look_at))
    return fits;
  for (const auto& anchor : input.trust->anchors) {
    if (look_at(anchor.certificate)) break;
  }
  return fits;
}

void note(TimestampResult& result, Code code, Params params = {}, std::string detail = "") {
  result.findings.push_back({code, Severity::kError, std::move(params), std::move(detail)});
}

// RFC 3161 §4 item 1: tokens made before the revocation keep their worth only when the reason says
// that the key was not compromised. A list without a reason does not say so.
bool compromise_excluded(const std::string& reason) {
  return reason == "unspecified" || reason == "affiliationChanged" || reason == "superseded" ||
         reason == "cessationOfOperation";
}

void judge_later_revocation(TimestampResult& result) {
  if (result.path.state != PathResult::State::kValid || result.path.revocation.empty()) return;
  const auto& status = result.path.revocation.front();
  if (status.state != RevocationStatus::State::kRevoked || compromise_excluded(status.reason))
    return;
  result.path.state = PathResult::State::kRevoked;
  note(result, Code::kTimestampRevokedKey, {{"thoi_diem", to_vietnam_text(*status.revoked_at)}},
       status.reason);
}

}  // namespace

// CMS_verify() changes what it judges. What from_bytes() has read serves whoever judges first,
// which mostly nobody follows; everybody else reads the token again.
struct TimestampToken::Parsed {
  explicit Parsed(UtcTime at) : gen_time(at) {}

  Bytes octets;
  UtcTime gen_time;
  DigestAlgorithm imprint_algorithm{};
  Bytes imprint;
  std::string serial;
  std::string policy;
  Bytes nonce;
  std::optional<DigestAlgorithm> signature_digest;
  std::vector<Certificate> certificates;
  mutable std::mutex mutex;
  mutable ossl::CmsPtr unjudged;

  ossl::CmsPtr to_judge() const {
    {
      const std::lock_guard lock(mutex);
      if (unjudged) return std::move(unjudged);
    }
    return ossl::read_cms(octets);
  }
};

Result<TimestampToken> TimestampToken::from_bytes(ByteView token) {
  if (token.empty() || token.size() > kLargestToken) return malformed("no octets, or too many");
  const ossl::ErrorMark probe;
  auto cms = ossl::read_cms(token);
  if (!cms) return malformed("not a CMS structure, or octets after it");
  const auto info = read_info(cms.get());
  if (!info) return malformed("no TSTInfo of version 1");
  auto* signers = CMS_get0_SignerInfos(cms.get());
  if (sk_CMS_SignerInfo_num(signers) != 1) return malformed("not exactly one signer");
  const auto gen_time = utc_time(TS_TST_INFO_get_time(info.get()));
  if (!gen_time) return malformed("genTime");
  auto* imprint = TS_TST_INFO_get_msg_imprint(info.get());
  const auto algorithm =
      ossl::digest_of_nid(OBJ_obj2nid(TS_MSG_IMPRINT_get_algo(imprint)->algorithm));
  if (!algorithm) return malformed("imprint in an unknown digest algorithm");
  const auto digest = content_of(TS_MSG_IMPRINT_get_msg(imprint));
  if (digest.size() != static_cast<std::size_t>(EVP_MD_get_size(ossl::evp_md(*algorithm))))
    return malformed("imprint has another length than its algorithm's");
  auto certificates = certificates_in(cms.get());
  if (certificates.size() > kMostCertificates) return malformed("too many certificates");

  X509_ALGOR* signature_digest = nullptr;
  CMS_SignerInfo_get0_algs(sk_CMS_SignerInfo_value(signers, 0), nullptr, nullptr, &signature_digest,
                           nullptr);
  auto parsed = std::make_shared<Parsed>(*gen_time);
  parsed->octets = to_bytes(token);
  parsed->imprint_algorithm = *algorithm;
  parsed->imprint = to_bytes(digest);
  parsed->serial = integer_hex(TS_TST_INFO_get_serial(info.get()));
  parsed->policy = dotted(TS_TST_INFO_get_policy_id(info.get()));
  parsed->nonce = without_leading_zeros(content_of(TS_TST_INFO_get_nonce(info.get())));
  parsed->signature_digest = ossl::digest_of_nid(OBJ_obj2nid(signature_digest->algorithm));
  parsed->certificates = std::move(certificates);
  parsed->unjudged = std::move(cms);
  return TimestampToken{std::move(parsed)};
}

UtcTime TimestampToken::gen_time() const {
  return parsed_->gen_time;
}
DigestAlgorithm TimestampToken::imprint_algorithm() const {
  return parsed_->imprint_algorithm;
}
const Bytes& TimestampToken::imprint() const {
  return parsed_->imprint;
}
std::string TimestampToken::serial_hex() const {
  return parsed_->serial;
}
std::string TimestampToken::policy_oid() const {
  return parsed_->policy;
}
const Bytes& TimestampToken::nonce() const {
  return parsed_->nonce;
}
std::optional<DigestAlgorithm> TimestampToken::signature_digest() const {
  return parsed_->signature_digest;
}
std::vector<Certificate> TimestampToken::certificates() const {
  return parsed_->certificates;
}
const Bytes& TimestampToken::bytes() const {
  return parsed_->octets;
}

TimestampResult judge_timestamp_of_digest(const TimestampToken& token, ByteView digest,
                                          const PathInput& path_template) {
  using Integrity = TimestampResult::Integrity;
  TimestampResult result{Integrity::kNotCheckable, false, std::nullopt, {}, {}};
  result.path.state = PathResult::State::kNoPath;
  const auto& imprint = token.imprint();
  result.imprint_matches = std::equal(imprint.begin(), imprint.end(), digest.begin(), digest.end());
  if (!result.imprint_matches) note(result, Code::kTimestampImprint);

  const ossl::ErrorMark probe;
  const auto cms = token.parsed_->to_judge();
  auto* signer = cms ? sk_CMS_SignerInfo_value(CMS_get0_SignerInfos(cms.get()), 0) : nullptr;
  if (signer == nullptr) return result;  // from_bytes() has seen it
  result.signer = find_signer(signer, token, path_template);
  if (!result.signer) {
    note(result, Code::kTimestampSignerMissing);
    return result;
  }
  CMS_SignerInfo_set1_signer_cert(signer, result.signer->x509());
  // No CMS_CADES: it would build a chain and hide whether the signature itself is right.
  const bool verified =
      content_type_is_tst_info(signer) && CMS_verify(cms.get(), nullptr, nullptr, nullptr, nullptr,
                                                     CMS_BINARY | CMS_NO_SIGNER_CERT_VERIFY) == 1;
  if (!verified) note(result, Code::kTimestampBroken);
  const bool named = names_certificate(signer, *result.signer);
  if (!named) note(result, Code::kTimestampSigningCertificate);
  result.integrity = verified && named ? Integrity::kIntact : Integrity::kBroken;

  auto input = path_template;
  input.leaf = *result.signer;
  const auto own = token.certificates();
  input.candidates.insert(input.candidates.end(), own.begin(), own.end());
  input.purpose = Purpose::kTimestamp;
  input.at = token.gen_time();
  result.path = build_path(input);
  judge_later_revocation(result);
  return result;
}

TimestampResult judge_timestamp(const TimestampToken& token,
                                std::initializer_list<ByteView> covered,
                                const PathInput& path_template) {
  return judge_timestamp_of_digest(token, ossl::digest(token.imprint_algorithm(), covered),
                                   path_template);
}

}  // namespace antin::certs
