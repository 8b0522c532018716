#pragma once

#include "service/store/store.h"

namespace antin::service {

/// V-18: results of checks that were jobs and ended before this instant are deleted; that there was
/// one is still known. Returns how many.
Result<std::size_t> forget_results(Store& store, UtcTime before);
/// Whether this job's result was deleted.
bool is_forgotten(const StoredJob& job) noexcept;

}  // namespace antin::service
