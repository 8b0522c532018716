#pragma once

#include <functional>
#include <string>
#include <vector>

#include "service/antind/admin_sources.h"
#include "service/antind/api_keys.h"
#include "service/antind/casework_json.h"
#include "service/antind/config.h"
#include "service/antind/current_office.h"
#include "service/antind/key_client.h"
#include "service/antind/metrics.h"
#include "service/antind/query.h"
#include "service/antind/routes.h"
#include "service/antind/worker_pool.h"
#include "service/http/http_server.h"
#include "service/office/legal_day.h"
#include "service/store/store.h"

namespace antin::service {

/// What is in force here, since when, and which file and line to change. It only
/// shows: what people decide about an office stands in files that an operator changes, and whoever
/// got into a session must not be able to appoint a signer. A caller that is bound to units sees
/// their people and seals, and no log, which is of all units. Thread-safe.
class AdminApi {
 public:
  struct Queue {
    std::string name;
    std::size_t waiting = 0, running = 0;
  };
  struct Parts {
    Store* store;
    const Config* config;
    const CurrentOffice* tables;  ///< nullptr: there are no cases here
    const AdminSources* sources;  ///< nullptr: nothing of it is known
    KeyClient* agency;            ///< nullptr without an agency key
    const WorkerPool* workers;
    const Metrics* metrics;
    const Clock* clock;
    std::function<std::vector<Queue>()> queues;
  };
  explicit AdminApi(Parts parts) : parts_(std::move(parts)), started_(parts_.clock->utc_now()) {}

  static bool answers(Operation operation) noexcept;
  Result<Response> handle(const RouteRow& row, const Request& request, const Caller& caller,
                          const std::string& resource) const;

 private:
  /// The tables as they are now; fails with kUnitUnknown where there is no office.
  Result<std::shared_ptr<const OfficeTables>> office() const;
  office::LegalDay today() const { return office::LegalDay::of(parts_.clock->utc_now()); }

  // admin_office.cc
  Result<OrderedJson> units(const Request& request, const Caller& caller) const;
  Result<OrderedJson> people(const Request& request, const Caller& caller) const;
  Result<OrderedJson> seals(const Caller& caller) const;
  /// What to add to the table for a hand-over; nothing is written.
  Result<OrderedJson> hand_over(const Request& request, const Caller& caller) const;

  // admin_law.cc
  Result<OrderedJson> legal(const Request& request) const;
  Result<OrderedJson> layouts() const;
  Result<Response> layout_preview(const std::string& id, const Request& request) const;

  // admin_keys.cc
  Result<OrderedJson> keys() const;
  Result<OrderedJson> trust() const;

  // admin_state.cc
  Result<OrderedJson> state() const;
  Result<OrderedJson> check() const;

  // admin_audit.cc
  Result<OrderedJson> audit(const Request& request) const;
  Result<OrderedJson> audit_record(const std::string& number) const;
  Result<Response> audit_proof(const std::string& number) const;

  const Parts parts_;
  const UtcTime started_;
};

// Shared by its parts.
/// kCode, message and action in both languages, as a problem has them.
OrderedJson told(const Error& error);
/// "in_force", "to_come", "ended"; `to`: the last day.
const char* force_on(office::LegalDay day, office::LegalDay from,
                     const std::optional<office::LegalDay>& to);
/// The day that a request asks about; today without.
Result<office::LegalDay> day_of(const Parameters& options, office::LegalDay today);
/// Lines of the headers `[[name]]` of a TOML file, from 1, in order.
std::vector<std::size_t> lines_of(std::string_view toml, std::string_view name);
OrderedJson json_of(const AdminSources::Certificate& certificate);

}  // namespace antin::service
