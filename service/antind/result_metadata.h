#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "service/casework/cases.h"
#include "service/store/store.h"

namespace antin::service {

/// The day of a result: that of its first signature; "" before.
Result<std::string> issued_on(Store& store, const casework::Case& one);

/// What goes beside the file of a result, the same whether another system asks for it or it
/// is delivered. Fails with kCaseDocumentUnknown for what is no result or has no code yet.
struct MetadataOf {
  const casework::Case& one;
  const std::optional<StoredEntry>& entry;
  std::string unit_name;   ///< where the register does not say it
  std::string confidence;  ///< MucDoTinCay where the case does not say it
};
Result<nlohmann::ordered_json> metadata_of_result(Store& store, const MetadataOf& of);

}  // namespace antin::service
