#include "service/audit/log_reader.h"

namespace antin::audit {
namespace {

using service::as_blob;
using service::as_integer;
using service::as_string;

constexpr const char* kLeafColumns = "SELECT number, entry, record, subject FROM log_leaf ";

std::int64_t number_of(Log log) {
  return static_cast<std::int64_t>(log);
}

LogReader::Leaf read_leaf(const Database::Row& row) {
  LogReader::Leaf leaf{.number = static_cast<std::uint64_t>(as_integer(row[0])),
                       .entry = as_blob(row[1]),
                       .record = {},
                       .subject = as_string(row[3])};
  if (!std::holds_alternative<std::nullptr_t>(row[2])) leaf.record = as_blob(row[2]);
  return leaf;
}

LogReader::KeptCheckpoint read_checkpoint(const Database::Row& row) {
  return {.size = {static_cast<std::uint64_t>(as_integer(row[0]))},
          .at = UtcTime(std::chrono::sys_seconds(std::chrono::seconds(as_integer(row[1])))),
          .note = as_string(row[2])};
}

}  // namespace

Error LogReader::damaged(const std::string& what, Where where) const {
  return make_error(Code::kAuditLogDamaged, what, {{"nhat_ky", std::string(name(log_))}}, where);
}

Result<TreeSize> LogReader::size() {
  ANTIN_TRY(const auto rows,
            database_.query("SELECT size FROM log_size WHERE log=?1", {number_of(log_)}));
  // The first entry makes the row.
  if (rows.empty()) return TreeSize{0};
  if (as_integer(rows[0][0]) < 0) return damaged("size");
  return TreeSize{static_cast<std::uint64_t>(as_integer(rows[0][0]))};
}

NodeSource LogReader::nodes() {
  // Refers to nothing of this reader, which may be gone by then.
  return [&database = database_, log = log_](const NodeId& id) -> Result<Hash> {
    ANTIN_TRY(const auto rows,
              database.query(
                  "SELECT hash FROM log_node WHERE log=?1 AND level=?2 AND number=?3",
                  {number_of(log), std::int64_t{id.level}, static_cast<std::int64_t>(id.number)}));
    Hash hash{};
    if (rows.size() != 1 || !to_hash(as_blob(rows[0][0]), hash))
      return LogReader(database, log)
          .damaged("node " + std::to_string(id.level) + "/" + std::to_string(id.number));
    return hash;
  };
}

Result<std::vector<LogReader::Leaf>> LogReader::leaves(std::uint64_t first, std::size_t most) {
  ANTIN_TRY(
      const auto rows,
      database_.query(
          std::string(kLeafColumns) + "WHERE log=?1 AND number>=?2 ORDER BY number LIMIT ?3",
          {number_of(log_), static_cast<std::int64_t>(first), static_cast<std::int64_t>(most)}));
  std::vector<Leaf> leaves;
  leaves.reserve(rows.size());
  for (const auto& row : rows) leaves.push_back(read_leaf(row));
  return leaves;
}

Result<std::optional<LogReader::Leaf>> LogReader::newest_about(const std::string& subject,
                                                               TreeSize size) {
  ANTIN_TRY(const auto rows,
            database_.query(std::string(kLeafColumns) + "WHERE log=?1 AND subject=?2 AND number<?3"
                                                        " ORDER BY number DESC LIMIT 1",
                            {number_of(log_), subject, static_cast<std::int64_t>(size.value)}));
  if (rows.empty()) return std::optional<Leaf>();
  return std::optional(read_leaf(rows[0]));
}

Result<std::optional<LogReader::KeptCheckpoint>> LogReader::newest_checkpoint() {
  ANTIN_TRY(const auto rows,
            database_.query("SELECT size, at, note FROM log_checkpoint WHERE log=?1"
                            " ORDER BY size DESC LIMIT 1",
                            {number_of(log_)}));
  if (rows.empty()) return std::optional<KeptCheckpoint>();
  return std::optional(read_checkpoint(rows[0]));
}

Result<std::vector<LogReader::KeptCheckpoint>> LogReader::checkpoints(std::optional<TreeSize> above,
                                                                      std::size_t most) {
  ANTIN_TRY(const auto rows,
            database_.query("SELECT size, at, note FROM log_checkpoint WHERE log=?1 AND size>?2"
                            " ORDER BY size LIMIT ?3",
                            {number_of(log_),
                             above ? static_cast<std::int64_t>(above->value) : std::int64_t{-1},
                             static_cast<std::int64_t>(most)}));
  std::vector<KeptCheckpoint> kept;
  kept.reserve(rows.size());
  for (const auto& row : rows) kept.push_back(read_checkpoint(row));
  return kept;
}

Result<Bytes> LogReader::tile(const TileId& tile, TreeSize size) {
  if (!in_tree(tile, size)) return make_error(Code::kAuditNotLogged, tile_path(tile));
  const auto first = tile.first();
  const auto from = static_cast<std::int64_t>(first.number);
  const auto width = static_cast<std::int64_t>(tile.width);
  const bool entries = tile.kind == TileId::Kind::kEntries;
  const auto query = [&]() {
    return entries ? database_.query(
                         "SELECT entry FROM log_leaf WHERE log=?1 AND number>=?2 AND"
                         " number<?3 ORDER BY number",
                         {number_of(log_), from, from + width})
                   : database_.query(
                         "SELECT hash FROM log_node WHERE log=?1 AND level=?2 AND"
                         " number>=?3 AND number<?4 ORDER BY number",
                         {number_of(log_), std::int64_t{first.level}, from, from + width});
  };
  ANTIN_TRY(const auto rows, query());
  if (rows.size() != tile.width) return damaged("tile " + tile_path(tile));
  Bytes contents;
  contents.reserve(rows.size() * 34);
  for (const auto& row : rows) {
    const auto octets = as_blob(row[0]);
    if (octets.size() != 32) return damaged("tile " + tile_path(tile));
    if (entries)
      static_cast<void>(append_entry(contents, octets));
    else
      contents.insert(contents.end(), octets.begin(), octets.end());
  }
  return contents;
}

Result<LogProof> LogReader::prove(const Leaf& leaf, const KeptCheckpoint& checkpoint) {
  if (leaf.number >= checkpoint.size.value)
    return make_error(Code::kAuditNotCheckpointed, std::to_string(leaf.number));
  ANTIN_TRY(auto path, inclusion_proof(leaf.number, checkpoint.size, nodes()));
  return LogProof{.extra = leaf.record.value_or(Bytes()),
                  .index = leaf.number,
                  .path = std::move(path),
                  .checkpoint = checkpoint.note};
}

Result<std::optional<std::string>> LogReader::fact(const std::string& what) {
  ANTIN_TRY(const auto rows, database_.query("SELECT value FROM log_fact WHERE name=?1", {what}));
  if (rows.empty()) return std::optional<std::string>();
  return std::optional(as_string(rows[0][0]));
}

}  // namespace antin::audit
