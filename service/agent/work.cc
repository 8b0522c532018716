// Logging in to a device, signing in to a page, pairing with one.

#include "service/agent/work.h"

#include "certs/core/base64.h"
#include "certs/ossl/digest.h"
#include "hsm/signed_attributes.h"

namespace antin::service::agent {
namespace {

constexpr int kMostEntries = 3;

// One question, one answer.
class AskOnce final : public hsm::PinSource {
 public:
  AskOnce(const Means& means, Job& job, Person::Question question, std::optional<Error> last)
      : means_(means), job_(job), question_(std::move(question)), last_(std::move(last)) {}

  Result<Secret> pin(const hsm::TokenStatus& status, Why why) override {
    if (why == Why::kNewPin) return make_error(Code::kCancelled, "no new PIN here");
    ANTIN_CHECK(wait_for_turn());
    final_try_ = status.pin_final_try;
    question_.error = pin_warning(status, last_, means_.language);
    job_.state("asking");
    return means_.person->pin(question_, job_.stop());
  }
  bool final_try() const noexcept { return final_try_; }

 private:
  // S-14: three questions in ten seconds. A device that comes and goes, or a hasty hand, reaches
  // that in a batch that is under way: it waits, because to end it would lose the person's work.
  Status wait_for_turn() {
    bool waited = false;
    while (const auto wait = means_.pins->take(means_.clock->ticks())) {
      waited = true;
      job_.problem(
          make_error(Code::kAgentTooMany, "PIN", {{"seconds", std::to_string(wait->count())}}));
      job_.pause(*wait);
      if (job_.stop()) return make_error(Code::kCancelled, "waiting for a PIN's turn");
    }
    if (waited) job_.problem(std::nullopt);
    return Done{};
  }

  const Means& means_;
  Job& job_;
  Person::Question question_;
  const std::optional<Error> last_;
  bool final_try_ = false;
};

}  // namespace

Result<Found> usable_certificate(const Means& means, const std::string& sha256_hex) {
  ANTIN_TRY(auto found, find_certificate(*means.ring, sha256_hex));
  ANTIN_CHECK(check_usable(found.certificate, means.clock->utc_now()));
  if (found.token.pin_locked)
    return make_error(Code::kTokenPinLocked, found.token.label, {{"token", found.token.label}});
  return found;
}

Status ask_and_log_in(const Means& means, Job& job, const Found& found,
                      const Person::Question& question) {
  std::optional<Error> last;
  for (int entry = 1;; ++entry) {
    AskOnce pins(means, job, question, last);
    const auto logged_in = means.ring->login(found, pins);
    if (logged_in) return Done{};
    last = logged_in.error();
    if (last->code != Code::kTokenPinIncorrect || entry == kMostEntries) return *last;
    ANTIN_TRY(const auto now, find_certificate(*means.ring, to_hex(found.certificate.sha256())));
    if (now.token.pin_final_try || now.token.pin_locked) return *last;
  }
}

Status log_in_with_certificate(const Means& means, Job& job, const std::string& nonce,
                               const std::string& certificate_sha256) {
  ANTIN_TRY(const auto found, usable_certificate(means, certificate_sha256));
  const auto scheme = usual_scheme(found.certificate);
  const auto name = found.certificate.display_name();
  const auto logged_in =
      ask_and_log_in(means, job, found, login_question(job.origin(), name, means.language));
  if (!logged_in) return logged_in;
  job.state("signing");
  // The time is read after the person has answered: the service allows five minutes.
  const auto time = to_rfc3339(means.clock->utc_now());
  const auto text = "antin-login/1\n" + job.origin().text() + "\n" + nonce + "\n" + time + "\n";
  const auto digest = ossl::digest(scheme.digest, {as_bytes(text)});
  const auto signature = means.ring->sign(
      found, scheme,
      ToBeSigned(hsm::build_signed_attributes({.message_digest = digest,
                                               .certificate_sha256 = found.certificate.sha256(),
                                               .signing_time = std::nullopt,
                                               .content = hsm::SignedContent::kLogin})));
  means.ring->log_out();
  if (!signature) return signature.error();
  auto chain = nlohmann::ordered_json::array();
  for (const auto& one : found.chain) chain.push_back(to_base64(one));
  job.set("login", {{"nonce", nonce},
                    {"time", time},
                    {"certificate", to_base64(found.certificate.der())},
                    {"chain", std::move(chain)},
                    {"algorithm", antin::name(scheme.algorithm)},
                    {"digest", antin::name(scheme.digest)},
                    {"signature", to_base64(signature.value().value())}});
  return Done{};
}

std::string pairing_code(RandomSource& random) {
  constexpr std::uint32_t kCodes = 1'000'000;
  constexpr std::uint32_t kEven = 4'294'000'000;  // a multiple of it: beyond, draw again
  for (;;) {
    std::uint32_t drawn = 0;
    for (const auto octet : random.bytes(4)) drawn = (drawn << 8U) | octet;
    if (drawn >= kEven) continue;
    auto code = std::to_string(drawn % kCodes);
    return std::string(6 - code.size(), '0') + code;
  }
}

Status pair(const Means& means, Job& job, Pairings& pairings, const std::string& code) {
  job.state("asking");
  const auto agreed =
      means.person->confirm(pair_question(job.origin(), code, means.language), job.stop());
  if (!agreed && agreed.error().code == Code::kCancelled && !job.stop())
    return make_error(Code::kAgentPairingRefused, job.origin().text());
  ANTIN_CHECK(agreed);
  return pairings.add(job.origin());
}

}  // namespace antin::service::agent
