#pragma once

#include <string>

#include "service/antind/key_client.h"

namespace antin::service {

/// Of an agency key that is several: each unit has a seal of its own.
class UnitSeals {
 public:
  UnitSeals() = default;
  UnitSeals(const UnitSeals&) = delete;
  UnitSeals& operator=(const UnitSeals&) = delete;
  virtual ~UnitSeals() = default;
  /// Fails with kSealUnitWithoutKey ({don_vi}). Lives as long as this.
  virtual Result<KeyClient*> of_unit(const std::string& unit) = 0;
};

/// Whether units have seals of their own; else there is one for all.
bool has_unit_seals(const KeyClient& agency) noexcept;
/// The key of this unit's seal; "" for that of [agency] itself. Fails as of_unit() does.
Result<KeyClient*> seal_of(KeyClient& agency, const std::string& unit);

}  // namespace antin::service
