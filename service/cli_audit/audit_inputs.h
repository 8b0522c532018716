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

/// What log_place() reads: --store, --config, --database.
std::vector<OptionSpec> log_database_options();

/// Where the logs are: --store FOLDER, --database ADDRESS, or what --config FILE says of both.
struct LogPlace {
  std::string folder;
  std::string address = "sqlite";
  std::string tokend;  ///< socket of the key holder, of --config only; "": none
  std::string user;    ///< whom the service runs as, of --config only; "": not said
};
Result<LogPlace> log_place(const Arguments& arguments);

/// root becomes the service's user before the database is opened, whose files are that user's, and
/// before the key holder is asked, which answers nobody else. What only root may read is read
/// before this. Fails as give_up_privileges() does.
Status become_service(const LogPlace& place);

/// Nothing is made that is not there. Fails with kAuditNoLog, and as open_database() does.
Result<std::unique_ptr<Database>> open_log_database(const LogPlace& place);

/// --key, each the text of a verifier key or a file that holds it. Fails with kAuditKeyMalformed.
Result<std::vector<audit::VerifierKey>> read_keys(const Arguments& arguments);

/// tokend's journal as --journal FILE or --tokend SOCKET name it, else the one of `place`; nullopt
/// for none. The file is read and its chain checked at once; a socket is connected to when it is
/// asked. Fails with kFileUnreadable, kTokendJournalBroken.
Result<std::optional<audit::Journal>> open_journal(const Arguments& arguments,
                                                   const LogPlace& place);

}  // namespace antin::service
