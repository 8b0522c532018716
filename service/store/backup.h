#pragma once

#include <string>
#include <vector>

#include "certs/core/time.h"
#include "service/store/store.h"

namespace antin::service {

/// A folder that has come into being whole: rows of every table on one state of the database, as
/// lines of JSON (so that it can be restored into either database), the documents as they are
/// stored, evidence and logs, and a manifest with the SHA-256 of each, written last. No secret is
/// in it: documents stay encrypted, and the master key is kept elsewhere.
///
/// manifest.jsonl: {"schema": "antin-backup/1", …}, one line for each file, and a last line with
/// the SHA-256 of all before it.
struct BackupFolder {
  std::string name;  ///< in the backup
  std::string path;  ///< of a folder or a file; what does not exist is left out
};
struct BackupReport {
  std::string at;  ///< when its rows were read
  std::size_t rows = 0, documents = 0, files = 0;
  std::uint64_t octets = 0;
  Bytes manifest_sha256;  ///< of all of manifest.jsonl before its last line, which tells it
  /// SHA-256 of documents that the database knows and the store cannot give: their cause, each.
  std::vector<std::string> lost;
};

/// While the service runs. `to` is new or empty. A document that is lost is reported, and all
/// others are still backed up. What was written is read again at the end.
/// Fails with kBackupTarget, kBackupDamaged and what Store and Database fail with.
Result<BackupReport> make_backup(const Store::Settings& settings,
                                 const std::vector<BackupFolder>& others, const std::string& to,
                                 const Clock& clock);

/// Everything in it is what the manifest says, nothing is missing, and every document that its
/// rows know is there. Fails with kBackupManifest, kBackupDamaged.
Result<BackupReport> verify_backup(const std::string& folder);

/// Verifies it, then makes a new store of it: `settings.folder` is new or empty, and so is a
/// PostgreSQL database. The new store is held (Store::held) until somebody has compared what
/// happened after the backup.
Result<BackupReport> restore_backup(const std::string& folder, const Store::Settings& settings);

}  // namespace antin::service
