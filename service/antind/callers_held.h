#pragma once

#include <string>
#include <vector>

#include "service/antind/api_keys.h"
#include "service/holdings/holdings.h"

namespace antin::service {

/// Digitised results as one caller may see and change them: the only way from the interface to
/// them. A key that is bound to units knows those of its units; all others do not exist for it.
class CallersHeld {
 public:
  CallersHeld(Store& store, const holdings::Vault& vault, const Caller& caller)
      : held_(store, vault), caller_(caller) {}

  /// Fails with kKeyUnit.
  Status may_work_for(const std::string& unit) const;
  /// Fails with kDigitisedUnknown.
  Result<holdings::Held> find(const std::string& id);
  Result<std::vector<holdings::Held>> search(holdings::Search search);
  /// `unit` "": all that the caller knows.
  Result<std::vector<holdings::Progress>> progress(const std::string& unit, int year);
  Result<std::vector<holdings::Fault>> faults(const std::string& unit, std::size_t most);
  Result<std::vector<holdings::Held>> of_holder(const std::string& holder_id,
                                                const std::string& kind,
                                                const std::string& procedure, std::size_t most);
  /// For what names a unit that was checked, or a row that was found.
  holdings::Holdings& all() { return held_; }

 private:
  bool is_its(const std::string& unit) const;
  Result<std::vector<std::string>> units(const std::string& unit) const;
  holdings::Holdings held_;
  const Caller& caller_;
};

}  // namespace antin::service
