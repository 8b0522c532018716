#include "service/casework/results.h"

#include <algorithm>

#include "service/casework/cases.h"
#include "service/casework/paper_codes.h"
#include "service/store/conditions.h"
#include "service/store/store_values.h"

namespace antin::casework {
namespace {

using service::as_integer;
using service::as_string;
using service::Conditions;

// What was given up before it became a result.
constexpr const char* kGivenUp = "('refused', 'withdrawn', 'voided')";
constexpr const char* kColumns =
    "SELECT r.case_id, r.dossier, r.replaces, r.further, r.ordinal, r.code, r.public_code,"
    " r.paper_code FROM case_result r ";

ResultRow read_result(const Database::Row& row) {
  return {.case_id = as_string(row[0]),
          .dossier = as_string(row[1]),
          .replaces = as_string(row[2]),
          .further = as_string(row[3]),
          .ordinal = as_integer(row[4]),
          .code = as_string(row[5]),
          .public_code = as_string(row[6]),
          .paper_code = as_string(row[7])};
}

Result<std::optional<ResultRow>> read_first(Database& database, const std::string& condition,
                                            const Database::Values& values) {
  ANTIN_TRY(const auto rows,
            database.query(kColumns + condition + " ORDER BY r.case_id LIMIT 1", values));
  if (rows.empty()) return std::optional<ResultRow>();
  return std::optional(read_result(rows[0]));
}

Error refused(Code code, const Case& fresh, const std::string& replaces = {}) {
  return make_error(code, fresh.dossier, {{"ho_so", fresh.dossier}, {"ma", replaces}});
}

// The same octets for the same dossier: somebody lost the answer, or sent them twice.
Status check_document(Database& database, const Case& fresh, const Bytes& document_sha256) {
  ANTIN_TRY(const auto same,
            database.query("SELECT c.id FROM casework c JOIN case_document d ON d.case_id=c.id"
                           " JOIN case_result r ON r.case_id=c.id WHERE r.dossier=?1 AND"
                           " d.role='submitted' AND d.sha256=?2 AND c.state NOT IN " +
                               std::string(kGivenUp) + " AND c.state<>'recalled' LIMIT 1",
                           {fresh.dossier, document_sha256}));
  return same.empty() ? Status{Done{}} : Status{refused(Code::kResultSameDocument, fresh)};
}

// Whose place it takes: a result of this dossier and unit that was entered in the book, recalled or
// about to be, and nobody else takes that place.
Status check_replaced(Database& database, const Case& fresh, const std::string& replaces) {
  ANTIN_TRY(const auto there,
            database.query("SELECT c.id FROM casework c JOIN case_result r ON r.case_id=c.id WHERE"
                           " r.code=?1 AND r.dossier=?2 AND c.unit=?3 AND c.state IN"
                           " ('registered', 'released', 'recalled')",
                           {replaces, fresh.dossier, fresh.unit}));
  if (there.empty()) return refused(Code::kResultReplacesUnknown, fresh, replaces);
  ANTIN_TRY(const auto taken, replacement_of(database, replaces));
  return taken ? Status{refused(Code::kResultReplacedAlready, fresh, replaces)} : Status{Done{}};
}

// the next of this holder, kind and symbol, digitised papers included.
Result<std::string> paper_code(Database& database, office::PaperCode paper,
                               const Bytes& holder_hash) {
  ANTIN_TRY(auto last, last_of_results(database, paper));
  if (!holder_hash.empty()) {
    ANTIN_TRY(const auto digitised, last_of_digitised(database, holder_hash, paper));
    last = std::max(last, digitised);
  }
  paper.ordinal = static_cast<unsigned>(last) + 1;
  return paper.text();
}

}  // namespace

Status admit_result(Database& database, const Case& fresh, const ResultOrigin& origin,
                    const Bytes& document_sha256) {
  // Also what the code of a result may be made of.
  ANTIN_TRY(const auto code, office::ResultCode::make(fresh.dossier, 1));
  static_cast<void>(code);
  ANTIN_CHECK(check_document(database, fresh, document_sha256));
  if (!origin.replaces.empty()) {
    ANTIN_CHECK(check_replaced(database, fresh, origin.replaces));
  } else if (origin.further.empty()) {
    ANTIN_TRY(const auto other, case_of_dossier(database, fresh.dossier, {}));
    if (other) return refused(Code::kResultDossierTaken, fresh);
  }
  return database.execute(
      "INSERT INTO case_result(case_id, dossier, replaces, further, ordinal, code, public_code,"
      " paper_code) VALUES(?1, ?2, ?3, ?4, 0, '', '', '')",
      {fresh.id, fresh.dossier, origin.replaces, origin.further});
}

Status mark_result(Database& database, const Case& numbered, const ResultMarks& marks) {
  ANTIN_TRY(const auto rows,
            database.query("SELECT COALESCE(MAX(ordinal), 0) FROM case_result WHERE dossier=?1",
                           {numbered.dossier}));
  const auto ordinal = as_integer(rows.at(0)[0]) + 1;
  ANTIN_TRY(const auto code,
            office::ResultCode::make(numbered.dossier, static_cast<std::uint32_t>(ordinal)));
  std::string paper;
  if (marks.paper) {
    auto wanted = *marks.paper;
    wanted.symbol = numbered.number;
    ANTIN_TRY(paper, paper_code(database, std::move(wanted), marks.holder_hash));
  }
  ANTIN_TRY(const auto marked,
            database.query("UPDATE case_result SET ordinal=?2, code=?3, public_code=?4,"
                           " paper_code=?5 WHERE case_id=?1 AND ordinal=0 RETURNING case_id",
                           {numbered.id, ordinal, code.text(), marks.public_code, paper}));
  return marked.size() == 1 ? Status{Done{}}
                            : Status{make_error(Code::kInternal, "no result " + numbered.id)};
}

Result<std::optional<ResultRow>> result_of(Database& database, const std::string& case_id) {
  return read_first(database, "WHERE r.case_id=?1", {case_id});
}

Result<std::optional<ResultRow>> replacement_of(Database& database, const std::string& code) {
  if (code.empty()) return std::optional<ResultRow>();
  return read_first(database,
                    "JOIN casework c ON c.id=r.case_id WHERE r.replaces=?1 AND c.state NOT IN " +
                        std::string(kGivenUp),
                    {code});
}

Status may_replace(Database& database, const ResultRow& result) {
  if (result.replaces.empty()) return Done{};
  ANTIN_TRY(const auto recalled,
            database.query("SELECT c.id FROM casework c JOIN case_result r ON r.case_id=c.id WHERE"
                           " r.code=?1 AND c.state='recalled'",
                           {result.replaces}));
  if (!recalled.empty()) return Done{};
  return make_error(Code::kResultReplacedInForce, result.case_id, {{"ma", result.replaces}});
}

Result<std::optional<std::string>> case_of_dossier(Database& database, const std::string& dossier,
                                                   const std::vector<std::string>& units) {
  Conditions where;
  where.add("r.dossier=", dossier);
  where.and_also("c.state NOT IN " + std::string(kGivenUp));
  where.one_of("c.unit", units);
  ANTIN_TRY(const auto rows,
            database.query("SELECT c.id FROM casework c JOIN case_result r ON r.case_id=c.id " +
                               where.text() + " ORDER BY c.id DESC LIMIT 1",
                           where.values()));
  if (rows.empty()) return std::optional<std::string>();
  return std::optional(as_string(rows[0][0]));
}

Result<Findings> check_results(Database& database) {
  ANTIN_TRY(const auto odd,
            database.query("SELECT dossier, COUNT(*), MAX(ordinal) FROM case_result WHERE ordinal>0"
                           " GROUP BY dossier HAVING COUNT(*)<>MAX(ordinal) ORDER BY dossier"
                           " LIMIT 100",
                           {}));
  Findings findings;
  for (const auto& row : odd) {
    const auto dossier = as_string(row[0]);
    ANTIN_TRY(const auto there,
              database.query("SELECT ordinal FROM case_result WHERE dossier=?1 AND ordinal>0 ORDER"
                             " BY ordinal LIMIT 100000",
                             {dossier}));
    std::int64_t next = 1;
    for (const auto& one : there) {
      if (as_integer(one[0]) != next) break;
      ++next;
    }
    findings.push_back({Code::kResultCodeMissing,
                        Severity::kError,
                        {{"ho_so", dossier}, {"n", std::to_string(next)}},
                        dossier});
  }
  return findings;
}

}  // namespace antin::casework
