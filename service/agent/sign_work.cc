// One batch of a signing-session.

#include <algorithm>

#include "certs/core/base64.h"
#include "service/agent/work.h"

namespace antin::service::agent {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kAtOnce = 10;     // signatures that are sent together
constexpr int kMostInterruptions = 10;  // of one batch
constexpr int kOk = 200, kAccepted = 202, kTooMany = 429, kServerError = 500;

// Somebody pulled the device, or its driver lost it: with the device back the rest goes on.
bool is_about_the_device(Code code) {
  return code == Code::kTokenRemoved || code == Code::kTokenLoginRequired ||
         code == Code::kTokenKeyNotFound || code == Code::kTokenTimeout ||
         code == Code::kTokenModuleUnusable;
}

// The same request may be heard later.
bool passes(const SigningService::Said& said) {
  return said.status >= kServerError || said.status == kTooMany;
}

Error pulled(const Error& why) {
  return why.code == Code::kTokenTimeout || why.code == Code::kTokenModuleUnusable
             ? why
             : make_error(Code::kTokenRemoved, why.detail);
}

// Logged in for this batch and no longer.
class LoggedIn {
 public:
  explicit LoggedIn(KeyRing& ring) : ring_(ring) {}
  ~LoggedIn() { ring_.log_out(); }
  LoggedIn(const LoggedIn&) = delete;
  LoggedIn& operator=(const LoggedIn&) = delete;

 private:
  KeyRing& ring_;
};

}  // namespace

Result<Json> SignWork::session_when_ready() {
  const auto until = means_.clock->ticks() + means_.pauses.settle;
  for (;;) {
    ANTIN_TRY(auto said, service_.session());
    if (said.status != kOk && said.status != kAccepted) return refusal_in(said, means_.language);
    if (text_in(said.body, "state") != "working" || means_.clock->ticks() >= until)
      return std::move(said.body);
    if (job_.stop()) return make_error(Code::kCancelled, "session");
    job_.pause(means_.pauses.look);
  }
}

// What will be signed is built here from the files that the service shows; one that differs means
// that nothing of this service is signed.
Status SignWork::check_items(const Json& session) {
  ANTIN_TRY(const auto items, signing_items(session, job_.origin().text()));
  const auto ready =
      static_cast<std::size_t>(std::count_if(items.begin(), items.end(), is_prepared));
  job_.set("total", ready);
  batch_->cases.reserve(ready);
  for (const auto& item : items) {
    if (!is_prepared(item)) continue;
    if (job_.stop()) return make_error(Code::kCancelled, "checking");
    ANTIN_TRY(const auto file, service_.document(text_in(item, "case")));
    ANTIN_TRY(auto shown, check_shown_case(file, item, found_->certificate.der(), scheme_.digest));
    job_.item(shown.case_id, "state", "checked");
    job_.item(shown.case_id, "name", shown.name);
    job_.item(shown.case_id, "pages", shown.pages);
    job_.item(shown.case_id, "sha256", shown.sha256);
    batch_->cases.push_back(std::move(shown));
    job_.set("checked", batch_->cases.size());
  }
  if (batch_->cases.empty()) return make_error(Code::kAgentNothingReady, "no prepared item");
  return Done{};
}

Status SignWork::check() {
  job_.state("checking");
  ANTIN_TRY(const auto session, session_when_ready());
  const auto scheme = scheme_named(text_in(session, "algorithm"), text_in(session, "digest"));
  if (!scheme || text_in(session, "certificate_sha256") != certificate_)
    return make_error(Code::kSignCasesAnswer, "certificate or scheme of the session",
                      {{"dia_chi", job_.origin().text()}});
  scheme_ = *scheme;
  ANTIN_TRY(found_, usable_certificate(means_, certificate_));
  batch_.emplace(Batch{.origin = job_.origin(),
                       .agency = found_->certificate.subject_organization(),
                       .signer = found_->certificate.display_name(),
                       .cases = {}});
  if (const auto unit = text_in(session, "unit_name"); !unit.empty()) batch_->agency = unit;
  return check_items(session);
}

// S-13: names, pages and SHA-256 before the PIN.
Status SignWork::ask() {
  job_.state("asking");
  for (const auto& question : list_questions(*batch_, means_.language))
    ANTIN_CHECK(means_.person->confirm(question, job_.stop()));
  return ask_and_log_in(means_, job_, *found_, sign_question(*batch_, means_.language));
}

Status SignWork::wait_for_device(const Error& why) {
  means_.ring->log_out();
  job_.problem(pulled(why));
  job_.state("waiting_for_token");
  // What was signed before is not held back by a device.
  static_cast<void>(deliver_what_is_made());
  const auto until = means_.clock->ticks() + means_.pauses.idle;
  for (;;) {
    if (job_.stop()) return make_error(Code::kCancelled, "waiting");
    if (means_.clock->ticks() >= until) return make_error(Code::kAgentTokenAway, "idle");
    job_.pause(means_.pauses.look);
    auto found = usable_certificate(means_, certificate_);
    if (!found && found.error().code == Code::kTokenPinLocked) return found.error();
    if (!found) continue;
    found_ = std::move(found).value();
    auto left = *batch_;
    std::erase_if(left.cases, [&](const ShownCase& one) { return one.attributes.empty(); });
    const auto again = ask_and_log_in(means_, job_, *found_, sign_question(left, means_.language));
    // It was there for a moment only.
    if (!again && is_about_the_device(again.error().code)) {
      job_.state("waiting_for_token");
      continue;
    }
    ANTIN_CHECK(again);
    job_.problem(std::nullopt);
    return Done{};
  }
}

Status SignWork::sign_all() {
  int interruptions = 0;
  std::size_t signed_cases = 0;
  job_.state("signing");
  for (std::size_t i = 0; i < batch_->cases.size();) {
    auto& one = batch_->cases[i];
    if (job_.stop()) return make_error(Code::kCancelled, "signing");
    const auto value = means_.ring->sign(*found_, scheme_, ToBeSigned(one.attributes));
    if (!value) {
      if (!is_about_the_device(value.error().code) || ++interruptions > kMostInterruptions)
        return value.error();
      ANTIN_CHECK(wait_for_device(value.error()));
      job_.state("signing");
      continue;
    }
    made_.push_back({{"case", one.case_id}, {"value", to_base64(value.value().value())}});
    one.attributes.clear();  // signed: it is never signed again
    job_.item(one.case_id, "state", "signed");
    job_.set("signed", ++signed_cases);
    ++i;
    if (made_.size() >= kAtOnce && i < batch_->cases.size())
      static_cast<void>(deliver_what_is_made());
  }
  return Done{};
}

void SignWork::note_items(const Json& session) {
  const auto items = signing_items(session, job_.origin().text());
  if (!items) return;
  std::size_t done = 0;
  for (const auto& item : items.value()) {
    const auto id = text_in(item, "case");
    const auto state = text_in(item, "state");
    const bool ours = std::any_of(batch_->cases.begin(), batch_->cases.end(),
                                  [&](const ShownCase& one) { return one.case_id == id; });
    if (!ours || state == "prepared") continue;
    if (state == "done") ++done;
    job_.item(id, "state", state);
    if (const auto problem = item.find("problem"); problem != item.end())
      job_.item(id, "problem", *problem);
  }
  job_.set("done", done);
}

Result<bool> SignWork::deliver_what_is_made() {
  if (made_.empty()) return true;
  auto said = service_.complete(made_);
  if (!said) {
    if (said.error().code != Code::kAgentServiceUnreachable) return said.error();
    return false;
  }
  if (passes(said.value())) return false;
  const auto& answer = said.value();
  // The service has heard it and takes none: another try would hear the same.
  if (answer.status != kOk && answer.status != kAccepted)
    return refusal_in(answer, means_.language);
  made_ = Json::array();
  note_items(answer.body);
  if (const auto refused = answer.body.find("not_taken");
      refused != answer.body.end() && refused->is_array()) {
    for (const auto& one : *refused) {
      if (!one.is_object() || !one.contains("problem")) continue;
      job_.item(text_in(one, "case"), "state", "refused");
      job_.item(text_in(one, "case"), "problem", one["problem"]);
    }
  }
  return true;
}

// A signature that was made and that the service has not heard of is sent until it answers; nothing
// is signed twice.
Status SignWork::deliver_all() {
  job_.state("delivering");
  const auto until = means_.clock->ticks() + means_.pauses.deliver;
  auto pause = means_.pauses.again;
  const auto lost =
      make_error(Code::kAgentCallbackLost, "complete", {{"trang", job_.origin().text()}});
  for (;;) {
    ANTIN_TRY(const auto heard, deliver_what_is_made());
    if (heard) break;
    job_.problem(lost);
    if (job_.stop() || means_.clock->ticks() >= until) return lost;
    job_.pause(pause);
    pause = std::min(2 * pause, means_.pauses.again_at_most);
  }
  job_.problem(std::nullopt);
  return settle();
}

// The service completes by itself; this is only for whoever looks at the progress.
Status SignWork::settle() {
  const auto session = session_when_ready();
  if (session) note_items(session.value());
  return Done{};
}

Status SignWork::run() {
  const LoggedIn only_here(*means_.ring);
  ANTIN_CHECK(check());
  ANTIN_CHECK(ask());
  const auto all = sign_all();
  means_.ring->log_out();
  const auto delivered = deliver_all();
  return all ? delivered : all;
}

}  // namespace antin::service::agent
