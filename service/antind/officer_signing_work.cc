// Sessions of people who sign: preparing and completing, one case after the other.

#include <algorithm>

#include "service/antind/api_facts.h"
#include "service/antind/case_facts.h"
#include "service/antind/officer_signing.h"
#include "service/antind/problem.h"
#include "service/antind/sha256.h"
#include "service/antind/upgrade.h"

namespace antin::service {
namespace {

using State = SigningItem::State;
using Json = nlohmann::ordered_json;

// Somebody who may do this and nothing else. Which units its key knows was asked when it came.
Caller signer_for(const SigningSession& session) {
  return {.key_id = session.owner,
          .scopes = {Scope::kCases, Scope::kOfficer},
          .person = session.person};
}

// It passes, and whoever looks next goes on.
bool passes(const Error& error) {
  return error.code == Code::kHttpStopping || error.code == Code::kDatabaseGone ||
         error.code == Code::kDatabaseBusy || error.code == Code::kStoreFull;
}

std::optional<DigestAlgorithm> digest_named(const std::string& wanted) {
  for (const auto one :
       {DigestAlgorithm::kSha256, DigestAlgorithm::kSha384, DigestAlgorithm::kSha512}) {
    if (name(one) == wanted) return one;
  }
  return std::nullopt;
}

SharedBytes joined(const SharedBytes& document, const SharedBytes& tail) {
  Bytes whole;
  whole.reserve(document.size() + tail.size());
  whole.insert(whole.end(), document.view().begin(), document.view().end());
  whole.insert(whole.end(), tail.view().begin(), tail.view().end());
  return SharedBytes(std::move(whole));
}

Json range_in(const SignedRanges& ranges) {
  auto list = Json::array();
  for (const auto number : ranges.byte_range) list.push_back(number);
  return list;
}

}  // namespace

cbor::Map OfficerSigning::request_for(const SigningSession& session,
                                      const nlohmann::json& facts) const {
  cbor::Array chain;
  for (const auto& one : session.chain) chain.emplace_back(one);
  // The seal covers this signature, so its timestamp must be in before (S-07). Evidence for all
  // signatures comes with the seal.
  return {{"role", "person"},
          {"certificate", session.certificate},
          {"chain", std::move(chain)},
          {"algorithm", session.algorithm},
          {"digest", session.digest},
          {"level", parts_.config->agency.tsa.empty() ? "B-B" : "B-T"},
          {"field", ""},
          {"reason", ""},
          {"location", ""},
          {"check_trust", true},
          {"accept_unknown_revocation", facts.contains("revocation_confirmed")}};
}

// With the person's picture where it belongs; where the name is not on the last page, or nobody
// gave a picture, the signature is not seen on the page.
Result<SignatureMaker::Prepared> OfficerSigning::prepare_document(
    const SigningSession& session, const CaseworkApi::ToSign& wanted,
    const casework::SignatureFact& who, bool& visible) const {
  const auto digest = digest_named(session.digest);
  if (!digest) return make_error(Code::kStoreFailed, "digest of session " + session.id);
  const CertificateDer certificate{session.certificate};
  const auto picture = parts_.pictures->find(wanted.signer);
  visible = false;
  if (picture != parts_.pictures->end()) {
    auto request = request_for(session, wanted.facts);
    if (auto look = signature_appearance(who.name, picture->second))
      request.emplace("appearance", std::move(*look));
    visible = request.count("appearance") != 0;
    auto prepared = parts_.maker->prepare(std::move(request), wanted.octets, *digest, certificate);
    if (prepared || prepared.error().code != Code::kAnchorNotFound) return prepared;
    visible = false;
  }
  return parts_.maker->prepare(request_for(session, wanted.facts), wanted.octets, *digest,
                               certificate);
}

Status OfficerSigning::prepare(const SigningSession& session, SigningItem& item) {
  const auto caller = signer_for(session);
  ANTIN_TRY(const auto wanted, parts_.casework->to_sign(item.case_id, item.version, caller));
  ANTIN_TRY(const auto who,
            parts_.casework->signer_of(wanted, sha256({session.certificate}), caller));
  bool visible = false;
  auto prepared = prepare_document(session, wanted, who, visible);
  if (!prepared) {
    // M-07 is the seal's rule too: it is asked for now, before anybody is asked for a PIN.
    if (prepared.error().code != Code::kRevocationUnknown) return std::move(prepared).error();
    return make_error(Code::kSealRevocationUnknown, item.case_id, {{"ten", who.name}});
  }
  const auto& made = prepared.value();
  item.state = State::kPrepared;
  item.name = wanted.one.paper;
  item.document_sha256 = wanted.document.sha256;
  item.size = wanted.document.size;
  item.pages = wanted.document.pages;
  item.attributes = made.checked.attributes.value();
  item.kept = write_kept(made.update.state, made.checked.ranges, made.warnings);
  item.tail.assign(made.update.tail.view().begin(), made.update.tail.view().end());
  item.told = Json{{"number", wanted.one.number},
                   {"requester", wanted.one.requester},
                   {"field", made.checked.ranges.field},
                   {"visible", visible},
                   {"byte_range", range_in(made.checked.ranges)},
                   {"warnings", warnings_of(cbor::Map{{"warnings", made.warnings}})}}
                  .dump();
  return Done{};
}

// After a crash between the case's step and the session's note of it.
Result<bool> OfficerSigning::finished_before(const SigningSession& session,
                                             const SigningItem& item) const {
  ANTIN_TRY(const auto events, casework::Cases(*parts_.store).events(item.case_id));
  return std::any_of(events.begin(), events.end(), [&](const casework::CaseEvent& event) {
    const auto told = nlohmann::json::parse(event.facts, nullptr, false);
    return event.action == casework::name(casework::Action::kOfficerSign) && told.is_object() &&
           told.value("session", std::string()) == session.id;
  });
}

// Everything is asked anew: who may sign may have changed since it was prepared, and so may the
// case.
Status OfficerSigning::finish(const SigningSession& session, SigningItem& item) {
  ANTIN_TRY(const bool before, finished_before(session, item));
  if (before) {
    item.state = State::kDone;
    item.told = "{}";
    return Done{};
  }
  const auto caller = signer_for(session);
  ANTIN_TRY(auto wanted, parts_.casework->to_sign(item.case_id, item.version, caller));
  if (wanted.document.sha256 != item.document_sha256)
    return make_error(Code::kCaseDocumentOther, item.case_id);
  ANTIN_TRY(const auto who,
            parts_.casework->signer_of(wanted, sha256({session.certificate}), caller));
  static_cast<void>(who);
  ANTIN_TRY(const auto kept, read_kept(item.kept));
  ANTIN_TRY(const auto finished, parts_.maker->complete(kept, item.made, wanted.octets));
  const auto whole = joined(wanted.octets, finished.tail);
  const nlohmann::json told{{"session", session.id}, {"level", finished.level}};
  ANTIN_TRY(const auto after, parts_.casework->take_signed(std::move(wanted), whole, caller, told));
  item.state = State::kDone;
  item.told = Json{{"level", finished.level},
                   {"case_state", casework::name(after.state)},
                   {"case_version", after.version},
                   {"signed_sha256", to_hex(sha256({whole.view()}))}}
                  .dump();
  return Done{};
}

bool OfficerSigning::work_on(const SigningSession& session, SigningItem item) {
  const bool signing = item.state == State::kSigned;
  const auto outcome = signing ? finish(session, item) : prepare(session, item);
  const auto now = parts_.clock->utc_now();
  auto due = now;
  if (!outcome) {
    const auto& error = outcome.error();
    if (stopping_ || passes(error)) return false;
    const bool no_timestamp =
        error.code == Code::kTimestampUnreachable || error.code == Code::kTimestampRefused;
    item.told = problem_json(error, session.id);
    // S-07: nothing is released, and nobody signs again: the timestamp is asked for later.
    if (signing && no_timestamp &&
        now.since_epoch() - session.created.since_epoch() < parts_.config->agency.pending_for) {
      due = UtcTime{now.since_epoch() + pause_after(parts_.config->agency.retry_after, item.tries)};
      ++item.tries;
    } else {
      item.state = State::kRefused;
    }
    parts_.log->write(
        Log::Level::kWarning, item.state == State::kRefused ? "signing_refused" : "signing_waits",
        {{"session", session.id}, {"case", item.case_id}, {"error", to_log_line(error)}});
  }
  const auto kept = sessions_.keep(session.id, item, due);
  if (!kept)
    parts_.log->write(Log::Level::kError, "signing_session_not_kept",
                      {{"session", session.id}, {"error", to_log_line(kept.error())}});
  return static_cast<bool>(kept);
}

// One thread of one node at a time. Whoever comes meanwhile leaves it to that one, which looks once
// more before it lets go.
void OfficerSigning::run(const std::string& id) {
  if (stopping_) return;
  const auto instant = [&] { return parts_.clock->utc_now(); };
  const auto held = sessions_.hold(id, instant());
  if (!held || !held.value()) return;
  {
    const std::lock_guard lock(mutex_);
    running_.insert(id);
  }
  const auto all = [&]() -> Status {
    ANTIN_TRY(const auto session, sessions_.any(id));
    while (!stopping_) {
      ANTIN_TRY(auto item, sessions_.next(id, instant()));
      if (!item) {
        ANTIN_TRY(const bool let_go, sessions_.let_go(id, instant()));
        if (let_go) return Done{};
        continue;
      }
      ANTIN_CHECK(sessions_.hold_on(id, instant()));
      if (!work_on(session, std::move(*item))) return Done{};
    }
    return Done{};
  }();
  if (!all)
    parts_.log->write(Log::Level::kError, "signing_session_left",
                      {{"session", id}, {"error", to_log_line(all.error())}});
  {
    const std::lock_guard lock(mutex_);
    running_.erase(id);
  }
  if (!stopping_) answer_waiters(id);
}

void OfficerSigning::tend() {
  if (stopping_ || parts_.maker == nullptr) return;
  const auto now = parts_.clock->utc_now();
  std::set<std::string> mine;
  {
    const std::lock_guard lock(mutex_);
    mine = running_;
  }
  for (const auto& id : mine) static_cast<void>(sessions_.hold_on(id, now));
  if (const auto clean = sessions_.clean(now); !clean)
    parts_.log->write(Log::Level::kWarning, "signing_sessions_not_cleaned",
                      {{"error", to_log_line(clean.error())}});
  const auto waiting = sessions_.waiting(now);
  if (!waiting) return;
  for (const auto& id : waiting.value()) {
    if (mine.count(id) == 0) pool_.submit_anyway([this, id] { run(id); });
  }
}

}  // namespace antin::service
