#pragma once

#include <optional>
#include <vector>

#include "certs/crl_parsed.h"

namespace antin::certs {

/// Reasons for revocation as bits 1 to 8 of ReasonFlags (RFC 5280 §4.2.1.13); bit 0 is unused.
using ReasonMask = unsigned;
constexpr ReasonMask kAllReasons = 0x1FE;
constexpr ReasonMask kHoldReason = 1U << 6U;

/// Where one certificate says that its revocation is published (RFC 5280 §6.3.3 (a), (b), (d)).
class CrlScope {
 public:
  explicit CrlScope(const Certificate& certificate);

  /// `crl` comes from somebody who publishes for this certificate.
  bool concerns(const Crl& crl) const;
  /// The reasons for which `crl` speaks about the certificate; 0: not at all.
  ReasonMask reasons_covered(const Crl& crl) const;

 private:
  /// One name of a distribution point, whichever way it was written.
  struct PointName {
    const GENERAL_NAME* general;
    const X509_NAME* directory;  ///< set for directory names, which compare by RFC 5280 §7.1
  };
  using PointNames = std::vector<PointName>;
  struct Point {
    PointNames names;
    PointNames list_issuers;
    ReasonMask reasons;
  };
  static bool same_name(const PointName& a, const PointName& b);
  static bool share_a_name(const PointNames& some, const PointNames& others);
  static void append_names(PointNames& names, const GENERAL_NAMES* all);
  static PointNames names_of(const DIST_POINT_NAME* point);
  static ReasonMask reasons_of(const ASN1_BIT_STRING* flags);
  Point point_of(DIST_POINT* stated) const;
  ReasonMask reasons_at(const Point& point, const Crl& crl) const;

  Certificate certificate_;
  ossl::DistributionPointsPtr stated_;
  std::vector<Point> points_;
};

/// What a list says about one certificate.
struct CrlEntry {
  std::optional<UtcTime> revoked_at;  ///< nullopt: not listed
  int reason = -1;                    ///< CRLReason, -1 when absent
  bool removed = false;               ///< removeFromCRL, in a delta
};
CrlEntry look_up(const Certificate& certificate, const Crl& crl);

/// RFC 5280 §5.2.4: same issuer, same scope, made for this base or an older one, newer than it.
bool delta_fits(const Crl& delta, const Crl& base);

}  // namespace antin::certs
