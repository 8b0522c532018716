#include "service/antind/callers_held.h"

namespace antin::service {

using holdings::Held;

bool CallersHeld::is_its(const std::string& unit) const {
  return caller_.units.empty() || caller_.units.count(unit) != 0;
}

Status CallersHeld::may_work_for(const std::string& unit) const {
  if (is_its(unit)) return Done{};
  return make_error(Code::kKeyUnit, unit);
}

// The units of an answer; none: all there are.
Result<std::vector<std::string>> CallersHeld::units(const std::string& unit) const {
  if (unit.empty()) return std::vector<std::string>(caller_.units.begin(), caller_.units.end());
  ANTIN_CHECK(may_work_for(unit));
  return std::vector{unit};
}

Result<Held> CallersHeld::find(const std::string& id) {
  ANTIN_TRY(auto found, held_.find(id));
  if (!found || !is_its(found->unit)) return make_error(Code::kDigitisedUnknown, id);
  return std::move(*found);
}

Result<std::vector<Held>> CallersHeld::search(holdings::Search search) {
  ANTIN_TRY(search.units, units(search.units.empty() ? std::string() : search.units.front()));
  return held_.search(search);
}

Result<std::vector<holdings::Progress>> CallersHeld::progress(const std::string& unit, int year) {
  ANTIN_TRY(const auto its, units(unit));
  return held_.progress(its, year);
}

Result<std::vector<holdings::Fault>> CallersHeld::faults(const std::string& unit,
                                                         std::size_t most) {
  ANTIN_TRY(const auto its, units(unit));
  return held_.faults(its, most);
}

Result<std::vector<Held>> CallersHeld::of_holder(const std::string& holder_id,
                                                 const std::string& kind,
                                                 const std::string& procedure, std::size_t most) {
  ANTIN_TRY(const auto its, units({}));
  return held_.of_holder(holder_id, kind, procedure, its, most);
}

}  // namespace antin::service
