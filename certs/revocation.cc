#include <algorithm>
#include <array>
#include <string_view>

#include <openssl/x509v3.h>

#include "certs/asn1.h"
#include "certs/crl_parsed.h"
#include "certs/path_judge.h"

namespace antin::certs {
namespace {

using State = RevocationStatus::State;

// Bits 1 to 8 of ReasonFlags (RFC 5280 §4.2.1.13); bit 0 is unused.
constexpr unsigned kAllReasons = 0x1FE;
constexpr unsigned kHoldReason = 1U << 6U;

constexpr int kReasonHold = 6;
constexpr std::array<std::string_view, 11> kReasonNames = {
    "unspecified",   "keyCompromise",        "cACompromise",    "affiliationChanged",
    "superseded",    "cessationOfOperation", "certificateHold", "",
    "removeFromCRL", "privilegeWithdrawn",   "aACompromise"};

unsigned reasons_of(const ASN1_BIT_STRING* flags) {
  if (flags == nullptr) return kAllReasons;
  unsigned mask = 0;
  for (int bit = 1; bit <= 8; ++bit) {
    if (ASN1_BIT_STRING_get_bit(flags, bit) == 1) mask |= 1U << static_cast<unsigned>(bit);
  }
  return mask;
}

/// One name of a distribution point, whichever way it was written.
struct PointName {
  const GENERAL_NAME* general;
  const X509_NAME* directory;  ///< set for directory names, which compare by RFC 5280 §7.1
};

bool same_name(const PointName& a, const PointName& b) {
  if (a.directory != nullptr && b.directory != nullptr)
    return X509_NAME_cmp(a.directory, b.directory) == 0;
  return a.general != nullptr && b.general != nullptr &&
         // The function does not change them, only its signature is older than const.
         GENERAL_NAME_cmp(const_cast<GENERAL_NAME*>(a.general),
                          const_cast<GENERAL_NAME*>(b.general)) == 0;
}

void append_names(std::vector<PointName>& names, const GENERAL_NAMES* all) {
  for (int i = 0; i < sk_GENERAL_NAME_num(all); ++i) {
    const auto* one = sk_GENERAL_NAME_value(all, i);
    names.push_back({one, one->type == GEN_DIRNAME ? one->d.directoryName : nullptr});
  }
}

std::vector<PointName> names_of(const DIST_POINT_NAME* point) {
  std::vector<PointName> names;
  if (point == nullptr) return names;
  if (point->type == 0) append_names(names, point->name.fullname);
  if (point->type == 1 && point->dpname != nullptr) names.push_back({nullptr, point->dpname});
  return names;
}

bool share_a_name(const std::vector<PointName>& some, const std::vector<PointName>& others) {
  return std::any_of(some.begin(), some.end(), [&](const PointName& one) {
    return std::any_of(others.begin(), others.end(),
                       [&](const PointName& other) { return same_name(one, other); });
  });
}

/// Where a certificate says that its revocation is published; the implicit point (RFC 5280 §6.3.3,
/// last paragraph) stands for all lists of the certificate's issuer itself.
struct Point {
  std::vector<PointName> names;
  std::vector<PointName> list_issuers;
  bool indirect;  ///< lists come from somebody else
  unsigned reasons;
};

std::vector<Point> points_of(const Certificate& certificate, const CRL_DIST_POINTS* stated) {
  const auto* issuer = X509_get_issuer_name(certificate.x509());
  std::vector<Point> points;
  for (int i = 0; i < sk_DIST_POINT_num(stated); ++i) {
    auto* one = sk_DIST_POINT_value(stated, i);
    Point point{{}, {}, one->CRLissuer != nullptr, reasons_of(one->reasons)};
    if (point.indirect) {
      append_names(point.list_issuers, one->CRLissuer);
    } else {
      point.list_issuers.push_back({nullptr, issuer});
    }
    const auto& base = point.list_issuers;
    if (one->distpoint != nullptr && !base.empty() && base.front().directory != nullptr)
      DIST_POINT_set_dpname(one->distpoint, base.front().directory);
    point.names = names_of(one->distpoint);
    // RFC 5280 §6.3.3 (b)(2)(i): without a name of its own the point is known by its list issuer.
    if (one->distpoint == nullptr) point.names = point.list_issuers;
    points.push_back(std::move(point));
  }
  points.push_back({{{nullptr, issuer}}, {{nullptr, issuer}}, false, kAllReasons});
  return points;
}

/// RFC 5280 §6.3.3 (b) and (d): the reasons for which `crl` speaks about `certificate` at `point`.
unsigned reasons_covered(const Certificate& certificate, const Point& point, const Crl& crl) {
  const PointName list_issuer{nullptr, X509_CRL_get_issuer(crl.x509_crl())};
  if (!share_a_name({list_issuer}, point.list_issuers)) return 0;
  const auto* scope = crl.parsed().scope.get();
  const bool indirect = scope != nullptr && scope->indirectCRL != 0;
  const PointName cert_issuer{nullptr, X509_get_issuer_name(certificate.x509())};
  if (!same_name(list_issuer, cert_issuer) && !indirect) return 0;
  if (scope == nullptr) return point.reasons;
  const bool ca = certificate.is_ca();
  if (scope->onlyattr != 0 || (scope->onlyuser != 0 && ca) || (scope->onlyCA != 0 && !ca)) return 0;
  if (scope->distpoint != nullptr && !share_a_name(names_of(scope->distpoint), point.names))
    return 0;
  return point.reasons & reasons_of(scope->onlysomereasons);
}

struct Entry {
  std::optional<UtcTime> revoked_at;  ///< nullopt: not listed
  int reason = -1;
  bool removed = false;  ///< removeFromCRL, in a delta
};

Entry look_up(const Certificate& certificate, const Crl& crl) {
  const ossl::ErrorMark probe;
  X509_REVOKED* found = nullptr;
  const int answer = X509_CRL_get0_by_cert(crl.x509_crl(), &found, certificate.x509());
  if (answer == 0 || found == nullptr) return {};
  if (answer == 2) return {std::nullopt, -1, true};
  const ossl::EnumeratedPtr reason{static_cast<ASN1_ENUMERATED*>(
      X509_REVOKED_get_ext_d2i(found, NID_crl_reason, nullptr, nullptr))};
  const auto date = utc_time(X509_REVOKED_get0_revocationDate(found));
  // A date that cannot be read says nothing good: revoked from the start.
  return {date.value_or(certificate.not_before()),
          reason ? static_cast<int>(ASN1_ENUMERATED_get(reason.get())) : -1, false};
}

std::string reason_name(int reason) {
  const auto at = static_cast<std::size_t>(reason);
  return reason < 0 || at >= kReasonNames.size() ? "" : std::string{kReasonNames.at(at)};
}

bool speaks_for(const Crl& crl, UtcTime at) {
  return crl.this_update() >= at || (crl.next_update() && at <= *crl.next_update());
}

// RFC 5280 §5.2.4: same issuer, same scope, made for this base or an older one, newer than it.
bool delta_fits(const Crl& delta, const Crl& base) {
  const auto& d = delta.parsed();
  const auto& b = base.parsed();
  if (!d.delta_base || !d.number || !b.number || d.unusable) return false;
  if (X509_NAME_cmp(X509_CRL_get_issuer(d.crl.get()), X509_CRL_get_issuer(b.crl.get())) != 0)
    return false;
  const auto scope = [](const Crl::Parsed& of) {
    return of.scope ? to_der(of.scope.get(), i2d_ISSUING_DIST_POINT) : Bytes{};
  };
  return scope(d) == scope(b) && ASN1_INTEGER_cmp(d.delta_base.get(), b.number.get()) <= 0 &&
         ASN1_INTEGER_cmp(d.number.get(), b.number.get()) > 0;
}

/// Answers for one certificate of one path.
class Question {
 public:
  Question(const CandidatePath& path, std::size_t index, UtcTime at, PathJudge& judge,
           Findings& findings)
      : path_(path),
        certificate_(path.chain[index]),
        at_(at),
        judge_(judge),
        findings_(findings),
        stated_(static_cast<CRL_DIST_POINTS*>(
            X509_get_ext_d2i(certificate_.x509(), NID_crl_distribution_points, nullptr, nullptr))),
        points_(points_of(certificate_, stated_.get())) {}

  RevocationStatus answer() {
    for (const auto& crl : judge_.crls()) {
      if (!crl.parsed().delta_base) consider(crl);
    }
    if (revoked_) return *revoked_;
    if (covered_ == kAllReasons && good_) return *good_;
    return {State::kUnknown, {}, "", "", {}, {}, ""};
  }

 private:
  void note(Code code, const Crl& crl, Params more = {}) {
    more.emplace_back("ten", first_value(X509_CRL_get_issuer(crl.x509_crl()), NID_commonName));
    findings_.push_back(
        {code, Severity::kInfo, std::move(more), certificate_.subject_common_name()});
  }

  static RevocationStatus status(State state, const Crl& crl) {
    return {state, {}, "", "crl", crl.this_update(), crl.next_update(), to_hex(crl.sha256())};
  }

  bool concerns(const Crl& crl) const {
    const PointName issuer{nullptr, X509_CRL_get_issuer(crl.x509_crl())};
    return std::any_of(points_.begin(), points_.end(), [&](const Point& point) {
      return share_a_name({issuer}, point.list_issuers);
    });
  }

  void consider(const Crl& crl) {
    if (!concerns(crl)) return;
    unsigned reasons = 0;
    for (const auto& point : points_) reasons |= reasons_covered(certificate_, point, crl);
    if (reasons == 0) return note(Code::kCrlScope, crl);
    if (crl.parsed().unusable) return note(Code::kCrlUnsupported, crl);
    if (!authentic(crl)) return note(Code::kCrlSignature, crl);

    const bool fresh = speaks_for(crl, at_);
    const Crl* source = &crl;
    auto entry = look_up(certificate_, crl);
    for (const auto& delta : judge_.crls()) {  // newest first
      if (!delta_fits(delta, crl) || !authentic(delta)) continue;
      const auto changed = look_up(certificate_, delta);
      if (changed.revoked_at || changed.removed) {
        entry = changed;
        source = &delta;
        break;
      }
    }
    if (entry.revoked_at) return consider_entry(entry, reasons, fresh, *source);
    if (!fresh)
      return note(Code::kCrlStale, crl,
                  {{"thoi_diem", to_vietnam_text(crl.next_update().value_or(crl.this_update()))}});
    const auto& keeps = crl.parsed().keeps_expired_since;
    if (crl.this_update() > certificate_.not_after() &&
        (!keeps || *keeps > certificate_.not_after()))
      return note(Code::kCrlAfterExpiry, crl);
    covered_ |= reasons;
    if (!good_) good_ = status(State::kGood, *source);
  }

  void consider_entry(const Entry& entry, unsigned reasons, bool fresh, const Crl& crl) {
    if (entry.reason == kReasonHold) {
      // A suspension may have ended: an old list does not prove it, a newer one refutes it.
      if (!fresh) return note(Code::kCrlStale, crl);
      if ((covered_ & kHoldReason) != 0) return;
    }
    if (revoked_ && (*revoked_).reason != kReasonNames.at(kReasonHold)) return;
    covered_ |= reasons;
    revoked_ = status(State::kRevoked, crl);
    revoked_->revoked_at = entry.revoked_at;
    revoked_->reason = reason_name(entry.reason);
  }

  // RFC 5280 §6.3.3 (f): the signer is an authority of this path, or any certificate of the right
  // name that may sign lists and has a valid path to the same anchor.
  bool authentic(const Crl& crl) {
    const auto* name = X509_CRL_get_issuer(crl.x509_crl());
    const auto fits = [&](const Certificate& signer) {
      return X509_NAME_cmp(X509_get_subject_name(signer.x509()), name) == 0 &&
             (X509_get_key_usage(signer.x509()) & KU_CRL_SIGN) != 0;
    };
    for (std::size_t i = 1; i < path_.chain.size(); ++i) {
      if (fits(path_.chain[i]) && crl.signature_verifies_with(path_.chain[i])) return true;
    }
    for (const auto& [signer, anchor] : judge_.pool().entries()) {
      if (!fits(signer) || signer == certificate_) continue;
      if (!PathBudget::spend(judge_.budget().signatures)) {
        judge_.budget().exhausted = true;
        return false;
      }
      if (!crl.signature_verifies_with(signer)) continue;
      // A list issued later may come from a signer that did not exist at `at_`.
      const auto when = std::max(at_, crl.this_update());
      if (judge_.best_path(signer, LeafUse::kCrlSign, when, path_.anchor).state ==
          PathResult::State::kValid)
        return true;
    }
    return false;
  }

  const CandidatePath& path_;
  const Certificate& certificate_;
  UtcTime at_;
  PathJudge& judge_;
  Findings& findings_;
  ossl::DistributionPointsPtr stated_;
  std::vector<Point> points_;
  unsigned covered_ = 0;
  std::optional<RevocationStatus> good_;
  std::optional<RevocationStatus> revoked_;
};

// The certificate itself says that nobody will ever list it.
bool never_revoked(const Certificate& certificate) {
  static const ossl::ObjectPtr kNoRevAvail{OBJ_txt2obj("2.5.29.56", 1)};        // RFC 9608
  static const ossl::ObjectPtr kShortTerm{OBJ_txt2obj("0.4.0.194121.2.1", 1)};  // EN 319 412-1
  auto* x509 = certificate.x509();
  if (certificate.is_ca()) return false;
  if (X509_get_ext_by_OBJ(x509, kNoRevAvail.get(), -1) >= 0 ||
      X509_get_ext_by_OBJ(x509, kShortTerm.get(), -1) >= 0)
    return true;
  // RFC 6960 §4.2.2.2.1
  return X509_get_ext_by_NID(x509, NID_id_pkix_OCSP_noCheck, -1) >= 0 &&
         X509_get_extended_key_usage(x509) != UINT32_MAX &&
         (X509_get_extended_key_usage(x509) & XKU_OCSP_SIGN) != 0;
}

}  // namespace

RevocationStatus revocation_status(const CandidatePath& path, std::size_t index, UtcTime at,
                                   PathJudge& judge, Findings& findings) {
  if (never_revoked(path.chain[index])) return {State::kNotNeeded, {}, "", "", {}, {}, ""};
  const ossl::ErrorMark probe;
  return Question{path, index, at, judge, findings}.answer();
}

}  // namespace antin::certs
