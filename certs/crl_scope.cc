#include "certs/crl_scope.h"

#include <algorithm>

#include <openssl/x509v3.h>

#include "certs/asn1.h"

namespace antin::certs {

ReasonMask CrlScope::reasons_of(const ASN1_BIT_STRING* flags) {
  if (flags == nullptr) return kAllReasons;
  ReasonMask mask = 0;
  for (int bit = 1; bit <= 8; ++bit) {
    if (ASN1_BIT_STRING_get_bit(flags, bit) == 1) mask |= 1U << static_cast<unsigned>(bit);
  }
  return mask;
}

bool CrlScope::same_name(const PointName& a, const PointName& b) {
  if (a.directory != nullptr && b.directory != nullptr)
    return X509_NAME_cmp(a.directory, b.directory) == 0;
  return a.general != nullptr && b.general != nullptr &&
         // The function does not change them, only its signature is older than const.
         GENERAL_NAME_cmp(const_cast<GENERAL_NAME*>(a.general),
                          const_cast<GENERAL_NAME*>(b.general)) == 0;
}

void CrlScope::append_names(PointNames& names, const GENERAL_NAMES* all) {
  for (int i = 0; i < sk_GENERAL_NAME_num(all); ++i) {
    const auto* one = sk_GENERAL_NAME_value(all, i);
    names.push_back({one, one->type == GEN_DIRNAME ? one->d.directoryName : nullptr});
  }
}

CrlScope::PointNames CrlScope::names_of(const DIST_POINT_NAME* point) {
  PointNames names;
  if (point == nullptr) return names;
  if (point->type == 0) append_names(names, point->name.fullname);
  if (point->type == 1 && point->dpname != nullptr) names.push_back({nullptr, point->dpname});
  return names;
}

bool CrlScope::share_a_name(const PointNames& some, const PointNames& others) {
  return std::any_of(some.begin(), some.end(), [&](const PointName& one) {
    return std::any_of(others.begin(), others.end(),
                       [&](const PointName& other) { return same_name(one, other); });
  });
}

CrlScope::Point CrlScope::point_of(DIST_POINT* stated) const {
  Point point{{}, {}, reasons_of(stated->reasons)};
  if (stated->CRLissuer != nullptr) {
    append_names(point.list_issuers, stated->CRLissuer);
  } else {
    point.list_issuers.push_back({nullptr, X509_get_issuer_name(certificate_.x509())});
  }
  const auto& base = point.list_issuers;
  if (stated->distpoint != nullptr && !base.empty() && base.front().directory != nullptr)
    DIST_POINT_set_dpname(stated->distpoint, base.front().directory);
  point.names = names_of(stated->distpoint);
  // RFC 5280 §6.3.3 (b)(2)(i): without a name of its own the point is known by its list issuer.
  if (stated->distpoint == nullptr) point.names = point.list_issuers;
  return point;
}

CrlScope::CrlScope(const Certificate& certificate)
    : certificate_(certificate),
      stated_(static_cast<CRL_DIST_POINTS*>(
          X509_get_ext_d2i(certificate_.x509(), NID_crl_distribution_points, nullptr, nullptr))) {
  for (int i = 0; i < sk_DIST_POINT_num(stated_.get()); ++i)
    points_.push_back(point_of(sk_DIST_POINT_value(stated_.get(), i)));
  // The implicit point (RFC 5280 §6.3.3, last paragraph): all lists of the issuer itself.
  const PointName issuer{nullptr, X509_get_issuer_name(certificate_.x509())};
  points_.push_back({{issuer}, {issuer}, kAllReasons});
}

bool CrlScope::concerns(const Crl& crl) const {
  const PointName issuer{nullptr, X509_CRL_get_issuer(crl.x509_crl())};
  return std::any_of(points_.begin(), points_.end(), [&](const Point& point) {
    return share_a_name({issuer}, point.list_issuers);
  });
}

ReasonMask CrlScope::reasons_at(const Point& point, const Crl& crl) const {
  const PointName list_issuer{nullptr, X509_CRL_get_issuer(crl.x509_crl())};
  if (!share_a_name({list_issuer}, point.list_issuers)) return 0;
  const auto* scope = crl.parsed().scope.get();
  const bool indirect = scope != nullptr && scope->indirectCRL != 0;
  const PointName cert_issuer{nullptr, X509_get_issuer_name(certificate_.x509())};
  if (!same_name(list_issuer, cert_issuer) && !indirect) return 0;
  if (scope == nullptr) return point.reasons;
  const bool ca = certificate_.is_ca();
  if (scope->onlyattr != 0 || (scope->onlyuser != 0 && ca) || (scope->onlyCA != 0 && !ca)) return 0;
  if (scope->distpoint != nullptr && !share_a_name(names_of(scope->distpoint), point.names))
    return 0;
  return point.reasons & reasons_of(scope->onlysomereasons);
}

ReasonMask CrlScope::reasons_covered(const Crl& crl) const {
  ReasonMask reasons = 0;
  for (const auto& point : points_) reasons |= reasons_at(point, crl);
  return reasons;
}

CrlEntry look_up(const Certificate& certificate, const Crl& crl) {
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

}  // namespace antin::certs
