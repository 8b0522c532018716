#pragma once

#include <atomic>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "service/antind/casework_api.h"
#include "service/antind/pools.h"
#include "service/antind/signature_maker.h"
#include "service/antind/signing_sessions.h"

namespace antin::service {

/// Pictures of people's signatures, PNG, by person.
using SignaturePictures = std::map<std::string, Bytes>;

/// Signing by people through the interface (docs/PROTOCOL.officer.md): prepares up to two hundred
/// cases, hands out what is to be signed, completes what comes back. Works on a pool of its own and
/// takes up what a stop or crash interrupted: a signature that was given is never asked for again.
/// Thread-safe.
class OfficerSigning {
 public:
  struct Parts {
    Store* store;
    SignatureMaker* maker;  ///< nullptr: nobody signs here
    CaseworkApi* casework;
    const Config* config;
    const SignaturePictures* pictures;
    Log* log;
    const Clock* clock;
    RandomSource* random;
  };
  explicit OfficerSigning(Parts parts);
  ~OfficerSigning() { stop(); }
  OfficerSigning(const OfficerSigning&) = delete;
  OfficerSigning& operator=(const OfficerSigning&) = delete;

  static bool answers(Operation operation) noexcept;
  /// With `later` the answer comes through `responder`.
  Result<Response> handle(const RouteRow& row, const Request& request, const Caller& caller,
                          const std::string& resource, const Responder& responder, bool& later);
  /// Every third of SigningSessions::kHeldFor.
  void tend();
  void stop();
  const Pool& pool() const noexcept { return pool_; }

 private:
  struct Waiter {
    Responder responder;
    std::string request_id;
    int status;
    nlohmann::ordered_json not_taken;
  };
  Result<Response> open(const Request& request, const Caller& caller, const Responder& responder,
                        bool& later);
  Result<Response> complete(const std::string& id, const Request& request, const Caller& caller,
                            const Responder& responder, bool& later);
  Result<Response> show(const std::string& id, const Caller& caller);
  Result<Response> document(const std::string& id, const Request& request, const Caller& caller);
  Result<std::vector<SigningItem>> wanted_items(const nlohmann::json& members,
                                                const Request& request, const Caller& caller);
  Result<nlohmann::ordered_json> describe(const SigningSession& session);
  nlohmann::ordered_json describe(const SigningSession& session, const SigningItem& item) const;

  void wait_for(const std::string& id, Waiter waiter);
  void answer_waiters(const std::string& id);
  void run(const std::string& id);
  /// False: stop here, somebody goes on later.
  bool work_on(const SigningSession& session, SigningItem item);
  Status prepare(const SigningSession& session, SigningItem& item);
  Status finish(const SigningSession& session, SigningItem& item);
  Result<bool> finished_before(const SigningSession& session, const SigningItem& item) const;
  cbor::Map request_for(const SigningSession& session, const nlohmann::json& facts) const;
  Result<SignatureMaker::Prepared> prepare_document(const SigningSession& session,
                                                    const CaseworkApi::ToSign& wanted,
                                                    const casework::SignatureFact& who,
                                                    bool& visible) const;

  const Parts parts_;
  SigningSessions sessions_;
  std::mutex mutex_;
  std::multimap<std::string, Waiter> waiters_;  ///< by session
  std::set<std::string> running_;
  std::atomic<bool> stopping_ = false;
  Pool pool_;
};

/// The appearance of a person's signature: the picture between capacity and name, which stands
/// below it on the last page. nullopt for a picture that is no PNG.
std::optional<cbor::Value> signature_appearance(const std::string& name, const Bytes& png);

}  // namespace antin::service
