#include "service/antind/unit_seals.h"

namespace antin::service {

bool has_unit_seals(const KeyClient& agency) noexcept {
  return dynamic_cast<const UnitSeals*>(&agency) != nullptr;
}

Result<KeyClient*> seal_of(KeyClient& agency, const std::string& unit) {
  auto* const seals = dynamic_cast<UnitSeals*>(&agency);
  if (seals == nullptr || unit.empty()) return &agency;
  return seals->of_unit(unit);
}

}  // namespace antin::service
