#pragma once

#include <string>
#include <vector>

#include "service/antind/api_keys.h"
#include "service/casework/origin.h"

namespace antin::service {

/// Original registers as one caller may see and fill them: the only way from the interface to
/// them, as CallersCases is to cases. A key that is bound to units knows the registers of those
/// units; all others do not exist for it.
class CallersOrigins {
 public:
  CallersOrigins(Store& store, const Caller& caller) : origins_(store), caller_(caller) {}

  /// Fails with kKeyUnit, and as Origins::add() does.
  Result<std::vector<casework::OriginEntry>> add(const std::vector<casework::OriginEntry>& entries,
                                                 std::size_t& added);
  /// Fails with kOriginUnknown.
  Result<casework::OriginEntry> find(const std::string& id);
  Result<std::vector<casework::OriginEntry>> search(casework::OriginSearch search);

 private:
  bool is_its(const std::string& unit) const;
  casework::Origins origins_;
  const Caller& caller_;
};

}  // namespace antin::service
