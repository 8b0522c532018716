#pragma once

#include <string>
#include <vector>

#include "certs/core/bytes.h"
#include "certs/core/error.h"
#include "certs/trust_store.h"

namespace antin::service {

/// Fails with kFileUnreadable, kResourceLimit.
Result<SharedBytes> read_document(const std::string& path);
/// Every file of the folders (architecture.md 13). Fails as load_trust_store() does.
Result<certs::TrustStore> read_trust(const std::vector<std::string>& folders,
                                     certs::TestPki test_pki);

/// {"schema": "antin-error/1", …}: what --json prints for an input that could not be judged.
std::string error_json(const std::string& file, const Error& error);

}  // namespace antin::service
