#include "signer/pades.h"

#include <algorithm>
#include <array>
#include <utility>

#include "certs/ossl/digest.h"
#include "pdf/read/document.h"
#include "signer/cms.h"
#include "signer/document_cipher.h"
#include "signer/raise.h"
#include "signer/request_checks.h"
#include "signer/signed_file.h"
#include "signer/stamping.h"
#include "signer/state.h"

namespace antin::signer {
namespace {

// S-16: at least this much room for the CMS, plus as much for a timestamp token: those seen in the
// field have 2 to 8 KiB, with a long chain of their own.
constexpr std::size_t kLeastRoom = 32'768;
constexpr std::size_t kTimestampRoom = 16'384;
constexpr std::size_t kMostRoom = std::size_t{16} << 20U;
constexpr int kMostAttempts = 3;

// ISO 32000-2 table 237, /DigestMethod.
std::string digest_method(DigestAlgorithm digest) {
  switch (digest) {
    case DigestAlgorithm::kSha384:
      return "SHA384";
    case DigestAlgorithm::kSha512:
      return "SHA512";
    case DigestAlgorithm::kSha3_256:
      return "SHA3-256";
    case DigestAlgorithm::kSha3_384:
      return "SHA3-384";
    case DigestAlgorithm::kSha3_512:
      return "SHA3-512";
    default:
      return "SHA256";
  }
}

// One round of preparing: the update with its placeholder and the attributes over it.
struct Round {
  pdf::PreparedSignature prepared;
  ToBeSigned attributes;
};

class Preparer {
 public:
  Preparer(const SignRequest& request, const Environment& environment, UtcTime now)
      : request_(request),
        random_(*environment.random),
        cipher_(*environment.random),
        chain_(embedded_chain(request.certificate, request.chain, request.check.trust)),
        now_(now),
        update_(request.update) {
    update_.type = pdf::SignatureUpdate::Type::kSignature;
    update_.sub_filter = "ETSI.CAdES.detached";
    update_.signing_time = now;
    update_.digest_method = digest_method(request.scheme.digest);
    update_.timestamp_planned = request.level >= Level::kT;
    if (update_.facts) update_.facts->signing_time = now;
    room_ = std::max(
        {update_.contents_octets, kLeastRoom, cms_octets_estimate(request.certificate, chain_)});
    if (request.level >= Level::kT) room_ += kTimestampRoom;
  }

  const std::vector<certs::Certificate>& chain() const noexcept { return chain_; }
  bool make_room_for(std::size_t octets) {
    room_ = octets + octets / 4 + kTimestampRoom;
    return room_ <= kMostRoom;
  }

  Result<Round> next(const pdf::Document& document) {
    update_.contents_octets = room_;
    ANTIN_TRY(auto prepared, pdf::prepare_signature(document, update_, cipher_, random_));
    const auto covered = prepared.covered();
    const auto digest = ossl::digest(request_.scheme.digest, {covered[0], covered[1], covered[2]});
    ANTIN_TRY(auto attributes,
              signed_attributes(request_.certificate, request_.scheme.digest, digest,
                                request_.cms_signing_time ? std::optional(now_) : std::nullopt));
    return Round{.prepared = std::move(prepared), .attributes = std::move(attributes)};
  }

 private:
  const SignRequest& request_;
  RandomSource& random_;
  OpensslDocumentCipher cipher_;
  std::vector<certs::Certificate> chain_;
  UtcTime now_;
  pdf::SignatureUpdate update_;
  std::size_t room_ = 0;
};

struct Stamped {
  Bytes cms;
  Level level;
  Findings warnings;
};

// Level T when asked for: a timestamp over the signature value (EN 319 122-1 §5.3).
Result<Stamped> stamp(Bytes cms, Level level, WithoutTimestamp without,
                      const Environment& environment) {
  Stamped result{.cms = std::move(cms), .level = Level::kB, .warnings = {}};
  if (level == Level::kB) return result;
  ANTIN_TRY(const auto value, signature_value_of(result.cms));
  auto fresh = fresh_timestamp(ossl::sha256(value), environment);
  if (!fresh) {
    if (without == WithoutTimestamp::kFail || fresh.error().code == Code::kClockSkew)
      return std::move(fresh).error();
    result.warnings.push_back(warning(Code::kTimestampUnreachable));
    return result;
  }
  append(result.warnings, fresh.value().warnings);
  ANTIN_TRY(result.cms, add_signature_timestamp(result.cms, fresh.value().token.bytes()));
  result.level = Level::kT;
  return result;
}

// Levels LT and LTA, once the signature is in and the token is out of the way. A timestamp that was
// not to be had a moment ago is not asked for again: level B it is.
Result<SignedDocument> raised(SignedDocument made, Level target, const std::string& password,
                              ProofMaterial proof, WithoutEvidence without,
                              const Environment& environment) {
  if (target <= Level::kT) return made;
  if (made.level_reached < Level::kT) {
    append(made.warnings, not_reached(target, made.level_reached, {}));
    return made;
  }
  GrowingFile whole(made.original);
  whole.append(made.tail);
  ExtendRequest request{.document = whole.whole(),
                        .password = password,
                        .target = target,
                        .proof = std::move(proof),
                        .without = without};
  ANTIN_TRY(const auto extended, raise_levels(request, environment, made.field));
  made.tail.insert(made.tail.end(), extended.tail.begin(), extended.tail.end());
  made.level_reached = extended.level_reached;
  append(made.warnings, extended.warnings);
  return made;
}

ProofMaterial proof_of(const SignRequest& request) {
  return proof_at_hand(request.check, request.chain);
}

SignedDocument finished(const pdf::PreparedSignature& prepared, Stamped stamped, UtcTime at,
                        Findings warnings) {
  append(warnings, prepared.warnings);
  append(warnings, stamped.warnings);
  return {.original = prepared.original(),
          .tail = prepared.tail(),
          .field = prepared.field(),
          .level_reached = stamped.level,
          .signing_time = at,
          .warnings = std::move(warnings)};
}

// Everything complete() needs to know of a state before it believes a word of it.
Status check_placeholder(const State& state, const SharedBytes& document) {
  const auto malformed = [](const char* what) { return make_error(Code::kStateMalformed, what); };
  const auto at = state.contents_in_tail;
  const auto size = state.tail.size();
  if (state.capacity == 0 || state.capacity > kMostRoom || at == 0 || at >= size ||
      2 * state.capacity >= size - at)
    return malformed("placeholder outside the update");
  const auto digits = ByteView(state.tail).subspan(at, 2 * state.capacity);
  if (state.tail[at - 1] != '<' || state.tail[at + digits.size()] != '>' ||
      std::any_of(digits.begin(), digits.end(), [](auto digit) { return digit != '0'; }))
    return malformed("placeholder");
  const std::array<std::uint64_t, 4> range{0, document.size() + at - 1,
                                           document.size() + at + digits.size() + 1,
                                           size - at - digits.size() - 1};
  if (state.byte_range != range) return malformed("ByteRange");
  return Done{};
}

}  // namespace

Result<SignedDocument> sign(const SignRequest& request, hsm::KeyHolder& holder,
                            const std::string& key_uri, const Environment& environment) {
  const auto now = environment.clock->utc_now();
  ANTIN_TRY(auto warnings,
            check_certificate(request.certificate, request.chain, request.check, now));
  ANTIN_CHECK(check_scheme(request.certificate, request.scheme));
  ANTIN_CHECK(check_trust_for(request.level, request.check.trust));
  ANTIN_TRY(const auto document,
            pdf::Document::open(request.document, {.password = request.password, .limits = {}}));
  ANTIN_TRY(const auto told, pdf::check_hygiene(document, request.hygiene));
  append(warnings, told);
  Preparer preparer(request, environment, now);
  for (int attempt = 0; attempt < kMostAttempts; ++attempt) {
    ANTIN_TRY(auto round, preparer.next(document));
    ANTIN_TRY(const auto value, holder.sign(key_uri, request.scheme, round.attributes));
    ANTIN_TRY(auto cms, assemble_cms(request.certificate, preparer.chain(), request.scheme,
                                     round.attributes, value));
    if (cms.size() > round.prepared.capacity()) {
      if (!preparer.make_room_for(cms.size())) break;
      continue;
    }
    ANTIN_TRY(auto stamped,
              stamp(std::move(cms), request.level, request.without_timestamp, environment));
    if (stamped.cms.size() > round.prepared.capacity()) {
      if (!preparer.make_room_for(stamped.cms.size())) break;
      continue;
    }
    ANTIN_CHECK(round.prepared.set_contents(stamped.cms));
    return raised(finished(round.prepared, std::move(stamped), now, std::move(warnings)),
                  request.level, request.password, proof_of(request), request.without_evidence,
                  environment);
  }
  return make_error(Code::kResourceLimit, "CMS does not fit however much room it is given");
}

Result<PreparedState> prepare(const SignRequest& request, const Environment& environment) {
  const auto now = environment.clock->utc_now();
  ANTIN_TRY(auto warnings,
            check_certificate(request.certificate, request.chain, request.check, now));
  ANTIN_CHECK(check_scheme(request.certificate, request.scheme));
  ANTIN_TRY(const auto document,
            pdf::Document::open(request.document, {.password = request.password, .limits = {}}));
  ANTIN_TRY(const auto told, pdf::check_hygiene(document, request.hygiene));
  append(warnings, told);
  Preparer preparer(request, environment, now);
  ANTIN_TRY(const auto round, preparer.next(document));
  append(warnings, round.prepared.warnings);
  State state{.document_name = request.document_name,
              .document_sha256 = ossl::sha256(request.document.view()),
              .document_octets = request.document.size(),
              .tail = round.prepared.tail(),
              .byte_range = round.prepared.byte_range(),
              .field = round.prepared.field(),
              .contents_in_tail = round.prepared.contents_in_tail(),
              .capacity = round.prepared.capacity(),
              .signing_time = now,
              .scheme = request.scheme,
              .level = static_cast<std::uint64_t>(request.level),
              .without_timestamp = request.without_timestamp == WithoutTimestamp::kKeepB ? 1U : 0U,
              .certificate = request.certificate.der(),
              .chain = {},
              .attributes = round.attributes.value()};
  for (const auto& certificate : preparer.chain()) state.chain.push_back(certificate.der());
  return PreparedState{.state = write_state(state),
                       .to_be_signed = round.attributes,
                       .tail = round.prepared.tail(),
                       .byte_range = round.prepared.byte_range(),
                       .field = state.field,
                       .warnings = std::move(warnings)};
}

Result<std::string> document_name_in(ByteView state) {
  ANTIN_TRY(auto read, read_state(state));
  return std::move(read.document_name);
}

Result<SignedDocument> complete(ByteView state_octets, const SharedBytes& document,
                                const OutsideSignature& signature, const Environment& environment,
                                const CompleteOptions& options) {
  ANTIN_TRY(auto state, read_state(state_octets));
  const auto level = static_cast<Level>(state.level);
  ANTIN_CHECK(check_trust_for(level, options.proof.trust));
  if (state.document_octets != document.size() ||
      state.document_sha256 != ossl::sha256(document.view()))
    return make_error(Code::kStateWrongDocument, to_hex(state.document_sha256));
  ANTIN_CHECK(check_placeholder(state, document));
  const auto signer = certs::Certificate::from_der(state.certificate);
  if (!signer) return make_error(Code::kStateMalformed, "certificate");
  std::vector<certs::Certificate> chain;
  for (const auto& der : state.chain) {
    auto certificate = certs::Certificate::from_der(der);
    if (!certificate) return make_error(Code::kStateMalformed, "chain");
    chain.push_back(std::move(certificate).value());
  }
  pdf::PreparedSignature prepared(document, std::move(state.tail), state.byte_range, state.field,
                                  static_cast<std::size_t>(state.contents_in_tail),
                                  static_cast<std::size_t>(state.capacity));
  const auto covered = prepared.covered();
  const auto digest = ossl::digest(state.scheme.digest, {covered[0], covered[1], covered[2]});
  ANTIN_TRY(const auto plain,
            signed_attributes(signer.value(), state.scheme.digest, digest, std::nullopt));
  ANTIN_TRY(const auto timed,
            signed_attributes(signer.value(), state.scheme.digest, digest, state.signing_time));
  const ToBeSigned attributes{state.attributes};
  if (attributes != plain && attributes != timed)
    return make_error(Code::kStateMalformed, "attributes are not those of the document");

  Bytes cms;
  if (signature.cms) {
    ANTIN_CHECK(check_outside_cms(*signature.cms, signer.value(), covered));
    cms = *signature.cms;
  } else if (signature.raw) {
    ANTIN_TRY(cms, assemble_cms(signer.value(), chain, state.scheme, attributes, *signature.raw));
  } else {
    return make_error(Code::kUsage, "neither a signature value nor a CMS");
  }
  ANTIN_TRY(auto stamped,
            stamp(std::move(cms), level,
                  state.without_timestamp == 1 ? WithoutTimestamp::kKeepB : WithoutTimestamp::kFail,
                  environment));
  ANTIN_CHECK(prepared.set_contents(stamped.cms));
  auto proof = options.proof;
  proof.certificates.insert(proof.certificates.end(), chain.begin(), chain.end());
  return raised(finished(prepared, std::move(stamped), state.signing_time, {}), level,
                options.password, std::move(proof), options.without_evidence, environment);
}

}  // namespace antin::signer
