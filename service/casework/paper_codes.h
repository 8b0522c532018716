#pragma once

#include <cstdint>

#include "service/office/numbering.h"
#include "service/store/database.h"

namespace antin::casework {

/// papers of one holder, kind and symbol share the counter NN of their code, whether they are
/// results of procedures or were digitised.

/// The last that a result has; 0 for none. Fails with kPaperCode.
Result<std::int64_t> last_of_results(service::Database& database, office::PaperCode paper);
/// The last that a digitised one has. `holder_hash`: as holdings::Vault makes it.
Result<std::int64_t> last_of_digitised(service::Database& database, const Bytes& holder_hash,
                                       const office::PaperCode& paper);

}  // namespace antin::casework
