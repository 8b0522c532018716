#include "service/casework/skipped_codes.h"

#include "service/casework/cases.h"
#include "service/office/legal_day.h"
#include "service/store/store_values.h"

namespace antin::casework {
namespace {

using service::Database;
using service::seconds;

struct Fresh {
  std::string id, code, facts;
  std::int64_t ordinal = 0;
};

Status insert(service::Store& store, Database& database, const SkippedCodes& skipped,
              const Fresh& fresh, UtcTime now) {
  const std::string voided(name(State::kVoided));
  ANTIN_CHECK(database.execute(
      "INSERT INTO casework(id, unit, product, state, version, owner, visit, dossier, requester,"
      " requester_key, paper, paper_key, number, number_key, day, facts, book_row, original,"
      " created, updated) VALUES(?1, ?2, ?3, ?4, 1, '', '', ?5, '', '', '', '', '', '', ?6, ?7, '',"
      " '', ?8, ?8)",
      {fresh.id, skipped.unit, std::string(name(Product::kResult)), voided, skipped.dossier,
       office::LegalDay::of(now).iso(), fresh.facts, seconds(now)}));
  ANTIN_CHECK(database.execute(
      "INSERT INTO case_event(case_id, number, at, actor, action, from_state, to_state, facts)"
      " VALUES(?1, 1, ?2, '', ?3, ?4, ?4, ?5)",
      {fresh.id, seconds(now), std::string(name(Action::kVoid)), voided, fresh.facts}));
  ANTIN_CHECK(database.execute(
      "INSERT INTO case_result(case_id, dossier, replaces, further, ordinal, code, public_code,"
      " paper_code) VALUES(?1, ?2, '', '', ?3, ?4, '', '')",
      {fresh.id, skipped.dossier, fresh.ordinal, fresh.code}));
  return store.tell(database, {.kind = service::StoreEvent::Kind::kCase,
                               .subject = fresh.id,
                               .actor = {},
                               .document_sha256 = {},
                               .state = voided});
}

}  // namespace

Status skip_codes(service::Store& store, const SkippedCodes& skipped,
                  const std::function<std::string()>& new_id, UtcTime now) {
  constexpr std::int64_t kMost = 99;
  return store.in_transaction([&](Database& database) -> Status {
    ANTIN_TRY(const auto rows,
              database.query("SELECT COALESCE(MAX(ordinal), 0) FROM case_result WHERE dossier=?1",
                             {skipped.dossier}));
    const auto last = service::as_integer(rows.at(0)[0]);
    if (skipped.to <= last || skipped.to - last > kMost)
      return make_error(Code::kBookNumberGiven, skipped.dossier,
                        {{"so", skipped.dossier + "-KQ(" + std::to_string(skipped.to) + ")"},
                         {"tiep", skipped.dossier + "-KQ(" + std::to_string(last + 1) + ")"}});
    for (auto next = last + 1; next <= skipped.to; ++next) {
      ANTIN_TRY(const auto code,
                office::ResultCode::make(skipped.dossier, static_cast<std::uint32_t>(next)));
      ANTIN_CHECK(insert(
          store, database, skipped,
          {.id = new_id(), .code = code.text(), .facts = skipped.facts, .ordinal = next}, now));
    }
    return Done{};
  });
}

}  // namespace antin::casework
