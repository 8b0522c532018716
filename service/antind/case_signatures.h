#pragma once

#include <functional>
#include <string>
#include <vector>

#include "certs/core/error.h"
#include "certs/core/time.h"
#include "service/antind/config.h"
#include "service/antind/worker_pool.h"
#include "service/casework/seal.h"

namespace antin::service {

/// What a worker says of a document's signatures, and whose they are.
struct ReadSignatures {
  casework::SignedDocument document;
  std::int64_t pages = 0;
  std::int64_t signed_end = 0;  ///< end of the newest signed revision
  cbor::Value inspected;        ///< body of the reply to kInspect
};

/// Who a certificate belongs to, as the office knows: fills in unit and authority.
using Whose = std::function<void(casework::SignatureFact&)>;

/// Asks a worker to read and to judge `document`. Whatever is not clearly good is kFailed. Fails as
/// WorkerPool::ask() does; `within` is for all of it.
Result<ReadSignatures> read_signatures(WorkerPool& workers, const SharedBytes& document, UtcTime at,
                                       std::chrono::milliseconds within, const Whose& whose);

/// The report's part of it: `report` as antin-report/1, `agencies` SHA-256 of the certificates that
/// the worker takes for those of agencies.
Result<std::vector<casework::SignatureFact>> signatures_in(std::string_view report,
                                                           const std::vector<Bytes>& agencies);

}  // namespace antin::service
