#include "service/outbox/deliveries.h"

#include "service/outbox/delivery_rows.h"
#include "service/store/conditions.h"
#include "service/store/store_values.h"

namespace antin::outbox {
namespace {

using service::as_integer;
using service::as_string;
using service::from_seconds;
using service::now_of;
using service::seconds;

constexpr std::size_t kMostAtOnce = 200;
constexpr std::int64_t kLeaseSeconds = Deliveries::kLease.count();

std::int64_t number_of(DeliveryState state) {
  return static_cast<std::int64_t>(state);
}

Result<Delivery> read_known(Database& database, const std::string& id) {
  ANTIN_TRY(const auto rows, database.query(delivery_columns(database) + "WHERE d.id=?1", {id}));
  if (rows.empty()) return make_error(Code::kOutboxUnknown, id);
  return read_delivery(rows[0]);
}

Status insert(Database& database, const Owed& owed, const Choice& choice, UtcTime now) {
  const auto event = id_of(owed.event);
  const bool never = choice.way == Choice::Way::kNever;
  const Params params = never ? Params{{"noi_nhan", choice.target}} : Params{};
  const std::string reason(never ? info(Code::kOutboxNoTarget).name : std::string_view());
  return database.execute(
      "INSERT INTO outbox_delivery(id, event, stream, number, target, unit, address, document,"
      " state, due, tries, reason, params, created, updated, lease_owner, lease_until) VALUES(?1,"
      " ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 0, ?11, ?12, ?10, ?10, '', 0) ON CONFLICT(id) DO"
      " NOTHING",
      {delivery_id(event, choice.target), event, owed.event.stream, owed.event.number,
       choice.target, owed.event.unit, choice.address,
       std::int64_t{choice.takes == Choice::Takes::kDocument ? 1 : 0},
       number_of(never ? DeliveryState::kDead : DeliveryState::kWaiting), seconds(now), reason,
       to_json(params)});
}

// What another node has now. With SQLite there is one node, and what an earlier one left is taken
// at once. A lease that ends later than any can was given before the clock was put back.
std::string is_free(const Database& database) {
  const std::string now = now_of(database);
  const bool alone = database.dialect() == Database::Dialect::kSqlite;
  return std::string(alone ? "(d.lease_owner<>?4 OR " : "(?4='' OR ") +
         "d.lease_until NOT BETWEEN " + now + "+1 AND " + now + "+" +
         std::to_string(kLeaseSeconds) + ")";
}

constexpr const char* kDue =
    "d.state=0 AND (d.due<=?2 OR d.due>?3) AND NOT EXISTS(SELECT 1 FROM outbox_delivery o WHERE"
    " o.target=d.target AND o.stream=d.stream AND o.number<d.number AND o.state=0)";

std::int64_t latest(UtcTime now) {
  return seconds(now) + Deliveries::kLongestPause.count();
}

}  // namespace

Status Deliveries::tell(Database& database, const Delivery& delivery, const char* what,
                        const Taker& taker, const std::string& actor) {
  std::map<std::string, std::string> facts{
      {"event", id_of(delivery.event)}, {"type", delivery.event.type}, {"target", delivery.target}};
  if (!taker.purpose.empty()) facts.emplace("purpose", taker.purpose);
  return store_.tell(
      database, {.kind = service::StoreEvent::Kind::kHandedOut,
                 .subject = delivery.id,
                 .actor = actor,
                 .document_sha256 = delivery.document ? delivery.event.document_sha256 : Bytes(),
                 .state = what,
                 .facts = std::move(facts)});
}

Result<std::size_t> Deliveries::spread(const Choose& choose, UtcTime now) {
  constexpr const char* kOpen =
      "SELECT stream, number, type, at, unit, product, owner, document, octets, delivery FROM"
      " outbox_event WHERE spread=0 ORDER BY stream, number LIMIT 200";
  std::size_t count = 0;
  const auto work = [&](Database& database) -> Status {
    ANTIN_TRY(const auto rows, database.query(kOpen));
    count = rows.size();
    for (const auto& row : rows) {
      Owed owed;
      owed.event.stream = as_string(row[0]);
      owed.event.number = as_integer(row[1]);
      owed.event.type = as_string(row[2]);
      owed.event.at = from_seconds(as_integer(row[3]));
      owed.event.unit = as_string(row[4]);
      owed.event.product = as_string(row[5]);
      owed.event.owner = as_string(row[6]);
      owed.event.document_sha256 = service::as_blob(row[7]);
      owed.event.document_octets = static_cast<std::size_t>(as_integer(row[8]));
      owed.delivery = as_string(row[9]);
      const auto choices = choose(owed);
      for (const auto& choice : choices) ANTIN_CHECK(insert(database, owed, choice, now));
      ANTIN_CHECK(database.execute(choices.empty() ? "DELETE FROM outbox_event WHERE id=?1"
                                                   : "UPDATE outbox_event SET spread=1 WHERE id=?1",
                                   {id_of(owed.event)}));
    }
    return Done{};
  };
  // Mostly there is nothing, and then nobody who writes is made to wait.
  bool any = false;
  ANTIN_CHECK(store_.in_snapshot([&](Database& database) -> Status {
    ANTIN_TRY(const auto rows, database.query("SELECT 1 FROM outbox_event WHERE spread=0 LIMIT 1"));
    any = !rows.empty();
    return Done{};
  }));
  if (any) ANTIN_CHECK(store_.in_transaction(work));
  return count;
}

Result<std::vector<std::string>> Deliveries::due(UtcTime now) {
  std::vector<std::string> targets;
  ANTIN_CHECK(store_.in_snapshot([&](Database& database) -> Status {
    ANTIN_TRY(const auto rows,
              database.query("SELECT DISTINCT d.target FROM outbox_delivery d WHERE ?1='' AND " +
                                 std::string(kDue) + " AND " + is_free(database),
                             {std::string(), seconds(now), latest(now), node_}));
    targets.clear();
    for (const auto& row : rows) targets.push_back(as_string(row[0]));
    return Done{};
  }));
  return targets;
}

Result<std::optional<Delivery>> Deliveries::take(const Taker& taker, UtcTime now) {
  std::optional<Delivery> taken;
  const auto work = [&](Database& database) -> Status {
    taken.reset();
    ANTIN_TRY(const auto rows,
              database.query(delivery_columns(database) + "WHERE d.target=?1 AND " + kDue +
                                 " AND " + is_free(database) + " ORDER BY d.due, d.id LIMIT 1",
                             {taker.target, seconds(now), latest(now), node_}));
    if (rows.empty()) return Done{};
    taken = read_delivery(rows[0]);
    ++taken->tries;
    ANTIN_CHECK(
        database.execute("UPDATE outbox_delivery SET tries=tries+1, lease_owner=?2,"
                         " lease_until=" +
                             std::string(now_of(database)) + "+?3 WHERE id=?1",
                         {taken->id, node_, kLeaseSeconds}));
    return taken->document ? tell(database, *taken, "sending", taker, {}) : Status{Done{}};
  };
  ANTIN_CHECK(store_.in_transaction(work));
  return taken;
}

Result<bool> Deliveries::settle(const Delivery& taken, const Taker& taker, const Outcome& outcome,
                                UtcTime now) {
  const std::string reason(outcome.error ? info(outcome.error->code).name : std::string_view());
  bool counts = false;
  const auto work = [&](Database& database) -> Status {
    ANTIN_TRY(const auto rows,
              database.query("UPDATE outbox_delivery SET state=?3, due=?4, reason=?5, params=?6,"
                             " updated=?7, lease_owner='', lease_until=0 WHERE id=?1 AND"
                             " lease_owner=?2 AND state=0 AND tries=?8 RETURNING id",
                             {taken.id, node_, number_of(outcome.state),
                              seconds(outcome.state == DeliveryState::kWaiting ? outcome.due : now),
                              reason, to_json(outcome.error ? outcome.error->params : Params{}),
                              seconds(now), taken.tries}));
    counts = !rows.empty();
    if (!counts || outcome.state == DeliveryState::kWaiting) return Done{};
    return tell(database, taken, outcome.state == DeliveryState::kSent ? "sent" : "given_up", taker,
                {});
  };
  ANTIN_CHECK(store_.in_transaction(work));
  return counts;
}

Status Deliveries::give_back(const Delivery& taken) {
  return store_.in_transaction([&](Database& database) {
    return database.execute(
        "UPDATE outbox_delivery SET tries=tries-1, lease_owner='', lease_until=0 WHERE id=?1 AND"
        " lease_owner=?2 AND state=0",
        {taken.id, node_});
  });
}

Result<std::vector<Delivery>> Deliveries::find(const DeliverySearch& search) {
  service::Conditions where;
  where.equal("d.stream", search.stream);
  where.equal("d.target", search.target);
  if (search.state) where.add("d.state=", number_of(*search.state));
  if (!search.before.empty()) where.add("d.id<", search.before);
  where.one_of("d.unit", search.units);
  const auto most = std::min(search.most, kMostAtOnce);
  const std::string order =
      search.stream.empty() ? " ORDER BY d.id DESC" : " ORDER BY d.number, d.target";
  std::vector<Delivery> found;
  ANTIN_CHECK(store_.in_snapshot([&](Database& database) -> Status {
    ANTIN_TRY(const auto rows, database.query(delivery_columns(database) + where.text() + order +
                                                  " LIMIT " + std::to_string(most),
                                              where.values()));
    found.clear();
    found.reserve(rows.size());
    for (const auto& row : rows) found.push_back(read_delivery(row));
    return Done{};
  }));
  return found;
}

Result<Delivery> Deliveries::one(const std::string& id) {
  Delivery found;
  ANTIN_CHECK(store_.in_snapshot([&](Database& database) -> Status {
    ANTIN_TRY(found, read_known(database, id));
    return Done{};
  }));
  return found;
}

Result<Delivery> Deliveries::change(const std::string& id, UtcTime now, const Change& work) {
  Delivery after;
  const auto all = [&](Database& database) -> Status {
    ANTIN_TRY(after, read_known(database, id));
    if (after.under_way) return make_error(Code::kOutboxUnderWay, id);
    ANTIN_CHECK(work(database, after));
    after.updated = now;
    return database.execute(
        "UPDATE outbox_delivery SET state=?2, due=?3, tries=?4, reason=?5, params=?6, address=?7,"
        " updated=?8, lease_owner='', lease_until=0 WHERE id=?1",
        {id, number_of(after.state), seconds(after.due), after.tries,
         std::string(after.reason ? info(*after.reason).name : std::string_view()),
         to_json(after.params), after.address, seconds(now)});
  };
  ANTIN_CHECK(store_.in_transaction(all));
  return after;
}

Result<Delivery> Deliveries::again(const std::string& id, const std::string& address,
                                   const std::string& actor, UtcTime now) {
  return change(id, now, [&](Database& database, Delivery& one) -> Status {
    one.state = DeliveryState::kWaiting;
    one.due = now;
    one.tries = 0;
    one.reason.reset();
    one.params.clear();
    if (!address.empty()) one.address = address;
    return tell(database, one, address.empty() ? "again" : "again_elsewhere", {}, actor);
  });
}

Result<Delivery> Deliveries::cancel(const std::string& id, const std::string& actor, UtcTime now) {
  return change(id, now, [&](Database& database, Delivery& one) -> Status {
    if (one.state == DeliveryState::kSent) return make_error(Code::kOutboxSent, id);
    one.state = DeliveryState::kCancelled;
    one.reason = Code::kOutboxCancelled;
    one.params.clear();
    return tell(database, one, "cancelled", {}, actor);
  });
}

Result<std::map<std::string, Figures>> Deliveries::figures() {
  std::map<std::string, Figures> all;
  ANTIN_CHECK(store_.in_snapshot([&](Database& database) -> Status {
    ANTIN_TRY(const auto rows,
              database.query("SELECT target, state, COUNT(*), MIN(created) FROM outbox_delivery"
                             " WHERE state IN (0, 2) GROUP BY target, state"));
    all.clear();
    for (const auto& row : rows) {
      auto& figures = all[as_string(row[0])];
      if (as_integer(row[1]) == number_of(DeliveryState::kDead)) {
        figures.dead = as_integer(row[2]);
      } else {
        figures.waiting = as_integer(row[2]);
        figures.oldest = from_seconds(as_integer(row[3]));
      }
    }
    return Done{};
  }));
  return all;
}

}  // namespace antin::outbox
