#pragma once

#include <functional>
#include <string>

#include "service/antind/callers_held.h"
#include "service/antind/case_request.h"
#include "service/antind/casework_api.h"
#include "service/digitise/sharing.h"

namespace antin::service {

/// The part of the interface that takes results still in force, has them sealed, and tells others
/// what is held. Thread-safe; what it does waits for workers and for the disk.
class DigitiseApi {
 public:
  struct Parts {
    Store* store;
    WorkerPool* workers;
    const Config* config;
    KeyClient* agency;  ///< nullptr without an agency key
    Log* log;
    const Clock* clock;
    RandomSource* random;
    const OfficeRules* office;         ///< nullptr: nothing is digitised here
    const holdings::Vault* vault;      ///< likewise
    const digitise::Sharing* sharing;  ///< likewise
    /// Where `office` and `sharing` come from anew for each request; nullptr: they stay.
    const CurrentOffice* tables;
    /// Begins the job that puts the agency's seal on a stored document; its id.
    std::function<Result<std::string>(StoredJob job, const std::string& idempotency_key)> seal;
  };
  explicit DigitiseApi(Parts parts) : parts_(std::move(parts)) {}

  static bool answers(Operation operation) noexcept;
  Result<Response> handle(const RouteRow& row, const Request& request, const Caller& caller,
                          const std::string& resource);
  /// A job of `seal` has ended: what it made becomes the result's electronic copy.
  void sealed(const StoredJob& job);

 private:
  /// This with the tables as they are now, which `held` keeps.
  DigitiseApi with_tables(std::shared_ptr<const OfficeTables>& held) const;
  Result<Response> answer(const RouteRow& row, const Request& request, const Caller& caller,
                          const std::string& resource);

  // digitise_import.cc
  Result<Response> import(const Request& request, const Caller& caller);
  Result<Response> judged(const Request& request, CallersHeld& mine, holdings::Held& fresh,
                          const SharedBytes& file);
  Result<Response> refused(const Error& error, const holdings::Held& fresh,
                           const nlohmann::ordered_json& complaints, const std::string& request_id);
  Result<Response> report_faults(const Request& request, const Caller& caller);
  Result<Response> plan(const Request& request, const Caller& caller);
  Result<Response> withdraw(const std::string& id, const Request& request, const Caller& caller);

  // digitise_read.cc
  Result<Response> find(const Request& request, const Caller& caller);
  Result<Response> one(const std::string& id, const Caller& caller);
  Result<Response> document(const std::string& id, const Request& request, const Caller& caller);
  Result<Response> progress(const Request& request, const Caller& caller);
  Result<Response> faults(const Request& request, const Caller& caller);
  Result<nlohmann::ordered_json> describe(const holdings::Held& held);

  // digitise_seal.cc
  Result<Response> seal(const Request& request, const Caller& caller);
  Result<std::string> line_of(const std::string& unit, UtcTime now);
  Status begin(const holdings::Held& held, const std::string& line, UtcTime now);
  /// The same row after its job, if that has ended.
  Result<holdings::Held> settle(holdings::Held held);
  Status take_sealed(const holdings::Held& held, const StoredJob& job);
  void take_up(const StoredJob& job);

  // share_api.cc
  Result<Response> share(const Request& request, const Caller& caller);
  Result<Response> share_document(const std::string& id, const Request& request,
                                  const Caller& caller);
  Result<Response> already_held(const Request& request, const Caller& caller);

  holdings::Holdings held() const { return {*parts_.store, *parts_.vault}; }
  std::string today() const { return legal_day(parts_.clock->utc_now()); }

  Parts parts_;
};

/// A held result as every answer has it.
nlohmann::ordered_json brief_of(const holdings::Held& held);
/// What of it is told to another system: no holder, no identifier.
nlohmann::ordered_json shared_of(const holdings::Held& held, std::string_view today);
/// {"vi": …, "en": …}
nlohmann::ordered_json in_words(const Finding& finding);

}  // namespace antin::service
