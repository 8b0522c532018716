#include "service/agent/looker.h"

#include <utility>

#include "certs/core/base64.h"
#include "service/agent/job.h"

namespace antin::service::agent {
namespace {

using Json = nlohmann::ordered_json;

// C_GetTokenInfo knows flags, no numbers.
Json describe_token(const hsm::TokenStatus& token) {
  Json one{{"label", token.label}, {"model", token.model}, {"serial", token.serial}};
  const Params few{{"token", token.label}, {"n", "một số ít"}, {"left", "A few tries are"}};
  const auto warn = [&](const char* state, Code code) {
    one["pin"] = state;
    one["warning"] = describe(make_error(code, "pin", few));
  };
  if (token.pin_locked) {
    warn("locked", Code::kTokenPinLocked);
  } else if (token.pin_final_try) {
    warn("final_try", Code::kTokenPinFinalTry);
  } else if (token.pin_count_low) {
    warn("low", Code::kTokenPinCountLow);
  } else {
    one["pin"] = "ok";
  }
  return one;
}

Json describe_certificate(const Found& found, UtcTime now) {
  const auto& certificate = found.certificate;
  const auto scheme = usual_scheme(certificate);
  auto chain = Json::array();
  for (const auto& der : found.chain) chain.push_back(to_base64(der));
  Json one{{"sha256", to_hex(certificate.sha256())},
           {"certificate", to_base64(certificate.der())},
           {"chain", std::move(chain)},
           {"algorithm", antin::name(scheme.algorithm)},
           {"digest", antin::name(scheme.digest)},
           {"name", certificate.display_name()},
           {"organization", certificate.subject_organization()},
           {"issuer", certificate.issuer_common_name()},
           {"serial", certificate.serial_hex()},
           {"not_before", to_rfc3339(certificate.not_before())},
           {"not_after", to_rfc3339(certificate.not_after())},
           {"token", found.token.label}};
  auto usable = check_usable(certificate, now);
  if (usable && found.token.pin_locked)
    usable = make_error(Code::kTokenPinLocked, "locked", {{"token", found.token.label}});
  one["usable"] = static_cast<bool>(usable);
  if (!usable) one["problem"] = describe(usable.error());
  return one;
}

}  // namespace

Json describe(const Result<KeyRing::Seen>& seen, UtcTime now) {
  Json body{
      {"tokens", Json::array()}, {"certificates", Json::array()}, {"failures", Json::array()}};
  if (!seen) {
    body["problem"] = describe(seen.error());
    return body;
  }
  for (const auto& token : seen.value().tokens) body["tokens"].push_back(describe_token(token));
  for (const auto& one : seen.value().certificates)
    body["certificates"].push_back(describe_certificate(one, now));
  for (const auto& one : seen.value().failures) body["failures"].push_back(describe(one));
  if (!seen.value().tokens.empty()) return body;
  body["problem"] =
      describe(seen.value().failures.empty() ? make_error(Code::kAgentNoToken, "no token")
                                             : seen.value().failures.front());
  return body;
}

Looker::Looker(KeyRing& ring, const Clock& clock)
    : ring_(ring), clock_(clock), thread_([this] { run(); }) {}

bool Looker::ask(Told told) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_ || waiting_.size() >= kMostWaiting) return false;
    waiting_.push_back(std::move(told));
  }
  rung_.notify_one();
  return true;
}

void Looker::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  rung_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Looker::run() {
  for (;;) {
    std::vector<Told> asking;
    {
      std::unique_lock lock(mutex_);
      rung_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
      if (stopping_) return;
      asking = std::exchange(waiting_, {});
    }
    const auto seen = describe(ring_.look(), clock_.utc_now());
    for (const auto& told : asking) told(seen);
  }
}

}  // namespace antin::service::agent
