#include "signer/cades.h"

#include <utility>

#include "certs/ossl/digest.h"
#include "certs/ossl/pem.h"
#include "signer/carried.h"
#include "signer/cms.h"
#include "signer/cms_parts.h"
#include "signer/raise.h"
#include "signer/raise_detached.h"
#include "signer/request_checks.h"
#include "signer/stamping.h"

namespace antin::signer {
namespace {

constexpr std::size_t kMostSignature = std::size_t{64} << 20U;

// PEM ("PKCS7" or "CMS") or the octets themselves.
Bytes without_armour(const Bytes& octets) {
  constexpr std::string_view kBegin = "-----BEGIN ";
  if (!as_text(octets).starts_with(kBegin)) return octets;
  auto block = ossl::first_pem_block(octets);
  return block ? std::move(block->octets) : Bytes{};
}

Error unsupported(const char* why) {
  return make_error(Code::kDetachedUnsupported, why, {{"ly_do", why}});
}

// Content octets of id-aa-signingCertificateV2.
constexpr std::string_view kSigningCertificateV2{"\x2A\x86\x48\x86\xF7\x0D\x01\x09\x10\x02\x2F"};

// Is this a signature whose level can be raised, and over this content?
Status check_input(ByteView cms, const SharedBytes& content) {
  ANTIN_TRY(const auto parts, take_apart(cms));
  if (!parts.detached()) return unsupported("eContent");
  // Both cover the lists of certificates and revocation data as a whole: adding anything would
  // break them.
  for (const auto old :
       {oid::kArchiveTimestampV1, oid::kArchiveTimestampV2, oid::kLongTermValidation}) {
    if (!parts.unsigned_values(old).empty()) return unsupported("archive-time-stamp v1/v2");
  }
  if (parts.signed_values(kSigningCertificateV2).empty())
    return unsupported("signing-certificate-v2");
  const auto carried = read_carried(cms);
  if (!carried.signer) return unsupported("SignerInfo.sid");
  auto checked = check_outside_cms(cms, *carried.signer, {content.view(), {}, {}});
  if (!checked && checked.error().code == Code::kSignatureDoesNotMatch)
    return while_doing(std::move(checked).error(), Code::kDetachedMismatch, "detached signature");
  return checked;
}

}  // namespace

Result<DetachedSignature> sign_detached(const DetachedRequest& request, hsm::KeyHolder& holder,
                                        const std::string& key_uri,
                                        const Environment& environment) {
  const auto now = environment.clock->utc_now();
  ANTIN_TRY(auto warnings,
            check_certificate(request.certificate, request.chain, request.check, now));
  ANTIN_CHECK(check_scheme(request.certificate, request.scheme));
  ANTIN_CHECK(check_trust_for(request.level, request.check.trust));
  const auto digest = ossl::digest(request.scheme.digest, {request.content.view()});
  ANTIN_TRY(const auto attributes,
            signed_attributes(request.certificate, request.scheme.digest, digest, now));
  ANTIN_TRY(const auto value, holder.sign(key_uri, request.scheme, attributes));
  ANTIN_TRY(auto cms,
            assemble_cms(request.certificate,
                         embedded_chain(request.certificate, request.chain, request.check.trust),
                         request.scheme, attributes, value));
  DetachedSignature made{.cms = std::move(cms),
                         .level_reached = Level::kB,
                         .signing_time = now,
                         .warnings = std::move(warnings)};
  if (request.level == Level::kB) return made;

  auto fresh = fresh_timestamp(ossl::sha256(signature_value_of(made.cms).value()), environment);
  if (!fresh) {
    if (request.without_timestamp == WithoutTimestamp::kFail ||
        fresh.error().code == Code::kClockSkew)
      return std::move(fresh).error();
    made.warnings.push_back(warning(Code::kTimestampUnreachable));
    if (request.level > Level::kT) append(made.warnings, not_reached(request.level, Level::kB, {}));
    return made;
  }
  append(made.warnings, fresh.value().warnings);
  ANTIN_TRY(made.cms, add_signature_timestamp(made.cms, fresh.value().token.bytes()));
  made.level_reached = Level::kT;
  if (request.level == Level::kT) return made;
  ANTIN_TRY(auto raised, raise_detached({.signature = std::move(made.cms),
                                         .content = request.content,
                                         .target = request.level,
                                         .proof = proof_at_hand(request.check, request.chain),
                                         .without = request.without_evidence},
                                        environment));
  made.cms = std::move(raised.cms);
  made.level_reached = raised.level_reached;
  append(made.warnings, raised.warnings);
  return made;
}

Result<DetachedSignature> extend_detached(const ExtendDetachedRequest& request,
                                          const Environment& environment) {
  if (request.signature.size() > kMostSignature)
    return make_error(Code::kResourceLimit, "detached signature");
  if (request.target >= Level::kLT && request.proof.trust == nullptr)
    return make_error(Code::kLevelNeedsTrust, "extend",
                      {{"muc", std::string(name(request.target))}});
  auto plain = request;
  plain.signature = without_armour(request.signature);
  ANTIN_CHECK(check_input(plain.signature, request.content));
  ANTIN_TRY(auto raised, raise_detached(plain, environment));
  if (!raised.changed) raised.cms = request.signature;
  return raised;
}

bool is_finished_detached(const SharedBytes& content, ByteView signature,
                          const certs::Certificate& certificate, Level level) {
  if (!check_outside_cms(signature, certificate, {content.view(), {}, {}})) return false;
  if (level >= Level::kT && !has_signature_timestamp(signature)) return false;
  const auto parts = take_apart(signature);
  if (!parts) return false;
  if (level >= Level::kLT && parts.value().crls.empty()) return false;
  return level < Level::kLTA || !parts.value().unsigned_values(oid::kArchiveTimestampV3).empty();
}

}  // namespace antin::signer
