#pragma once

#include <functional>
#include <string>

#include "service/antind/callers_cases.h"
#include "service/antind/current_office.h"
#include "service/antind/log.h"
#include "service/antind/routes.h"
#include "service/outbox/deliveries.h"

namespace antin::service {

/// The part of the interface that shows what was sent to whom and sends it again (C-17). Whoever
/// sees a case sees its deliveries; the counter and the clerk send again, the clerk cancels.
/// Thread-safe.
class DeliveryApi {
 public:
  struct Parts {
    Store* store;
    const CurrentOffice* tables;  ///< the receivers that there are
    const Clock* clock;
    Log* log;
    std::function<void()> nudge;  ///< something is due; may be empty
  };
  explicit DeliveryApi(Parts parts);

  static bool answers(Operation operation) noexcept;
  Result<Response> handle(const RouteRow& row, const Request& request, const Caller& caller,
                          const std::string& resource);

 private:
  Result<Response> of_case(const std::string& id, const Caller& caller);
  Result<Response> find(const Request& request, const Caller& caller);
  Result<Response> again(const std::string& id, const Request& request, const Caller& caller);
  Result<Response> cancel(const std::string& id, const Request& request, const Caller& caller);
  /// Fails with kOutboxUnknown for one of a case that the caller does not see.
  Result<outbox::Delivery> callers(const std::string& id, const Caller& caller);

  Parts parts_;
  outbox::Deliveries deliveries_;
};

}  // namespace antin::service
