#include "signer/raise.h"

#include <algorithm>
#include <set>
#include <utility>

#include "certs/ossl/digest.h"
#include "pdf/write/security_store_update.h"
#include "signer/document_cipher.h"
#include "signer/proof.h"
#include "signer/renewal.h"
#include "signer/signed_file.h"
#include "signer/stamping.h"

namespace antin::signer {
namespace {

// A token with the chain of its server; tried again with more room when one is larger.
constexpr std::size_t kTokenRoom = 16'384;
constexpr std::size_t kMostTokenRoom = std::size_t{2} << 20U;

/// A timestamp over one signature or over the document.
struct Stamp {
  const certs::TimestampToken* token;
  std::size_t entry;  ///< of the signature, or the document timestamp itself
  bool over_document;
  certs::Certificate server;
};

/// What is known of one signature.
struct Standing {
  bool proven = false;    ///< some timestamp says when it existed
  bool complete = false;  ///< that timestamp and the signer are shown to be good
  bool fresh = true;
  Proof signer;
  std::vector<Proof> stamps;  ///< of its own signature timestamps
  Findings reasons;
};

class Raiser {
 public:
  Raiser(const ExtendRequest& request, const Environment& environment,
         const std::optional<std::string>& only)
      : request_(request),
        environment_(environment),
        only_(only),
        now_(environment.clock->utc_now()),
        file_(request.document),
        cipher_(*environment.random),
        prover_(request.proof) {}

  Result<ExtendedDocument> run() {
    ANTIN_CHECK(load());
    if (signed_.entries.empty()) return make_error(Code::kNothingToExtend, "no field is signed");
    if (request_.target >= Level::kLT && request_.proof.trust == nullptr)
      return make_error(Code::kLevelNeedsTrust, "extend",
                        {{"muc", std::string(name(request_.target))}});
    prover_.add_material();
    if (request_.target >= Level::kT) ANTIN_CHECK(raise());
    return finish();
  }

 private:
  Status load() {
    ANTIN_TRY(signed_, read_signed_file(file_.whole(), request_.password));
    prover_.add(signed_.evidence);
    return Done{};
  }

  Status raise() {
    ANTIN_CHECK(reach_time());
    if (stopped_ || request_.target == Level::kT) return Done{};
    const bool archived = is_archived();
    if (request_.target == Level::kLTA && archived && !renewal_due()) {
      levels_.assign(signed_.entries.size(), Level::kLTA);
      return Done{};
    }
    ANTIN_CHECK(reach_evidence(request_.target == Level::kLTA && archived));
    if (stopped_ || request_.target == Level::kLT) return Done{};
    return reach_archive();
  }

  // ---- B-T

  bool wanted(const SignatureEntry& entry) const {
    return !entry.document_timestamp && (!only_ || entry.field.name == *only_);
  }

  Status reach_time() {
    auto stamps = proving_stamps(prover_, signed_);
    bool missing = false;
    for (std::size_t i = 0; i < signed_.entries.size(); ++i) {
      const auto& entry = signed_.entries[i];
      if (!wanted(entry) || is_proven(i, stamps)) continue;
      missing = true;
      extra_.push_back({.code = Code::kTimestampElsewhere,
                        .severity = Severity::kInfo,
                        .params = {{"truong", entry.field.name}},
                        .detail = {}});
    }
    if (missing) {
      ANTIN_TRY(const bool stamped, stamp_document());
      if (!stamped) extra_.clear();
      stamps = proving_stamps(prover_, signed_);
    }
    levels_.clear();
    for (std::size_t i = 0; i < signed_.entries.size(); ++i)
      levels_.push_back(is_proven(i, stamps) ? Level::kT : Level::kB);
    return Done{};
  }

  // Timestamps that are intact, cover what they should, and whose server is not known to be bad.
  // One that nothing is known of counts for the level; whether it is trusted is judged later.
  std::vector<Stamp> proving_stamps(const Prover& prover, const SignedFile& file) const {
    std::vector<Stamp> out;
    for (std::size_t i = 0; i < file.entries.size(); ++i) {
      const auto& entry = file.entries[i];
      if (entry.token) {
        const auto covered = covered_by(entry, file.octets.view());
        if (auto server = prover.server_of(*entry.token, {covered[0], covered[1]}))
          out.push_back({&*entry.token, i, true, std::move(*server)});
      }
      for (const auto& token : entry.carried.signature_timestamps) {
        if (auto server = prover.server_of(token, {ByteView(entry.carried.signature_value)}))
          out.push_back({&token, i, false, std::move(*server)});
      }
    }
    std::stable_sort(out.begin(), out.end(), [](const Stamp& a, const Stamp& b) {
      return a.token->gen_time() < b.token->gen_time();
    });
    return out;
  }

  static bool covers(const Stamp& stamp, std::size_t entry) {
    return stamp.over_document ? stamp.entry > entry : stamp.entry == entry;
  }
  static bool is_proven(std::size_t entry, const std::vector<Stamp>& stamps) {
    return std::any_of(stamps.begin(), stamps.end(),
                       [&](const Stamp& stamp) { return covers(stamp, entry); });
  }

  // ---- B-LT

  Subject subject_of(const certs::Certificate& signer, UtcTime proven) const {
    return signer_subject(signer, proven, request_.proof.freshness);
  }
  static Subject subject_of(const Stamp& stamp) {
    return timestamp_subject(*stamp.token, stamp.server);
  }
  Subject renewed_subject_of(const Stamp& stamp) const {
    return renewed_subject(*stamp.token, stamp.server, now_);
  }

  Standing standing_of(const Prover& prover, const SignedFile& file, std::size_t index,
                       const std::vector<Stamp>& stamps) const {
    Standing standing;
    const auto& entry = file.entries[index];
    const auto& signer = entry.carried.signer;
    if (!signer) {
      standing.reasons.push_back(warning(Code::kExtendNoPath, {{"ten", entry.field.name}}));
    }
    for (const auto& stamp : stamps) {
      if (!covers(stamp, index)) continue;
      standing.proven = true;
      auto server = prover.prove(subject_of(stamp));
      if (!server.complete && standing.reasons.empty()) {
        standing.reasons.push_back(
            warning(Code::kTimestampDataMissing, {{"ten", short_name(stamp.server)}}));
        append(standing.reasons, server.reasons);
      }
      const bool usable = server.complete;
      if (!stamp.over_document) standing.stamps.push_back(std::move(server));
      if (!usable || !signer || standing.complete) continue;
      auto proof = prover.prove(subject_of(*signer, stamp.token->gen_time()));
      if (proof.complete) {
        standing.complete = true;
        standing.fresh = proof.fresh;
        standing.reasons = proof.reasons;
        standing.signer = std::move(proof);
      } else if (standing.reasons.empty()) {
        standing.reasons = proof.reasons;
      }
    }
    return standing;
  }

  // Every signature wanted is complete, and `fresh` if asked, with this evidence.
  bool all_complete(const Prover& prover, const SignedFile& file, const std::vector<Stamp>& stamps,
                    bool fresh) const {
    for (std::size_t i = 0; i < file.entries.size(); ++i) {
      if (!wanted(file.entries[i])) continue;
      const auto standing = standing_of(prover, file, i, stamps);
      if (!standing.complete || (fresh && !standing.fresh)) return false;
    }
    return true;
  }

  Status reach_evidence(bool renewing) {
    Prover inside(request_.proof);
    inside.add(signed_.evidence);
    const auto stamps_inside = proving_stamps(inside, signed_);
    const bool had_all = all_complete(inside, signed_, stamps_inside, true);
    if (!had_all || renewing) fetch(renewing);
    const auto& prover = had_all && !renewing ? inside : prover_;
    const auto stamps = proving_stamps(prover, signed_);

    pdf::SecurityStoreUpdate update;
    Findings reasons;
    std::vector<Level> levels = levels_;
    for (std::size_t i = 0; i < signed_.entries.size(); ++i) {
      const auto& entry = signed_.entries[i];
      if (entry.document_timestamp) {
        add_document_timestamp(prover, i, stamps, renewing, update, reasons);
        continue;
      }
      auto standing = standing_of(prover, signed_, i, stamps);
      if (wanted(entry)) append(standing.complete ? extra_ : reasons, standing.reasons);
      if (!standing.complete) continue;
      levels[i] = Level::kLT;
      certs::Evidence used = standing.signer.used;
      for (const auto& stamp : standing.stamps) {
        if (stamp.complete) merge(used, stamp.used);
      }
      put(used, entry.vri_key, update);
    }
    if (!reasons.empty()) {
      append(reasons, fetch_findings_);
      if (request_.without == WithoutEvidence::kFail) return as_error(reasons.front());
      append(reasons_, reasons);
    }
    if (!had_all || renewing) ANTIN_CHECK(store(update));
    levels_ = std::move(levels);
    for (std::size_t i = 0; i < signed_.entries.size(); ++i)
      stopped_ = stopped_ || (wanted(signed_.entries[i]) && levels_[i] < Level::kLT);
    return Done{};
  }

  void add_document_timestamp(const Prover& prover, std::size_t index,
                              const std::vector<Stamp>& stamps, bool decisive,
                              pdf::SecurityStoreUpdate& update, Findings& reasons) const {
    for (const auto& stamp : stamps) {
      if (!stamp.over_document || stamp.entry != index) continue;
      const auto proof = prover.prove(decisive ? renewed_subject_of(stamp) : subject_of(stamp));
      if (proof.complete) {
        put(proof.used, signed_.entries[index].vri_key, update);
      } else if (decisive) {
        reasons.push_back(
            warning(Code::kTimestampDataMissing, {{"ten", short_name(stamp.server)}}));
        append(reasons, proof.reasons);
      }
    }
  }

  void fetch(bool renewing) {
    if (environment_.evidence == nullptr) return;
    std::vector<Subject> subjects;
    const auto stamps = proving_stamps(prover_, signed_);
    subjects.reserve(stamps.size() + signed_.entries.size());
    for (const auto& stamp : stamps)
      subjects.push_back(renewing && stamp.over_document ? renewed_subject_of(stamp)
                                                         : subject_of(stamp));
    for (std::size_t i = 0; i < signed_.entries.size(); ++i) {
      const auto& signer = signed_.entries[i].carried.signer;
      const auto earliest = std::find_if(stamps.begin(), stamps.end(),
                                         [&](const Stamp& stamp) { return covers(stamp, i); });
      if (signer && earliest != stamps.end())
        subjects.push_back(subject_of(*signer, earliest->token->gen_time()));
    }
    fetch_findings_ = prover_.fetch(*environment_.evidence, subjects, now_);
  }

  void put(const certs::Evidence& used, const std::string& key,
           pdf::SecurityStoreUpdate& update) const {
    pdf::SecurityStoreUpdate::Vri vri{
        .key = key, .certificates = {}, .crls = {}, .ocsp = {}, .time = now_};
    for (const auto& one : used.certificates) vri.certificates.push_back(one.der());
    for (const auto& one : used.crls) vri.crls.push_back(one.der());
    for (const auto& one : used.ocsp) vri.ocsp.push_back(one.der());
    update.vri.push_back(std::move(vri));
  }

  Status store(const pdf::SecurityStoreUpdate& update) {
    if (update.vri.empty()) return Done{};
    ANTIN_TRY(const auto document,
              pdf::Document::open(file_.whole(), {.password = request_.password, .limits = {}}));
    ANTIN_TRY(const auto tail,
              pdf::append_security_store(document, update, cipher_, *environment_.random));
    if (tail.empty()) return Done{};
    file_.append(tail);
    return load();
  }

  // ---- B-LTA

  // A document timestamp covers every signature and all that shows them to be good.
  bool is_archived() const {
    const auto stamps = proving_stamps(prover_, signed_);
    const auto last = std::find_if(stamps.rbegin(), stamps.rend(),
                                   [](const Stamp& stamp) { return stamp.over_document; });
    if (last == stamps.rend()) return false;
    const auto covered = covered_by(signed_.entries[last->entry], signed_.octets.view());
    const auto& range = signed_.entries[last->entry].field.byte_range;
    const auto before = read_signed_file(
        signed_.octets.prefix(static_cast<std::size_t>(range[2]) + covered[1].size()),
        request_.password);
    if (!before || before.value().entries.size() != last->entry + 1) return false;
    for (auto i = last->entry + 1; i < signed_.entries.size(); ++i) {
      if (!signed_.entries[i].document_timestamp) return false;
    }
    auto covered_file = before.value();
    covered_file.entries.pop_back();
    Prover inside(request_.proof);
    inside.add(covered_file.evidence);
    return all_complete(inside, covered_file, proving_stamps(inside, covered_file), false);
  }

  bool renewal_due() const {
    if (request_.renewal == Renewal::kAlways) return true;
    const auto need = renewal_need(signed_, request_.proof, now_, request_.horizon);
    return need.due;
  }

  Status reach_archive() {
    ANTIN_TRY(const bool stamped, stamp_document());
    if (!stamped) return Done{};
    levels_.resize(signed_.entries.size(), Level::kLTA);
    for (auto& level : levels_) {
      if (level == Level::kLT) level = Level::kLTA;
    }
    return Done{};
  }

  // False when no timestamp was to be had and that is allowed to happen.
  Result<bool> stamp_document() {
    ANTIN_TRY(const auto document,
              pdf::Document::open(file_.whole(), {.password = request_.password, .limits = {}}));
    pdf::SignatureUpdate update;
    update.type = pdf::SignatureUpdate::Type::kDocumentTimestamp;
    update.sub_filter = "ETSI.RFC3161";
    update.role = "timestamp";
    for (update.contents_octets = kTokenRoom; update.contents_octets <= kMostTokenRoom;) {
      ANTIN_TRY(auto prepared,
                pdf::prepare_signature(document, update, cipher_, *environment_.random));
      const auto covered = prepared.covered();
      const auto imprint =
          ossl::digest(DigestAlgorithm::kSha256, {covered[0], covered[1], covered[2]});
      auto fresh = fresh_timestamp(imprint, environment_);
      if (!fresh) {
        if (fresh.error().code == Code::kClockSkew || request_.without == WithoutEvidence::kFail)
          return std::move(fresh).error();
        reasons_.push_back(warning(fresh.error().code, fresh.error().params));
        stopped_ = true;
        return false;
      }
      const auto& token = fresh.value().token.bytes();
      if (token.size() > prepared.capacity()) {
        update.contents_octets = token.size() + token.size() / 4 + kTokenRoom;
        continue;
      }
      ANTIN_CHECK(prepared.set_contents(token));
      append(extra_, fresh.value().warnings);
      file_.append(prepared.tail());
      ANTIN_CHECK(load());
      return true;
    }
    return make_error(Code::kResourceLimit, "timestamp token too large");
  }

  // ---- result

  static Error as_error(const Finding& finding) {
    return make_error(finding.code, finding.detail, finding.params);
  }

  Result<ExtendedDocument> finish() {
    levels_.resize(signed_.entries.size(), Level::kB);
    ExtendedDocument out{
        .original = request_.document, .tail = file_.tail(), .fields = {}, .warnings = {}};
    auto lowest = Level::kLTA;
    for (std::size_t i = 0; i < signed_.entries.size(); ++i) {
      const auto& entry = signed_.entries[i];
      out.fields.push_back({.field = entry.field.name,
                            .document_timestamp = entry.document_timestamp,
                            .level = levels_[i]});
      if (wanted(entry)) lowest = std::min(lowest, levels_[i]);
    }
    out.level_reached = lowest;
    out.warnings = extra_;
    if (out.level_reached < request_.target) {
      append(out.warnings, not_reached(request_.target, out.level_reached, reasons_));
    } else {
      append(out.warnings, reasons_);
      if (out.tail.empty())
        out.warnings.push_back({.code = Code::kLevelAlready,
                                .severity = Severity::kInfo,
                                .params = {{"muc", std::string(name(out.level_reached))}},
                                .detail = {}});
    }
    return out;
  }

  const ExtendRequest& request_;
  const Environment& environment_;
  const std::optional<std::string>& only_;
  UtcTime now_;
  GrowingFile file_;
  OpensslDocumentCipher cipher_;
  Prover prover_;
  SignedFile signed_;
  std::vector<Level> levels_;
  Findings reasons_;         ///< why the level was not reached
  Findings extra_;           ///< what is to be said although it was
  Findings fetch_findings_;  ///< addresses that failed
  bool stopped_ = false;
};

}  // namespace

Findings not_reached(Level wanted, Level reached, const Findings& reasons) {
  Findings out{warning(Code::kLevelNotReached, {{"muc", std::string(name(wanted))},
                                                {"muc_dat_duoc", std::string(name(reached))}})};
  for (const auto& reason : reasons) {
    const bool known = std::any_of(out.begin(), out.end(), [&](const auto& one) {
      return one.code == reason.code && one.params == reason.params;
    });
    if (!known) out.push_back(reason);
  }
  return out;
}

Result<ExtendedDocument> raise_levels(const ExtendRequest& request, const Environment& environment,
                                      const std::optional<std::string>& only) {
  return Raiser(request, environment, only).run();
}

}  // namespace antin::signer
