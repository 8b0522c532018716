#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "service/casework/book.h"
#include "service/casework/results.h"

namespace antin::casework {

/// What an office works on, from the counter to the citizen. Never deleted.
struct Case {
  std::string id;    ///< UUIDv7
  std::string unit;  ///< code
  Product product = Product::kCertifiedCopy;
  State state = State::kReceived;
  std::int64_t version = 1;  ///< one more with every change
  std::string owner;         ///< the system that opened it
  std::string visit;         ///< cases of one visit share it: their numbers follow each other
  std::string dossier;       ///< mã hồ sơ
  std::string requester, paper;
  std::string number;    ///< as it is written, once there is one
  std::string day;       ///< legal day on which it was received
  std::string facts;     ///< JSON of the interface
  std::string row;       ///< of the book
  std::string original;  ///< in the register
  UtcTime created{std::chrono::sys_seconds{}}, updated{std::chrono::sys_seconds{}};
};

struct CaseDocument {
  std::string role;  ///< "capture", "document", "officer_signed", "sealed"
  std::int64_t version = 0;
  Bytes sha256;
  std::size_t size = 0;
  std::int64_t pages = 0;
  UtcTime created{std::chrono::sys_seconds{}};
};

struct CaseEvent {
  std::int64_t number = 0;
  UtcTime at{std::chrono::sys_seconds{}};
  std::string actor, action, from, to;
  std::string facts;  ///< JSON
};

/// A step of a case with everything that becomes true with it.
struct Change {
  std::string id = {};
  std::int64_t version = 0;  ///< that whoever asks has seen
  Action action = Action::kCheck;
  Roles roles = {};
  Needs there = {};  ///< the request's contents included
  std::string actor = {};
  UtcTime now{std::chrono::sys_seconds{}};
  std::string facts = {}, requester = {}, paper = {};  ///< the case's from now on
  std::string told = "{}";                             ///< JSON, of the event
  std::optional<CaseDocument> document = {};
  std::optional<Series> series = {};  ///< where a step that reserves takes its number
  BookFacts book = {};                ///< what the row says
  ResultMarks marks = {};             ///< of a result that takes its number
  std::string reason = {};            ///< of a number that is voided
  std::string original = {};          ///< of a row that becomes final
};

/// "" for a field that is not asked for. Text is found without its accents and its case.
struct Search {
  std::vector<std::string> units = {};  ///< none: all
  std::string owner = {};               ///< only what this system opened
  std::optional<Product> product = {};
  std::optional<State> state = {};
  std::vector<State> states = {};  ///< any of them
  std::string requester = {}, paper = {}, number = {}, dossier = {}, visit = {};
  std::string from_day = {}, to_day = {};
  std::string before = {};  ///< id: those that were opened earlier, newest first
  std::size_t most = 50;
  enum class Order : std::uint8_t { kNewest, kOldest } order = Order::kNewest;
};

/// A request that may be sent again: the second time it changes nothing.
struct Once {
  std::string owner, key;
  Bytes fingerprint;
};

/// Cases in the store. Thread-safe, also between nodes. Beside what the functions name they fail as
/// Database does.
class Cases {
 public:
  explicit Cases(service::Store& store) : store_(store) {}

  /// In its product's first state. With `once`: the case that the same request opened before;
  /// kIdempotencyKeyReused when it was another request. A result: as admit_result() does.
  Result<Case> open(const Case& fresh, const std::string& actor, const std::optional<Once>& once,
                    const std::optional<CaseDocument>& document = std::nullopt,
                    const ResultOrigin& origin = {});
  /// All of them or none, in this order and in one transaction: C-08, consecutive numbers of one
  /// visit. Fails with kCaseUnknown, kCaseChanged, what judge() and Books fail with, and
  /// kIdempotencyKeyReused. Sent again with the same `once`: the cases as they are now.
  Result<std::vector<Case>> steps(const std::vector<Change>& changes,
                                  const std::optional<Once>& once = std::nullopt);
  Result<Case> step(const Change& change, const std::optional<Once>& once = std::nullopt);
  /// Facts that come between two steps; `action` names it in the case's events.
  Result<Case> amend(const std::string& id, std::int64_t version, const std::string& facts,
                     const std::string& action, const std::string& actor, UtcTime now,
                     const std::optional<CaseDocument>& document = std::nullopt);
  /// With what its event says besides: a JSON object.
  struct Told {
    std::string action, actor, facts = "{}";
    UtcTime now;
  };
  Result<Case> amend(const std::string& id, std::int64_t version, const std::string& facts,
                     const Told& told, const std::optional<CaseDocument>& document);

  /// Whether this very request was answered before. Fails with kIdempotencyKeyReused.
  Result<bool> seen(const Once& once);
  Result<std::optional<Case>> find(const std::string& id);
  Result<std::optional<Case>> of_original(const std::string& original);
  /// The newest version of each role.
  Result<std::vector<CaseDocument>> documents(const std::string& id);
  /// Every version of one role, newest first.
  Result<std::vector<CaseDocument>> versions(const std::string& id, const std::string& role);
  Result<std::vector<CaseEvent>> events(const std::string& id);
  Result<std::optional<BookRow>> row(const std::string& id);
  /// nullopt for other products.
  Result<std::optional<ResultRow>> result(const std::string& id);
  Result<std::vector<Case>> search(const Search& search);

 private:
  Status apply(Database& database, const Change& change, Case& out);
  Status number(Database& database, const Change& change, const Step& step, Case& changed);
  Status keep_document(Database& database, const std::string& id, const CaseDocument& document,
                       UtcTime now);
  Status write(Database& database, const Case& changed, std::int64_t before);
  Status note(Database& database, const Case& changed, const CaseEvent& event,
              const std::optional<CaseDocument>& document);
  Books::Tell teller(Database& database);

  service::Store& store_;
};

}  // namespace antin::casework
