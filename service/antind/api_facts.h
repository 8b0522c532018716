#pragma once

#include <nlohmann/json.hpp>

#include "service/ipc/cbor.h"

namespace antin::service {

/// The warnings of a worker's reply as clients see them.
nlohmann::ordered_json warnings_of(const cbor::Value& body);

}  // namespace antin::service
