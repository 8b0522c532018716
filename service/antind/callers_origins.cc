#include "service/antind/callers_origins.h"

#include <algorithm>

namespace antin::service {

using casework::OriginEntry;

bool CallersOrigins::is_its(const std::string& unit) const {
  return caller_.units.empty() || caller_.units.count(unit) != 0;
}

Result<std::vector<OriginEntry>> CallersOrigins::add(const std::vector<OriginEntry>& entries,
                                                     std::size_t& added) {
  const auto other = std::find_if(entries.begin(), entries.end(),
                                  [&](const OriginEntry& entry) { return !is_its(entry.unit); });
  if (other != entries.end()) return make_error(Code::kKeyUnit, other->unit);
  return origins_.add(entries, added);
}

Result<OriginEntry> CallersOrigins::find(const std::string& id) {
  ANTIN_TRY(auto found, origins_.find(id));
  if (!found || !is_its(found->unit)) return make_error(Code::kOriginUnknown, id);
  return std::move(*found);
}

Result<std::vector<OriginEntry>> CallersOrigins::search(casework::OriginSearch search) {
  if (!caller_.units.empty()) {
    if (search.units.empty())
      search.units.assign(caller_.units.begin(), caller_.units.end());
    else
      std::erase_if(search.units, [&](const auto& unit) { return !is_its(unit); });
    if (search.units.empty()) return std::vector<OriginEntry>();
  }
  return origins_.search(search);
}

}  // namespace antin::service
