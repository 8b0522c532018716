#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "service/audit/checkpoint.h"
#include "service/audit/database.h"
#include "service/audit/record.h"
#include "service/audit/tiles.h"

namespace antin::audit {

/// What the database keeps of one log, as it stands: antin audit verify is who doubts it.
///
/// Failures: the database's own; kAuditLogDamaged ({nhat_ky}) when something is missing.
class LogReader {
 public:
  LogReader(Database& database, Log log) : database_(database), log_(log) {}

  Result<TreeSize> size();
  NodeSource nodes();

  struct Leaf {
    std::uint64_t number = 0;
    Bytes entry;
    std::optional<Bytes> record;  ///< nullopt: forgotten
    std::string subject;
  };
  /// Up to `most` from `first` on, in order.
  Result<std::vector<Leaf>> leaves(std::uint64_t first, std::size_t most);
  /// The newest about `subject` in a tree of this size.
  Result<std::optional<Leaf>> newest_about(const std::string& subject, TreeSize size);

  struct KeptCheckpoint {
    TreeSize size;
    UtcTime at{std::chrono::sys_seconds{}};
    std::string note;
  };
  Result<std::optional<KeptCheckpoint>> newest_checkpoint();
  /// Up to `most` with sizes above `above`, in order.
  Result<std::vector<KeptCheckpoint>> checkpoints(std::optional<TreeSize> above, std::size_t most);

  /// The contents of a tile or a bundle of entries that is in the tree; kAuditNotLogged otherwise.
  Result<Bytes> tile(const TileId& tile, TreeSize size);

  /// That `leaf` is in the tree of `checkpoint`, with its record as far as there is one.
  Result<LogProof> prove(const Leaf& leaf, const KeptCheckpoint& checkpoint);

  /// What LogWriter::set() kept.
  Result<std::optional<std::string>> fact(const std::string& what);

 private:
  Error damaged(const std::string& what, Where where = Where::here()) const;
  Database& database_;
  const Log log_;
};

}  // namespace antin::audit
