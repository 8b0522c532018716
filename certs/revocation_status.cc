#include "certs/statements.h"

namespace antin::certs {
namespace {

using State = RevocationStatus::State;

RevocationStatus without_evidence(State state) {
  return {state, {}, "", "", {}, {}, ""};
}

/// What all statements together say at one instant. Takes them newest first: what a newer one says
/// goes before what an older one said, but a revocation that is no suspension never ends.
class Answer {
 public:
  Answer(const StatementQuery& query, UtcTime at) : query_(query), at_(at) {}

  void consider(const Statement& said) {
    const bool fresh = speaks_for(said, at_);
    if (said.revokes() && !said.suspends()) {
      if (!revoked_ || revoked_->suspends()) revoked_ = said;
      return;
    }
    // A suspension may have ended: an old list does not prove it, nor that there was none.
    if (!fresh) return note_stale(said);
    if (said.suspends()) {
      const bool ended = not_held_ && *not_held_ > *said.status.this_update;
      if (!ended && !revoked_) revoked_ = said;
      return;
    }
    if (said.nothing_good) return query_.note(*said.nothing_good, said.who);
    covered_ |= said.reasons;
    if ((said.reasons & kHoldReason) != 0 && !not_held_) not_held_ = said.status.this_update;
    if (!good_) good_ = said.status;
  }

  RevocationStatus status() const {
    if (revoked_) return revoked_->status;
    // When the budget ended before the evidence did, the rest might have said otherwise.
    if (good_ && covered_ == kAllReasons && !query_.judge.budget().exhausted) return *good_;
    return without_evidence(State::kUnknown);
  }

 private:
  void note_stale(const Statement& said) const {
    const bool list = said.source == RevocationStatement::Source::kCrl;
    const auto until = said.status.next_update.value_or(*said.status.this_update);
    query_.note(list ? Code::kCrlStale : Code::kOcspStale, said.who,
                {{"thoi_diem", to_vietnam_text(until)}});
  }

  const StatementQuery& query_;
  UtcTime at_;
  ReasonMask covered_ = 0;
  std::optional<RevocationStatus> good_;
  std::optional<UtcTime> not_held_;  ///< since when a statement says that there is no suspension
  std::optional<Statement> revoked_;
};

}  // namespace

RevocationStatus revocation_status(const CandidatePath& path, std::size_t index, UtcTime at,
                                   PathJudge& judge, Findings& findings) {
  if (never_revoked(path.chain[index])) return without_evidence(State::kNotNeeded);
  const ossl::ErrorMark probe;
  const StatementQuery query{path, index, at, judge, findings};
  Answer answer{query, at};
  for (const auto& said : read_statements(query)) answer.consider(said);
  return answer.status();
}

}  // namespace antin::certs
