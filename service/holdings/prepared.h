#pragma once

#include <optional>
#include <string>

#include "service/store/store.h"

namespace antin::holdings {

/// What is sealed of a digitised result: its scan, and behind it what is written before the first
/// signature.
struct Prepared {
  Bytes sha256;
  std::size_t size = 0;
  std::string code;  ///< service::new_register_code(), for the QR code and the register
};

Result<std::optional<Prepared>> prepared_of(service::Store& store, const std::string& held);
/// One for each result: the first that is kept stays, and is returned.
Result<Prepared> keep_prepared(service::Store& store, const std::string& held,
                               const Prepared& fresh);

}  // namespace antin::holdings
