#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <vector>

#include "certs/path.h"

namespace antin::certs {

/// A "prospective certificate chain" of EN 319 102-1: leaf first, anchor last. Names, key
/// identifiers and signatures fit, and RFC 5280's rules that know no clock hold (constraints,
/// policies, usage of leaf and authorities, the anchor's purpose). Nothing is said of time.
struct ProspectiveChain {
  std::vector<Certificate> chain;
  std::size_t anchor;  ///< index in input.trust->anchors
};

/// All of them within the budget of build_path(), best first (shortest, then by the order of
/// anchors). input.at and input.check_revocation play no part.
std::vector<ProspectiveChain> prospective_chains(const PathInput& input);

/// One authentic statement about one certificate: signed by who may speak of it (RFC 5280 §6.3.3,
/// RFC 6960 §4.2.2.2), whose own chain reaches the same anchor and was within its validity when the
/// statement was issued. Whether it is fresh enough is the caller's question.
struct RevocationStatement {
  enum class Source { kCrl, kOcsp };
  Source source;
  std::size_t evidence;     ///< index in input.crls or input.ocsp
  RevocationStatus status;  ///< kGood or kRevoked; this_update and next_update filled in
  UtcTime issued;           ///< thisUpdate of the list, producedAt of the answer
  std::vector<Certificate> signer_chain;  ///< of who signed it, leaf first
};

/// Every statement about chain[index], newest first (by this_update: what it knows; then by when it
/// was issued); none for the anchor and for a certificate that
/// needs none (`kNotNeeded` of build_path()). A list that was made after the certificate expired
/// and does not keep expired ones says nothing good (RFC 5280 §5, X.509 §9.5.2.9). Of partial
/// reasons only sets that together cover all of them count as good,
/// with the oldest as evidence. A certificateHold is a revocation with that reason: a newer good
/// statement ends it, and no other revocation.
///
/// Signers outside of `chain` are known from the other evidence not to have been revoked when the
/// statement was issued, nor later unless compromise is excluded. The authorities in `chain` are
/// not looked at: they are the caller's next question.
std::vector<RevocationStatement> revocation_statements(const PathInput& input,
                                                       const ProspectiveChain& chain,
                                                       std::size_t index);

/// EN 319 102-1 §5.2.5: true when what the statement knows is at most `maximum` older than `at`;
/// without one, as old as its maker's own rhythm allows (nextUpdate - thisUpdate). Without
/// nextUpdate a list counts only when it is not older than `at`, an OCSP answer five minutes
/// longer.
bool is_fresh(const RevocationStatement& statement, UtcTime at,
              std::optional<std::chrono::seconds> maximum);

/// True when nobody will ever say whether this certificate is revoked (ocsp-nocheck, RFC 9608,
/// EN 319 412-1 validity assured short term).
bool never_revoked(const Certificate& certificate);

}  // namespace antin::certs
