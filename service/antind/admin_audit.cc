// Searching the audit log, and whether a record is under a signed checkpoint.

#include <algorithm>
#include <charconv>

#include "service/antind/admin_api.h"
#include "service/audit/log_reader.h"
#include "service/audit/origin.h"

namespace antin::service {
namespace {

using audit::LogReader;
using office::LegalDay;

constexpr std::size_t kPortion = 1'000;
// For one answer; the next one goes on where this one ended.
constexpr std::uint64_t kMostLooked = 20'000;
constexpr std::size_t kUsualFound = 50, kMostFound = 200, kLongest = 200;
constexpr std::uint64_t kMostNumber = (std::uint64_t{1} << 53U) - 1;  // what JSON holds exactly

struct Search {
  std::optional<UtcTime> from, until;  ///< `until`: the first second that no longer counts
  std::string kind, actor, about;
  std::uint64_t before = UINT64_MAX;
  std::size_t most = kUsualFound;
};

std::optional<std::uint64_t> number_in(const std::string& text) {
  std::uint64_t number = 0;
  const auto* const end = text.data() + text.size();
  const auto [stopped, problem] = std::from_chars(text.data(), end, number);
  if (text.empty() || problem != std::errc{} || stopped != end) return std::nullopt;
  return number;
}

Status read_one(const std::string& name, const std::string& text, Search& search) {
  if (name == "from" || name == "until") {
    const auto day = LegalDay::parse(text);
    if (!day) return wrong_parameter(name == "from" ? "from" : "until");
    (name == "from" ? search.from : search.until) =
        name == "from" ? day->begins() : day->next().begins();
    return Done{};
  }
  if (name == "before" || name == "limit") {
    const auto number = number_in(text);
    const bool limit = name == "limit";
    if (!number || *number > (limit ? kMostFound : kMostNumber) || (limit && *number < 1))
      return wrong_parameter(limit ? "limit" : "before");
    if (limit)
      search.most = static_cast<std::size_t>(*number);
    else
      search.before = *number;
    return Done{};
  }
  if (text.size() > kLongest) return wrong_parameter("about");
  (name == "kind" ? search.kind : name == "actor" ? search.actor : search.about) = text;
  return Done{};
}

bool fits(const audit::AuditRecord& record, const Search& search) {
  const auto& event = record.event;
  if (search.from && record.at < *search.from) return false;
  if (search.until && record.at >= *search.until) return false;
  if (!search.kind.empty() && event.kind != search.kind) return false;
  if (!search.actor.empty() && event.actor != search.actor) return false;
  if (search.about.empty() || event.subject == search.about) return true;
  // A document by its SHA-256, a case by the id that a row tells of.
  return std::any_of(event.facts.begin(), event.facts.end(),
                     [&](const auto& fact) { return fact.second == search.about; });
}

OrderedJson record_json(const LogReader::Leaf& leaf, std::uint64_t proven) {
  OrderedJson one = {{"number", leaf.number},
                     {"entry", to_hex(leaf.entry)},
                     {"under_checkpoint", leaf.number < proven}};
  const auto record = leaf.record ? audit::decode_audit(*leaf.record) : std::nullopt;
  one["forgotten"] = !record.has_value();
  if (!record) return one;
  one["at"] = to_rfc3339(record->at);
  one["kind"] = record->event.kind;
  one["actor"] = record->event.actor;
  one["subject"] = record->event.subject;
  one["facts"] = record->event.facts;
  return one;
}

struct Found {
  OrderedJson records = OrderedJson::array();
  std::optional<std::uint64_t> before;  ///< where the next answer begins; nullopt: that was all
};

Result<Found> look(LogReader& reader, const Search& search, std::uint64_t size,
                   std::uint64_t proven) {
  Found found;
  auto end = std::min(search.before, size);
  const auto stop = end > kMostLooked ? end - kMostLooked : 0;
  while (end > stop) {
    const auto first = end > stop + kPortion ? end - kPortion : stop;
    ANTIN_TRY(auto leaves, reader.leaves(first, static_cast<std::size_t>(end - first)));
    for (auto leaf = leaves.rbegin(); leaf != leaves.rend(); ++leaf) {
      const auto record = leaf->record ? audit::decode_audit(*leaf->record) : std::nullopt;
      // Time goes one way in a log: what is older than the question has nothing to find behind it.
      if (record && search.from && record->at < *search.from) return found;
      if (!record || !fits(*record, search)) continue;
      found.records.push_back(record_json(*leaf, proven));
      if (found.records.size() < search.most) continue;
      if (leaf->number > 0) found.before = leaf->number;
      return found;
    }
    end = first;
  }
  if (end > 0) found.before = end;
  return found;
}

// The first record that is not before `until`, so that old years are found without reading all
// between: records that were forgotten are the oldest ones.
Result<std::uint64_t> end_of(LogReader& reader, UtcTime until, std::uint64_t size) {
  std::uint64_t low = 0, high = size;
  while (low < high) {
    const auto middle = low + (high - low) / 2;
    ANTIN_TRY(const auto leaves, reader.leaves(middle, 1));
    const auto record =
        !leaves.empty() && leaves[0].record ? audit::decode_audit(*leaves[0].record) : std::nullopt;
    if (!record || record->at < until)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

Result<LogReader::Leaf> leaf_of(LogReader& reader, const std::string& number) {
  const auto wanted = number_in(number);
  if (!wanted || *wanted > INT64_MAX) return make_error(Code::kHttpNotFound, number);
  ANTIN_TRY(const auto leaves, reader.leaves(*wanted, 1));
  if (leaves.empty() || leaves[0].number != *wanted)
    return make_error(Code::kAuditNotLogged, number);
  return leaves[0];
}

// Everything that a reader of the record can check, checked: the record is what its entry says, the
// entry is in the tree, the tree's head is signed by the log's own key.
Status prove(Database& database, LogReader& reader, const LogReader::Leaf& leaf,
             const LogReader::KeptCheckpoint& checkpoint, OrderedJson& told_of) {
  if (leaf.record && audit::to_bytes(audit::entry_of(*leaf.record)) != leaf.entry)
    return make_error(Code::kAuditEntryAltered, "record", {{"so", std::to_string(leaf.number)}});
  ANTIN_TRY(const auto proof, reader.prove(leaf, checkpoint));
  ANTIN_TRY(const auto opened, audit::parse_checkpoint(checkpoint.note));
  const auto& head = opened.checkpoint.head;
  if (!audit::verify_inclusion(audit::leaf_hash(leaf.entry), leaf.number, head.size, head.root,
                               proof.path))
    return make_error(Code::kAuditProofWrong, std::to_string(leaf.number));
  ANTIN_TRY(const auto keys, audit::verifiers_of(database, audit::Log::kAudit));
  Status last = make_error(Code::kAuditUnsigned, "no key");
  for (const auto& key : keys) {
    last = key.check(opened.note);
    if (!last) continue;
    told_of["key"] = key.to_text();
    break;
  }
  ANTIN_CHECK(std::move(last));
  told_of["origin"] = opened.checkpoint.origin;
  told_of["size"] = head.size.value;
  told_of["root"] = to_hex(audit::to_bytes(head.root));
  told_of["at"] = to_rfc3339(checkpoint.at);
  return Done{};
}

}  // namespace

Result<OrderedJson> AdminApi::audit(const Request& request) const {
  ANTIN_TRY(const auto options, parse_query(request.head.query, {"from", "until", "kind", "actor",
                                                                 "about", "before", "limit"}));
  Search search;
  for (const auto& [name, text] : options) ANTIN_CHECK(read_one(name, text, search));
  OrderedJson body;
  ANTIN_CHECK(parts_.store->in_snapshot([&](Database& database) -> Status {
    LogReader reader(database, audit::Log::kAudit);
    ANTIN_TRY(const auto size, reader.size());
    ANTIN_TRY(const auto newest, reader.newest_checkpoint());
    const auto proven = newest ? newest->size.value : 0;
    if (search.until && search.before == UINT64_MAX) {
      ANTIN_TRY(search.before, end_of(reader, *search.until, size.value));
    }
    ANTIN_TRY(auto found, look(reader, search, size.value, proven));
    body = {{"size", size.value}, {"signed", proven}};
    body["signed_at"] = newest ? OrderedJson(to_rfc3339(newest->at)) : OrderedJson(nullptr);
    body["records"] = std::move(found.records);
    body["before"] = found.before ? OrderedJson(*found.before) : OrderedJson(nullptr);
    return Done{};
  }));
  ANTIN_TRY(const auto keys, parts_.store->keys());
  body["systems"] = OrderedJson::object();
  for (const auto& key : keys) body["systems"][key.id] = key.name;
  return body;
}

Result<OrderedJson> AdminApi::audit_record(const std::string& number) const {
  OrderedJson body;
  ANTIN_CHECK(parts_.store->in_snapshot([&](Database& database) -> Status {
    LogReader reader(database, audit::Log::kAudit);
    ANTIN_TRY(const auto leaf, leaf_of(reader, number));
    ANTIN_TRY(const auto newest, reader.newest_checkpoint());
    body = record_json(leaf, newest ? newest->size.value : 0);
    OrderedJson proof = {{"state", "waiting"}, {"problem", nullptr}};
    if (newest && leaf.number < newest->size.value) {
      const auto proven = prove(database, reader, leaf, *newest, proof);
      proof["state"] = proven ? "proven" : "wrong";
      if (!proven) proof["problem"] = told(proven.error());
    }
    body["proof"] = std::move(proof);
    return Done{};
  }));
  return body;
}

Result<Response> AdminApi::audit_proof(const std::string& number) const {
  std::string text;
  ANTIN_CHECK(parts_.store->in_snapshot([&](Database& database) -> Status {
    LogReader reader(database, audit::Log::kAudit);
    ANTIN_TRY(const auto leaf, leaf_of(reader, number));
    ANTIN_TRY(const auto newest, reader.newest_checkpoint());
    if (!newest) return make_error(Code::kAuditNotCheckpointed, number);
    ANTIN_TRY(const auto proof, reader.prove(leaf, *newest));
    text = audit::to_text(proof);
    return Done{};
  }));
  auto response = Response::text(200, "text/plain; charset=utf-8", text);
  response.fields = {{"Cache-Control", "no-store"}, {"X-Content-Type-Options", "nosniff"}};
  return response;
}

}  // namespace antin::service
