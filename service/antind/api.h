#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "service/antind/accounts_api.h"
#include "service/antind/admin_api.h"
#include "service/antind/api_keys.h"
#include "service/antind/callers_register.h"
#include "service/antind/casework_api.h"
#include "service/antind/config.h"
#include "service/antind/delivery_api.h"
#include "service/antind/digitise_api.h"
#include "service/antind/key_client.h"
#include "service/antind/later.h"
#include "service/antind/log.h"
#include "service/antind/log_desk.h"
#include "service/antind/metrics.h"
#include "service/antind/officer_signing.h"
#include "service/antind/pages.h"
#include "service/antind/pools.h"
#include "service/antind/query.h"
#include "service/antind/rates.h"
#include "service/antind/routes.h"
#include "service/antind/signature_maker.h"
#include "service/antind/upload_bridge.h"
#include "service/antind/worker_pool.h"
#include "service/http/http_server.h"
#include "service/store/store.h"

namespace antin::service {

/// One appearance that a request may name: the file and the images beside it, as a message value.
using Appearances = std::map<std::string, cbor::Value>;

/// Everything the interface stands on; outlives it.
struct ApiParts {
  const Config* config;
  Store* store;
  KeyRing* keys;
  WorkerPool* verify_workers;
  WorkerPool* sign_workers;   ///< nullptr without an agency key
  WorkerPool* check_workers;  ///< fresh ones, which judge what others made; likewise
  WorkerPool::Confinement confinement = WorkerPool::Confinement::kRequired;
  KeyClient* agency;  ///< nullptr without an agency key
  Appearances appearances;
  Log* log;
  Metrics* metrics;
  const Clock* clock;
  RandomSource* random;
  LogDesk* logs = nullptr;                  ///< told of right and wrong keys
  const OfficeRules* office = nullptr;      ///< at the start; nullptr: there are no cases here
  const CurrentOffice* tables = nullptr;    ///< of cases and books, whenever they are asked
  std::function<void()> nudge_outbox = {};  ///< something is to be sent now
  const holdings::Vault* vault = nullptr;   ///< nullptr: nothing is digitised or shared here
  SignaturePictures signatures = {};
  const AdminSources* admin = nullptr;  ///< what administration shows beside; nullptr: nothing
  SessionRing* sessions = nullptr;      ///< nullptr: nobody signs in here
};

/// The HTTP interface: admits and dispatches on the polling thread, works on pools of its own, so
/// that what waits for a token or a timestamp server never stands before a verification.
class Api final : public RequestHandler {
 public:
  explicit Api(ApiParts parts);
  ~Api() override { stop(); }
  Api(const Api&) = delete;
  Api& operator=(const Api&) = delete;
  /// Takes up the signing jobs that a stop or crash interrupted,
  /// and the upgrades that wait.
  Status resume();
  /// Ends the workers under what still runs and waits for its threads. Signing jobs that did not
  /// end stay in the store and are taken up by resume().
  void stop();
  /// Rates, names, who may ask without a key and what needs a certificate. From any thread.
  void use_admission(const Config& fresh);

  std::variant<Admission, Response> admit(const RequestHead& head, const Peer& peer,
                                          const std::string& id) override;
  void handle(Request request, Responder responder) override;
  Response refusal(const Error& error, const std::string& id) override;
  void answered(const Answered& answered) override;
  void noticed(Incident incident, const std::string& address) override;

 private:
  /// A request on its way through a handler.
  struct Work {
    Request request;
    Caller caller;
    std::string resource;  ///< {id} of the path
    const RouteRow* row = nullptr;
  };
  /// Documents and options of a request, whichever way they came.
  struct Inputs {
    std::map<std::string, SharedBytes> files;
    std::map<std::string, std::string> names;  ///< file names, display only
    Parameters options;
  };
  using Shared = std::shared_ptr<Work>;

  // api_admission.cc
  /// What is asked of a request before its body is taken; the polling thread's own.
  struct Gate {
    std::vector<std::string> hosts;
    std::vector<std::string> certified;  ///< rights that need a client certificate
    bool anonymous = true;               ///< may judge
    Config::Rates rates;
  };
  static Gate gate_of(const Config& config);
  void take_fresh_gate();
  Result<Caller> authenticate(const RequestHead& head, const Peer& peer, const RouteRow& row);
  Result<std::optional<Caller>> seated(const RequestHead& head, const Peer& peer,
                                       const RouteRow& row, bool open);
  std::string own_origin(const RequestHead& head, const Peer& peer) const;
  Status within_rates(const Result<Caller>& caller, const Peer& peer, const RequestHead& head,
                      Rates::Cost cost);
  void note_uses();
  void keep_uses();
  void keep_session_uses();
  Result<Inputs> read_inputs(const Work& work, std::initializer_list<std::string_view> files,
                             std::initializer_list<std::string_view> options) const;
  Response inline_answer(const Work& work);
  /// "off", "ready" or "unreachable": whether the key holder answers.
  std::string_view signing_state() const;
  void run(const Shared& work, const Responder& responder);
  std::string owner(const Caller& caller) const;

  // api_check.cc
  /// A problem for whoever asked: a page for people, problem+json for programs.
  Response told(const RequestHead& head, const Error& error, const std::string& id) const;
  Response front_page(const Work& work) const;
  Response csp_reports(const Work& work);
  Result<Response> check(const Work& work);
  Result<Response> check_page(const Work& work);
  Result<Response> check_job(const Work& work);

  // api_documents.cc
  /// What a request to verify says, worked through: the report, and its other forms as asked.
  struct Judged {
    std::string report;
    std::vector<SharedBytes> rendered;
  };
  Result<Judged> judge(const Work& work, const Inputs& inputs, std::string_view format);
  Result<Response> verify(const Work& work);
  Result<Response> compare(const Work& work);

  // api_register.cc
  /// The entry that a request names by id, public code, or number, book and unit.
  struct NamedEntry {
    bool asked = false;
    std::string unit;  ///< as the caller named it
    std::optional<StoredOriginal> original;
    std::string shown_as;  ///< its id, for whoever may know it
  };
  Result<NamedEntry> named_entry(const Work& work, const Parameters& options);
  static cbor::Value register_question(const NamedEntry& named);
  /// Every way of this interface to originals and entries.
  CallersRegister book(const Work& work) const { return {*parts_.store, work.caller}; }
  Result<std::optional<StoredOriginal>> numbered(const Work& work, const Parameters& options) const;
  Result<Response> store_original(const Work& work);
  Result<Response> look_up(const Work& work);
  Result<Response> decide(const Work& work);
  Result<Response> find_originals(const Work& work);
  Result<Response> original(const Work& work);
  Result<Response> original_document(const Work& work);
  Result<UtcTime> read_at(const Parameters& options) const;

  // api_signing.cc
  Result<Response> begin_signature(const Work& work, const Responder& responder, bool& later);
  CaseworkApi::Parts casework_parts();
  DigitiseApi::Parts digitise_parts();
  AdminApi::Parts admin_parts();
  /// The job that puts the seal on a case's document; its id, or that of the one that runs already.
  Result<std::string> begin_seal(const StoredJob& job, const std::string& idempotency_key);
  Status take_up_jobs();
  void run_job(const StoredJob& job);
  Result<bool> begin_again(const std::string& id);
  void answer_waiters(const std::string& job);
  bool postponed(const StoredJob& job, Error& error);
  void put_off(const StoredJob& job, const Error& error);
  void run_later(const StoredJob& job, std::chrono::seconds pause);
  void wait_for(const std::string& job, const Responder& responder, const std::string& request_id,
                std::chrono::milliseconds at_most);
  Result<std::optional<Response>> finished(const std::string& job, const std::string& request_id);
  Result<Response> signature(const Work& work);
  Result<Response> signed_document(const Work& work);

  // api_make_signature.cc
  Result<std::string> sign(const StoredJob& job);
  Result<cbor::Map> prepare_request(const StoredJob& job, const AgencyKey& key) const;
  Result<std::optional<StoredPending>> make_signature(const StoredJob& job,
                                                      const SharedBytes& document,
                                                      std::int64_t contents_octets);
  Result<std::string> release(const StoredJob& job, const StoredPending& made,
                              const SharedBytes& document,
                              const SignatureMaker::Finished& finished);

  // api_upgrades.cc
  std::optional<StoredUpgrade> upgrade_owed(const StoredSignature& signature,
                                            const std::string& job, const std::string& level,
                                            const std::string& wanted,
                                            const cbor::Value& completed) const;
  void run_upgrade(const std::string& signature);
  Status raise(StoredUpgrade& upgrade);
  Status keep_version(StoredUpgrade& upgrade, const StoredSignature& newest,
                      const SharedBytes& document, const Message& extended);
  bool upgrade_waits(StoredUpgrade& upgrade, const Status& tried);
  void run_upgrade_later(const std::string& signature, std::chrono::seconds pause);
  Status take_up_upgrades();
  /// POST /api/v1/signatures/{id}/upgrade: one that was given up, once more.
  Result<Response> queue_upgrade_again(const Work& work);
  /// The facts of a signature and how its upgrade stands.
  Result<std::string> with_upgrade(const std::string& facts, const std::string& signature,
                                   const std::string& owner);

  // api_logs.cc
  Result<Response> log_checkpoint(const Work& work);
  Result<Response> log_tile(const Work& work);
  Result<Response> document_proof(const std::string& sha256);
  Result<Response> issued_proof(const Work& work);
  Result<Response> signature_proof(const Work& work);

  // api_jobs.cc
  Result<Response> job(const Work& work);
  void write_down(const StoredJob& job);
  void end_interrupted();
  void tend_jobs();
  void tend_later();
  void run_or_turn_into_job(const Shared& work, const Responder& responder,
                            Result<Response> (Api::*member)(const Work&));

  ApiParts parts_;
  std::string openapi_;
  const std::string node_;  ///< whose upgrades these are (upgrade_leases.h)
  Pages pages_;
  Gate gate_;
  Rates rates_;
  SignatureMaker maker_;
  CaseworkApi casework_;
  DeliveryApi deliveries_;
  DigitiseApi digitise_;
  std::mutex gate_mutex_;
  std::optional<Gate> fresh_gate_;  ///< until the polling thread takes it up
  std::atomic<bool> gate_is_fresh_ = false;
  std::chrono::steady_clock::time_point uses_kept_{};
  std::mutex again_mutex_;
  std::mutex waiters_mutex_;
  struct Waiter {
    Responder responder;
    std::string request_id;
  };
  std::multimap<std::string, Waiter> waiters_;  ///< by job
  std::mutex running_mutex_;
  std::map<std::string, std::string> running_;  ///< verifications turned into jobs: id -> owner
  std::atomic<bool> stopping_ = false;
  Pool disk_;
  Pool verify_;
  Pool sign_;
  Pool upgrade_;
  Pool password_;
  std::atomic<std::int64_t> upgrades_queued_ =
      0;  ///< for metrics: the polling thread reads no disk
  OfficerSigning signing_;
  UploadBridge uploads_;
  AdminApi admin_;
  std::optional<AccountsApi> accounts_;
  Later later_;  ///< last: what it calls uses the pools
};

Response pdf_response(SharedBytes document, const Bytes& sha256_of_it);
/// "202 see there": the job's address and when to ask again.
Response accepted(const std::string& job);
Response json_response(int status, std::string_view body);
/// Content-Type without its parameters.
std::string_view media_type(const RequestHead& head);

}  // namespace antin::service
