#include "signer/raise_detached.h"

#include <algorithm>
#include <utility>

#include "certs/ossl/digest.h"
#include "signer/archive_timestamp.h"
#include "signer/carried.h"
#include "signer/cms_parts.h"
#include "signer/proof.h"
#include "signer/raise.h"
#include "signer/renewal.h"
#include "signer/stamping.h"

namespace antin::signer {
namespace {

/// A timestamp in the signature that holds.
struct Stamp {
  certs::TimestampToken token;
  bool archive;
  certs::Certificate server;
  IndexedParts indexed;  ///< of an archive timestamp
};

/// What is shown with some evidence.
struct Standing {
  bool complete = false;
  bool fresh = true;
  certs::Evidence used;
  Findings reasons;
};

class Raiser {
 public:
  Raiser(const ExtendDetachedRequest& request, const Environment& environment, CmsParts parts)
      : request_(request),
        environment_(environment),
        parts_(std::move(parts)),
        now_(environment.clock->utc_now()),
        prover_(request.proof) {}

  Result<DetachedSignature> run() {
    load();
    prover_.add_material();
    if (request_.target >= Level::kT) ANTIN_CHECK(raise());
    return finish();
  }

 private:
  void load() {
    carried_ = read_carried(put_together(parts_));
    for (const auto& value : parts_.unsigned_values(oid::kArchiveTimestampV3)) {
      if (const auto token = certs::TimestampToken::from_bytes(value))
        add_carried(token.value(), carried_.evidence);
    }
    prover_.add(carried_.evidence);
  }

  Status raise() {
    ANTIN_CHECK(reach_time());
    if (stopped_ || request_.target == Level::kT) return Done{};
    const auto* archived = archived_by();
    if (request_.target == Level::kLTA && archived != nullptr && !renewal_due(*archived)) {
      level_ = Level::kLTA;
      return Done{};
    }
    ANTIN_CHECK(reach_evidence(request_.target == Level::kLTA && archived != nullptr));
    if (stopped_ || request_.target == Level::kLT) return Done{};
    return reach_archive();
  }

  // ---- B-T

  Status reach_time() {
    stamps_ = proving_stamps(prover_, parts_);
    if (stamps_.empty()) {
      auto fresh = fresh_timestamp(ossl::sha256(parts_.signature_value()), environment_);
      if (!fresh) return without_timestamp(std::move(fresh).error());
      append(extra_, fresh.value().warnings);
      parts_.add_unsigned(oid::kSignatureTimestamp, fresh.value().token.bytes());
      changed_ = true;
      load();
      stamps_ = proving_stamps(prover_, parts_);
    }
    level_ = stamps_.empty() ? Level::kB : Level::kT;
    stopped_ = stamps_.empty();
    return Done{};
  }

  Status without_timestamp(Error error) {
    if (error.code == Code::kClockSkew || request_.without == WithoutEvidence::kFail) return error;
    reasons_.push_back(warning(error.code, error.params));
    stopped_ = true;
    return Done{};
  }

  std::vector<Stamp> proving_stamps(const Prover& prover, const CmsParts& parts) const {
    std::vector<Stamp> out;
    const auto value = parts.signature_value();
    for (const auto& octets : parts.unsigned_values(oid::kSignatureTimestamp)) {
      auto token = certs::TimestampToken::from_bytes(octets);
      if (!token) continue;
      if (auto server = prover.server_of(token.value(), {ByteView(value)}))
        out.push_back({std::move(token).value(), false, std::move(*server), {}});
    }
    for (const auto& octets : parts.unsigned_values(oid::kArchiveTimestampV3)) {
      auto token = certs::TimestampToken::from_bytes(octets);
      const auto index = token ? hash_index_in(token.value()) : std::nullopt;
      if (!index) continue;
      const auto digest = token.value().imprint_algorithm();
      auto indexed = indexed_by(parts, *index, digest);
      if (!indexed.sound) continue;
      const auto covered =
          archive_input(parts, ossl::digest(digest, {request_.content.view()}), *index);
      if (auto server = prover.server_of(token.value(), {ByteView(covered)}))
        out.push_back({std::move(token).value(), true, std::move(*server), std::move(indexed)});
    }
    std::stable_sort(out.begin(), out.end(), [](const Stamp& a, const Stamp& b) {
      return a.token.gen_time() < b.token.gen_time();
    });
    return out;
  }

  // ---- B-LT

  Standing standing_of(const Prover& prover, const std::vector<Stamp>& stamps) const {
    Standing standing;
    if (!carried_.signer)
      standing.reasons.push_back(warning(Code::kExtendNoPath, {{"ten", "SignerInfo"}}));
    for (const auto& stamp : stamps) {
      const auto server = prover.prove(timestamp_subject(stamp.token, stamp.server));
      if (!server.complete) {
        if (!standing.complete && standing.reasons.empty()) {
          standing.reasons.push_back(
              warning(Code::kTimestampDataMissing, {{"ten", short_name(stamp.server)}}));
          append(standing.reasons, server.reasons);
        }
        continue;
      }
      merge(standing.used, server.used);
      if (!carried_.signer || standing.complete) continue;
      const auto proof = prover.prove(
          signer_subject(*carried_.signer, stamp.token.gen_time(), request_.proof.freshness));
      if (!proof.complete) {
        if (standing.reasons.empty()) standing.reasons = proof.reasons;
        continue;
      }
      standing.complete = true;
      standing.fresh = proof.fresh;
      standing.reasons = proof.reasons;
      merge(standing.used, proof.used);
    }
    return standing;
  }

  void fetch(bool renewing) {
    if (environment_.evidence == nullptr) return;
    std::vector<Subject> subjects;
    for (const auto& stamp : stamps_)
      subjects.push_back(renewing && stamp.archive
                             ? renewed_subject(stamp.token, stamp.server, now_)
                             : timestamp_subject(stamp.token, stamp.server));
    if (carried_.signer)
      subjects.push_back(signer_subject(*carried_.signer, stamps_.front().token.gen_time(),
                                        request_.proof.freshness));
    fetch_findings_ = prover_.fetch(*environment_.evidence, subjects, now_);
  }

  Status reach_evidence(bool renewing) {
    Prover inside(request_.proof);
    inside.add(carried_.evidence);
    auto standing = standing_of(inside, stamps_);
    if (!standing.complete || !standing.fresh || renewing) {
      fetch(renewing);
      standing = standing_of(prover_, stamps_);
    }
    Findings reasons = standing.complete ? Findings{} : standing.reasons;
    if (standing.complete) append(extra_, standing.reasons);
    if (renewing) {
      const auto& last = stamps_.back();
      const auto proof = prover_.prove(renewed_subject(last.token, last.server, now_));
      if (proof.complete) {
        merge(standing.used, proof.used);
      } else {
        reasons.push_back(warning(Code::kTimestampDataMissing, {{"ten", short_name(last.server)}}));
      }
    }
    if (!reasons.empty()) {
      append(reasons, fetch_findings_);
      if (request_.without == WithoutEvidence::kFail)
        return make_error(reasons.front().code, reasons.front().detail, reasons.front().params);
      append(reasons_, reasons);
    }
    if (!standing.complete) {
      stopped_ = true;
      return Done{};
    }
    embed(standing.used);
    level_ = Level::kLT;
    return Done{};
  }

  // EN 319 122-1 table 1 for B-LT: SignedData.certificates and .crls, not the attributes of old.
  void embed(const certs::Evidence& used) {
    const auto has = [](const auto& list, const auto& item) {
      return std::any_of(list.begin(), list.end(),
                         [&](const auto& one) { return one.sha256() == item.sha256(); });
    };
    bool added = false;
    for (const auto& one : used.certificates)
      if (!has(carried_.evidence.certificates, one))
        added = parts_.add_certificate(one.der()) || added;
    for (const auto& one : used.crls)
      if (!has(carried_.evidence.crls, one)) added = parts_.add_crl(one.der()) || added;
    for (const auto& one : used.ocsp)
      if (!has(carried_.evidence.ocsp, one)) added = parts_.add_ocsp(one.der()) || added;
    if (!added) return;
    changed_ = true;
    load();
    stamps_ = proving_stamps(prover_, parts_);
  }

  // ---- B-LTA

  // The newest archive timestamp, when it covers all that shows the signature to be good.
  const Stamp* archived_by() const {
    const auto last = std::find_if(stamps_.rbegin(), stamps_.rend(),
                                   [](const Stamp& stamp) { return stamp.archive; });
    if (last == stamps_.rend()) return nullptr;
    const auto& covered = last->indexed.covered;
    auto carried = read_carried(put_together(covered));
    for (const auto& value : covered.unsigned_values(oid::kArchiveTimestampV3)) {
      if (const auto token = certs::TimestampToken::from_bytes(value))
        add_carried(token.value(), carried.evidence);
    }
    Prover inside(request_.proof);
    inside.add(carried.evidence);
    return standing_of(inside, proving_stamps(inside, covered)).complete ? &*last : nullptr;
  }

  bool renewal_due(const Stamp& last) const {
    return request_.renewal == Renewal::kAlways ||
           renewal_of(last.token, carried_.evidence.certificates, request_.proof, now_,
                      request_.horizon)
               .due;
  }

  Status reach_archive() {
    constexpr auto kDigest = DigestAlgorithm::kSha256;
    const auto index = hash_index_of(parts_, kDigest);
    const auto input =
        archive_input(parts_, ossl::digest(kDigest, {request_.content.view()}), index);
    auto fresh = fresh_timestamp(ossl::sha256(input), environment_);
    if (!fresh) return without_timestamp(std::move(fresh).error());
    append(extra_, fresh.value().warnings);
    ANTIN_TRY(auto token, with_hash_index(fresh.value().token, index));
    parts_.add_unsigned(oid::kArchiveTimestampV3, std::move(token));
    changed_ = true;
    level_ = Level::kLTA;
    return Done{};
  }

  DetachedSignature finish() {
    DetachedSignature out{.cms = changed_ ? put_together(parts_) : request_.signature,
                          .level_reached = level_,
                          .signing_time = stamps_.empty() ? now_ : stamps_.front().token.gen_time(),
                          .warnings = extra_,
                          .changed = changed_};
    if (level_ < request_.target) {
      append(out.warnings, not_reached(request_.target, level_, reasons_));
      return out;
    }
    append(out.warnings, reasons_);
    if (!changed_)
      out.warnings.push_back({.code = Code::kLevelAlready,
                              .severity = Severity::kInfo,
                              .params = {{"muc", std::string(name(level_))}},
                              .detail = {}});
    return out;
  }

  const ExtendDetachedRequest& request_;
  const Environment& environment_;
  CmsParts parts_;
  UtcTime now_;
  Prover prover_;
  Carried carried_;
  std::vector<Stamp> stamps_;
  Level level_ = Level::kB;
  Findings reasons_, extra_, fetch_findings_;
  bool changed_ = false;
  bool stopped_ = false;
};

}  // namespace

Result<DetachedSignature> raise_detached(const ExtendDetachedRequest& request,
                                         const Environment& environment) {
  ANTIN_TRY(auto parts, take_apart(request.signature));
  return Raiser(request, environment, std::move(parts)).run();
}

}  // namespace antin::signer
