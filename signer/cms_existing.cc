#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>

#include <openssl/cms.h>
#include <openssl/objects.h>

#include "certs/core/der.h"
#include "certs/ossl/digest.h"
#include "certs/ossl/handles.h"
#include "signer/cms.h"

// The half of cms.h that reads a CMS, ours or another's, with OpenSSL.

namespace antin::signer {
namespace {

using AlgorithmPtr = ossl::Handle<X509_ALGOR, &X509_ALGOR_free>;

ossl::CmsPtr parse_cms(ByteView octets) {
  const auto* at = octets.data();
  ossl::CmsPtr cms{d2i_CMS_ContentInfo(nullptr, &at, static_cast<long>(octets.size()))};
  if (cms && at != octets.data() + octets.size()) cms.reset();
  return cms;
}

// The only SignerInfo (PAdES: exactly one, EN 319 142-1 §4.1), nullptr otherwise.
ossl::Borrowed<CMS_SignerInfo> only_signer(const ossl::CmsPtr& cms) {
  if (!cms || OBJ_obj2nid(CMS_get0_type(cms.get())) != NID_pkcs7_signed) return nullptr;
  STACK_OF(CMS_SignerInfo)* signers = CMS_get0_SignerInfos(cms.get());
  return sk_CMS_SignerInfo_num(signers) == 1 ? sk_CMS_SignerInfo_value(signers, 0) : nullptr;
}

ByteView octets_of(const ASN1_STRING* text) {
  return {ASN1_STRING_get0_data(text), static_cast<std::size_t>(ASN1_STRING_length(text))};
}

bool same(ByteView a, ByteView b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

// The algorithm of an AlgorithmIdentifier that names a digest.
std::optional<DigestAlgorithm> digest_of(const X509_ALGOR* algorithm) {
  const ASN1_OBJECT* object = nullptr;
  X509_ALGOR_get0(&object, nullptr, nullptr, algorithm);
  return ossl::digest_of_nid(OBJ_obj2nid(object));
}

// The first ESSCertIDv2 of SigningCertificateV2 names `signer` (RFC 5035 §3, §4).
bool names_signer(ossl::Borrowed<CMS_SignerInfo> info, const certs::Certificate& signer) {
  const auto* attribute = static_cast<const ASN1_STRING*>(CMS_signed_get0_data_by_OBJ(
      info, OBJ_nid2obj(NID_id_smime_aa_signingCertificateV2), -3, V_ASN1_SEQUENCE));
  if (attribute == nullptr) return false;
  der::Element ess{};
  der::Element ids{};
  der::Element first{};
  der::Element hash{};
  if (!der::Reader(octets_of(attribute)).next(der::kSequence, ess) ||
      !der::Reader(ess.content).next(der::kSequence, ids) ||
      !der::Reader(ids.content).next(der::kSequence, first))
    return false;
  der::Reader fields(first.content);
  if (!fields.next(hash)) return false;
  auto algorithm = std::optional(DigestAlgorithm::kSha256);
  if (hash.tag == der::kSequence) {
    const auto* at = hash.whole.data();
    const AlgorithmPtr identifier{
        d2i_X509_ALGOR(nullptr, &at, static_cast<long>(hash.whole.size()))};
    if (!identifier) return false;
    algorithm = digest_of(identifier.get());
    if (!fields.next(hash)) return false;
  }
  return algorithm && hash.tag == der::kOctetString &&
         same(hash.content, ossl::digest(*algorithm, {ByteView(signer.der())}));
}

// signatureAlgorithm and digestAlgorithm agree on the digest, where the first names one. For PSS
// OpenSSL compares them itself when it verifies.
bool algorithms_agree(ossl::Borrowed<CMS_SignerInfo> info) {
  X509_ALGOR* digest = nullptr;
  X509_ALGOR* signature = nullptr;
  CMS_SignerInfo_get0_algs(info, nullptr, nullptr, &digest, &signature);
  const ASN1_OBJECT* digest_oid = nullptr;
  const ASN1_OBJECT* signature_oid = nullptr;
  X509_ALGOR_get0(&digest_oid, nullptr, nullptr, digest);
  X509_ALGOR_get0(&signature_oid, nullptr, nullptr, signature);
  int named = NID_undef;
  if (OBJ_find_sigid_algs(OBJ_obj2nid(signature_oid), &named, nullptr) != 1) return true;
  return named == NID_undef || named == OBJ_obj2nid(digest_oid);
}

}  // namespace

Status check_outside_cms(ByteView cms, const certs::Certificate& signer,
                         const std::array<ByteView, 3>& covered) {
  const auto parsed = parse_cms(cms);
  const auto info = only_signer(parsed);
  if (info == nullptr) return ossl::take_errors(Code::kCmsMalformed, "CMS made elsewhere");
  ASN1_OCTET_STRING** content = CMS_get0_content(parsed.get());
  if (content == nullptr || *content != nullptr ||
      OBJ_obj2nid(CMS_get0_eContentType(parsed.get())) != NID_pkcs7_data)
    return make_error(Code::kCmsMalformed, "not a detached signature over id-data");
  X509_ALGOR* digest_id = nullptr;
  CMS_SignerInfo_get0_algs(info, nullptr, nullptr, &digest_id, nullptr);
  const auto digest = digest_of(digest_id);
  if (!digest || *digest == DigestAlgorithm::kMd5 || *digest == DigestAlgorithm::kSha1 ||
      *digest == DigestAlgorithm::kSha224)
    return make_error(Code::kDigestNotAllowed, "CMS made elsewhere",
                      {{"ham_bam", digest ? std::string(name(*digest)) : "?"}});
  if (!algorithms_agree(info))
    return make_error(Code::kCmsMalformed, "signatureAlgorithm contradicts digestAlgorithm");
  const auto* message_digest = static_cast<const ASN1_STRING*>(CMS_signed_get0_data_by_OBJ(
      info, OBJ_nid2obj(NID_pkcs9_messageDigest), -3, V_ASN1_OCTET_STRING));
  if (message_digest == nullptr ||
      !same(octets_of(message_digest), ossl::digest(*digest, {covered[0], covered[1], covered[2]})))
    return make_error(Code::kSignatureDoesNotMatch, "message-digest of the CMS");
  if (CMS_SignerInfo_cert_cmp(info, signer.x509()) != 0 || !names_signer(info, signer))
    return make_error(Code::kSignatureDoesNotMatch, "signer of the CMS");
  CMS_SignerInfo_set1_signer_cert(info, signer.x509());
  if (CMS_SignerInfo_verify(info) != 1)
    return ossl::take_errors(Code::kSignatureDoesNotMatch, "signature of the CMS");
  return Done{};
}

Result<Bytes> add_signature_timestamp(ByteView cms, ByteView token) {
  const auto parsed = parse_cms(cms);
  const auto signer = only_signer(parsed);
  if (signer == nullptr) return ossl::take_errors(Code::kCmsMalformed, "CMS to add a timestamp to");
  if (CMS_unsigned_add1_attr_by_NID(signer, NID_id_smime_aa_timeStampToken, V_ASN1_SEQUENCE,
                                    token.data(), static_cast<int>(token.size())) != 1)
    return ossl::take_errors(Code::kTimestampMalformed, "timestamp as unsigned attribute");
  const int length = i2d_CMS_ContentInfo(parsed.get(), nullptr);
  if (length <= 0) return ossl::take_errors(Code::kCmsMalformed, "encode CMS");
  Bytes out(static_cast<std::size_t>(length));
  auto* at = out.data();
  i2d_CMS_ContentInfo(parsed.get(), &at);
  return out;
}

Result<Bytes> signature_value_of(ByteView cms) {
  const auto parsed = parse_cms(cms);
  const auto signer = only_signer(parsed);
  if (signer == nullptr) return ossl::take_errors(Code::kCmsMalformed, "CMS signature value");
  const ASN1_OCTET_STRING* value = CMS_SignerInfo_get0_signature(signer);
  const auto* octets = ASN1_STRING_get0_data(value);
  return Bytes(octets, octets + ASN1_STRING_length(value));
}

bool has_signature_timestamp(ByteView cms) {
  const ossl::ErrorMark mark;
  const auto parsed = parse_cms(cms);
  const auto signer = only_signer(parsed);
  return signer != nullptr &&
         CMS_unsigned_get_attr_by_NID(signer, NID_id_smime_aa_timeStampToken, -1) >= 0;
}

}  // namespace antin::signer
