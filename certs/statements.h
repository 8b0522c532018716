#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "certs/crl_scope.h"
#include "certs/path_judge.h"
#include "certs/revocation.h"

namespace antin::certs {

/// What one piece of evidence says about one certificate, signed by who may say so. Whether it
/// answers a question about a certain instant is decided from it later.
struct Statement {
  RevocationStatement::Source source;
  std::size_t evidence;  ///< index in PathInput::crls or PathInput::ocsp
  RevocationStatus status;
  UtcTime issued;
  ReasonMask reasons;                ///< the reasons of which it speaks
  std::optional<Code> nothing_good;  ///< why it proves nothing good, e.g. made after expiry
  std::string who;                   ///< for findings: who made it
  std::vector<Certificate> signer_chain;

  bool revokes() const { return status.state == RevocationStatus::State::kRevoked; }
  /// certificateHold: the one revocation that may end.
  bool suspends() const;
};

/// The certificate in question and what there is to ask.
struct StatementQuery {
  const CandidatePath& path;
  std::size_t index;          ///< in path.chain, not the last
  std::optional<UtcTime> at;  ///< nullopt: signers are judged at the time of each statement
  PathJudge& judge;
  Findings& findings;  ///< why evidence was not believed

  const Certificate& certificate() const { return path.chain[index]; }
  const Certificate& issuer() const { return path.chain[index + 1]; }
  /// When a signer must not have been revoked: a statement is believed at `at`, if that is later.
  UtcTime signer_time(UtcTime issued) const { return at && *at > issued ? *at : issued; }
  void note(Code code, const std::string& who, Params more = {}) const;
};

/// All authentic statements, newest first: by what they know (thisUpdate), then by when they were
/// made.
std::vector<Statement> read_statements(const StatementQuery& query);

// The two kinds; their order is the evidence's.
void append_crl_statements(const StatementQuery& query, std::vector<Statement>& all);
void append_ocsp_statements(const StatementQuery& query, std::vector<Statement>& all);

/// Clocks of a responder's machines, and of those who ask it, may differ by this much. It also is
/// how long an answer without nextUpdate ("newer information is available all the time", RFC 6960
/// §4.2.2.1) stands for the present: many responders never state one.
constexpr std::chrono::minutes kOcspLeeway{5};

/// True when the statement knows what was the case at `at`.
bool speaks_for(const Statement& said, UtcTime at);

/// CRLReason name, "" for an unknown one.
std::string reason_name(int reason);
/// False only when the reason given means that the key stayed in its owner's hands. What a key that
/// may be stolen has signed proves nothing, whatever date stands in it.
bool may_be_compromised(const RevocationStatus& revoked);
bool valid_at(const Certificate& certificate, UtcTime at);
bool all_valid_at(const std::vector<Certificate>& chain, UtcTime at);

}  // namespace antin::certs
