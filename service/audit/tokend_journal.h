#pragma once

#include <memory>
#include <string>

#include "hsm/tokend/client.h"
#include "hsm/tokend/journal.h"
#include "service/audit/reconcile.h"

namespace antin::audit {

/// The key holder at `socket`, with as long for each answer as auditing can wait. Nothing is
/// connected yet. What both functions below return is thread-safe as TokendKeyHolder is.
std::shared_ptr<hsm::TokendKeyHolder> tokend_at(const std::string& socket);

/// One entry of tokend's journal, as the logs are compared with it.
Journaled to_journaled(const hsm::JournalRecord& record);

/// tokend's journal, asked for page by page. A page fails as TokendKeyHolder::journal() does.
Journal journal_of(std::shared_ptr<hsm::TokendKeyHolder> tokend);

}  // namespace antin::audit
