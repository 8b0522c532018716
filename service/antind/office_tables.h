#pragma once

#include "service/antind/config.h"
#include "service/antind/current_office.h"
#include "service/antind/key_client.h"
#include "service/antind/worker_pool.h"

namespace antin::service {

/// Everything that [office], [digitise] and verify.units name, read and judged together; nothing
/// but the receivers without office.legal. Fails as LegalOffice::open(), LayoutComposer::open() and
/// digitise::Sharing::read() do, and then whatever was read before stays good. `agency` and
/// `workers` outlive it.
Result<std::shared_ptr<const OfficeTables>> read_office_tables(const Config& config,
                                                               KeyClient* agency,
                                                               WorkerPool& workers);

}  // namespace antin::service
