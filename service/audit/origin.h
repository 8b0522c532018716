#pragma once

#include <string>
#include <vector>

#include "service/audit/log_writer.h"
#include "service/audit/note.h"

/// The names of the logs through time. A store that was restored goes on from an older state: under
/// its old name the key holder signs no smaller tree, and somebody who kept a checkpoint would see
/// another history. So it takes a new one, and what was signed under the old ones stays provable.
namespace antin::audit {

/// Whether `origin` was this store's before it was restored.
Result<bool> is_used_up(Database& database, const std::string& origin);

/// The logs have this origin from now on.
Status take_origin(Database& database, LogWriter& logs, const std::string& origin);

/// Of the newest checkpoints. One under another name or of another key is kept beside it.
Status keep_verifier(Database& database, LogWriter& logs, Log log, const VerifierKey& key);

/// Every verifier key that the database knows of this log, the newest first. Good against
/// accidents, not against whoever may write there. Fails with kAuditKeyMalformed.
Result<std::vector<VerifierKey>> verifiers_of(Database& database, Log log);

}  // namespace antin::audit
