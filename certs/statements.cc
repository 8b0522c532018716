#include "certs/statements.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <tuple>

namespace antin::certs {
namespace {

// RFC 5280 §5.3.1
constexpr std::array<std::string_view, 11> kReasonNames = {
    "unspecified",   "keyCompromise",        "cACompromise",    "affiliationChanged",
    "superseded",    "cessationOfOperation", "certificateHold", "",
    "removeFromCRL", "privilegeWithdrawn",   "aACompromise"};

}  // namespace

std::string reason_name(int reason) {
  const auto at = static_cast<std::size_t>(reason);
  return reason < 0 || at >= kReasonNames.size() ? "" : std::string{kReasonNames.at(at)};
}

bool speaks_for(const Statement& said, UtcTime at) {
  const auto from = *said.status.this_update;
  if (from >= at) return true;
  if (said.status.next_update) return at <= *said.status.next_update;
  return said.source == RevocationStatement::Source::kOcsp &&
         at.since_epoch() <= from.since_epoch() + kOcspLeeway;
}

bool Statement::suspends() const {
  return revokes() && status.reason == "certificateHold";
}

void StatementQuery::note(Code code, const std::string& who, Params more) const {
  more.emplace_back("ten", who);
  findings.push_back({code, Severity::kInfo, std::move(more), certificate().subject_common_name()});
}

bool may_be_compromised(const RevocationStatus& revoked) {
  return revoked.state == RevocationStatus::State::kRevoked &&
         revoked.reason != "affiliationChanged" && revoked.reason != "superseded" &&
         revoked.reason != "cessationOfOperation";
}

bool valid_at(const Certificate& certificate, UtcTime at) {
  return certificate.not_before() <= at && at <= certificate.not_after();
}

bool all_valid_at(const std::vector<Certificate>& chain, UtcTime at) {
  return std::all_of(chain.begin(), chain.end(),
                     [&](const Certificate& one) { return valid_at(one, at); });
}

std::vector<Statement> read_statements(const StatementQuery& query) {
  std::vector<Statement> all;
  append_crl_statements(query, all);
  append_ocsp_statements(query, all);
  std::stable_sort(all.begin(), all.end(), [](const Statement& a, const Statement& b) {
    return std::tie(*a.status.this_update, a.issued) > std::tie(*b.status.this_update, b.issued);
  });
  return all;
}

}  // namespace antin::certs
