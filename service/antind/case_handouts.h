#pragma once

#include "service/antind/casework_api.h"
#include "service/outbox/parcel.h"

namespace antin::service {

/// Released documents of cases, for the outbox: what the case and the register say at this moment
/// decides, not what they said when the delivery was written down. Thread-safe.
class CaseHandouts final : public outbox::Handouts {
 public:
  /// `tables`: whose names of units are used, as they are at that moment. `confidence`:
  /// MucDoTinCay of results that say none.
  CaseHandouts(Store& store, const CurrentOffice& tables, const Clock& clock,
               std::string confidence)
      : store_(store), tables_(tables), clock_(clock), confidence_(std::move(confidence)) {}
  Result<outbox::Handout> of(const outbox::Delivery& delivery) override;

 private:
  Store& store_;
  const CurrentOffice& tables_;
  const Clock& clock_;
  const std::string confidence_;
};

}  // namespace antin::service
