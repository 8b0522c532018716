#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "service/audit/checkpoint.h"
#include "service/audit/reconcile.h"
#include "service/cli/args.h"
#include "service/store/database.h"

namespace antin::service {

/// The database of --store FOLDER or --database ADDRESS; nothing is made that is not there. Fails
/// with kAuditNoLog, and as open_database() does.
Result<std::unique_ptr<Database>> open_log_database(const Arguments& arguments);

/// --key, each the text of a verifier key or a file that holds it. Fails with kAuditKeyMalformed.
Result<std::vector<audit::VerifierKey>> read_keys(const Arguments& arguments);

/// tokend's journal as --journal FILE or --tokend SOCKET name it; nullopt for neither. The file is
/// read and its chain checked at once. Fails with kFileUnreadable, kTokendJournalBroken,
/// kTokendUnreachable.
Result<std::optional<audit::Journal>> open_journal(const Arguments& arguments);

}  // namespace antin::service
