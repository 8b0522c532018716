#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "certs/core/random.h"
#include "certs/core/time.h"
#include "service/agent/guests.h"
#include "service/agent/job.h"
#include "service/agent/key_ring.h"
#include "service/agent/service.h"
#include "service/agent/words.h"

namespace antin::service::agent {

/// What the agent's jobs are made of; outlives them.
struct Means {
  KeyRing* ring;
  Person* person;
  const Clock* clock;
  Rate* pins;  ///< S-14: three in ten seconds
  Language language;
  struct Pauses {
    std::chrono::milliseconds look{1'000};  ///< between looks at devices and at a service
    std::chrono::milliseconds again{
        1'000};  ///< first pause before a lost answer is asked for again
    std::chrono::milliseconds again_at_most{15'000};
    std::chrono::minutes idle{15};     ///< S-13: how long a device may be away
    std::chrono::minutes deliver{60};  ///< how long a service may be
    std::chrono::seconds settle{60};   ///< how long the service's own work is waited for
  } pauses{};
};

/// Finds a certificate that may be used now. Fails as find_certificate() and check_usable(), and
/// with kTokenPinLocked ({token}).
Result<Found> usable_certificate(const Means& means, const std::string& sha256_hex);

/// Asks for the PIN and logs in: one C_Login for one entry. After a wrong one the person is asked
/// again, twice at most and never when the next wrong one would lock the device: then the job ends
/// and whoever means it begins anew.
Status ask_and_log_in(const Means& means, Job& job, const Found& found,
                      const Person::Question& question);

/// One batch: fetches, checks, shows, asks, signs, delivers (docs/PROTOCOL.agent.md).
class SignWork {
 public:
  SignWork(const Means& means, Job& job, SigningService& service, std::string certificate_sha256)
      : means_(means), job_(job), service_(service), certificate_(std::move(certificate_sha256)) {}
  Status run();

 private:
  Status check();
  Status check_items(const nlohmann::json& session);
  Status ask();
  Status sign_all();
  Status wait_for_device(const Error& why);
  Status deliver_all();
  /// False when nobody heard it: what is made stays.
  Result<bool> deliver_what_is_made();
  void note_items(const nlohmann::json& session);
  Status settle();
  Result<nlohmann::json> session_when_ready();

  const Means& means_;
  Job& job_;
  SigningService& service_;
  const std::string certificate_;
  SignatureScheme scheme_{};
  std::optional<Found> found_;
  std::optional<Batch> batch_;
  nlohmann::json made_ = nlohmann::json::array();  ///< signatures that the service has not heard of
};

/// Signs in with a certificate: the agent composes the text itself (docs/PROTOCOL.login.md).
Status log_in_with_certificate(const Means& means, Job& job, const std::string& nonce,
                               const std::string& certificate_sha256);

/// Asks the person whether a page may talk to the agent; the page shows the same six digits.
Status pair(const Means& means, Job& job, Pairings& pairings, const std::string& code);
/// Six digits, evenly spread.
std::string pairing_code(RandomSource& random);

}  // namespace antin::service::agent
