#include "service/audit/log_writer.h"

#include "service/audit/log_reader.h"

namespace antin::audit {
namespace {

constexpr std::size_t kSaltOctets = 16;
constexpr std::size_t kRandomOctets = 32;

std::int64_t number_of(Log log) {
  return static_cast<std::int64_t>(log);
}

Error damaged(Log log, const std::string& what, Where where = Where::here()) {
  return make_error(Code::kAuditLogDamaged, what, {{"nhat_ky", std::string(name(log))}}, where);
}

}  // namespace

Result<std::uint64_t> LogWriter::next_number(Log log) {
  ANTIN_TRY(const auto rows,
            database_.query("INSERT INTO log_size(log, size) VALUES(?1, 1)"
                            " ON CONFLICT(log) DO UPDATE SET size=log_size.size+1 RETURNING size",
                            {number_of(log)}));
  if (rows.size() != 1 || service::as_integer(rows[0][0]) < 1) return damaged(log, "size");
  return static_cast<std::uint64_t>(service::as_integer(rows[0][0]) - 1);
}

Status LogWriter::add(Log log, std::uint64_t number, const Bytes& record,
                      const std::string& subject) {
  const auto entry = entry_of(record);
  ANTIN_CHECK(database_.execute(
      "INSERT INTO log_leaf(log, number, entry, record, subject) VALUES(?1, ?2, ?3, ?4, ?5)",
      {number_of(log), static_cast<std::int64_t>(number), to_bytes(entry), record, subject}));
  const auto nodes = LogReader(database_, log).nodes();
  auto hash = leaf_hash(view(entry));
  NodeId id{0, number};
  const auto keep = [&]() -> Status {
    return database_.execute(
        "INSERT INTO log_node(log, level, number, hash) VALUES(?1, ?2, ?3, ?4)",
        {number_of(log), std::int64_t{id.level}, static_cast<std::int64_t>(id.number),
         to_bytes(hash)});
  };
  ANTIN_CHECK(keep());
  // Each one bit at the end of the number closes a subtree.
  for (auto bits = number; (bits & 1U) != 0; bits >>= 1U) {
    ANTIN_TRY(const auto left, nodes({id.level, id.number - 1}));
    hash = node_hash(left, hash);
    id = {id.level + 1, id.number >> 1U};
    ANTIN_CHECK(keep());
  }
  return Done{};
}

Result<std::uint64_t> LogWriter::audit(const Event& event, UtcTime at) {
  ANTIN_TRY(const auto number, next_number(Log::kAudit));
  const auto record = encode(
      AuditRecord{.number = number, .at = at, .event = event, .salt = random_.bytes(kSaltOctets)});
  if (record.size() > kMaxRecord) return make_error(Code::kInternal, "an event too large");
  ANTIN_CHECK(add(Log::kAudit, number, record, event.subject));
  return number;
}

Result<std::uint64_t> LogWriter::issued(ByteView document_sha256, IssuedState state) {
  IssuedRecord record{.state = state};
  if (!to_hash(document_sha256, record.document) ||
      !to_hash(random_.bytes(kRandomOctets), record.random))
    return make_error(Code::kInternal, "a document's SHA-256");
  ANTIN_TRY(const auto number, next_number(Log::kIssued));
  ANTIN_CHECK(add(Log::kIssued, number, encode(record), to_hex(document_sha256)));
  return number;
}

Status LogWriter::forget_before(std::uint64_t before, const std::string& actor, UtcTime at,
                                std::map<std::string, std::string> facts) {
  ANTIN_TRY(const auto size, LogReader(database_, Log::kAudit).size());
  if (before > size.value) return make_error(Code::kInternal, "beyond the log");
  facts["before"] = std::to_string(before);
  ANTIN_CHECK(audit(
      {.kind = "records_forgotten", .actor = actor, .subject = {}, .facts = std::move(facts)}, at));
  return database_.execute("UPDATE log_leaf SET record=NULL, subject='' WHERE log=?1 AND number<?2",
                           {number_of(Log::kAudit), static_cast<std::int64_t>(before)});
}

Status LogWriter::keep_checkpoint(Log log, TreeSize size, const std::string& note, UtcTime at) {
  return database_.execute(
      "INSERT INTO log_checkpoint(log, size, at, note) VALUES(?1, ?2, ?3, ?4)"
      " ON CONFLICT(log, size) DO NOTHING",
      {number_of(log), static_cast<std::int64_t>(size.value),
       std::int64_t{at.since_epoch().time_since_epoch().count()}, note});
}

Status LogWriter::set(const std::string& what, const std::string& value) {
  return database_.execute(
      "INSERT INTO log_fact(name, value) VALUES(?1, ?2)"
      " ON CONFLICT(name) DO UPDATE SET value=excluded.value",
      {what, value});
}

}  // namespace antin::audit
