#include "service/antind/recalled.h"

#include <algorithm>
#include <vector>

#include "certs/ossl/digest.h"
#include "service/text/numbers.h"

namespace antin::service {
namespace {

constexpr std::size_t kMostPrefixes = 32;

// Code of the result, else its number, else what anybody may look it up by; its decision.
constexpr const char* kColumns =
    "SELECT COALESCE(NULLIF((SELECT MAX(cr.code) FROM case_result cr JOIN casework cc ON"
    " cc.id=cr.case_id WHERE cc.original=e.original), ''), NULLIF(e.number, ''), e.code),"
    " e.decision, e.decision_day FROM register_entry e";

Error recalled(const Database::Row& row) {
  const auto name = as_string(row.at(0));
  return make_error(
      Code::kSignRecalled, name,
      {{"ma", name}, {"so", as_string(row.at(1))}, {"ngay", vietnam_day(as_string(row.at(2)))}});
}

// A revision ends behind its marker and at most an end of line.
bool ends_a_revision(ByteView document, std::size_t end) {
  constexpr std::string_view kMarker = "%%EOF";
  auto text = as_text(document.first(end));
  for (int i = 0; i < 2 && !text.empty() && (text.back() == '\n' || text.back() == '\r'); ++i)
    text.remove_suffix(1);
  return text.ends_with(kMarker);
}

// Where recalled results end, as far as this document is long.
Result<std::vector<std::size_t>> ends_of_recalled(Store& store, std::size_t size) {
  std::vector<std::size_t> ends;
  ANTIN_CHECK(store.in_snapshot([&](Database& database) -> Status {
    ANTIN_TRY(const auto rows,
              database.query("SELECT DISTINCT r.\"end\" FROM register_entry e JOIN original o ON"
                             " o.id=e.original JOIN original_revision r ON r.original=o.id WHERE"
                             " e.state='recalled' AND r.\"end\">=o.signed_end AND r.\"end\"<=?1",
                             {static_cast<std::int64_t>(size)}));
    ends.clear();
    for (const auto& row : rows) ends.push_back(static_cast<std::size_t>(as_integer(row.at(0))));
    return Done{};
  }));
  return ends;
}

Status refuse_known(Store& store, const Bytes& digest) {
  return store.in_snapshot([&](Database& database) -> Status {
    ANTIN_TRY(const auto results,
              database.query(std::string(kColumns) +
                                 " JOIN original o ON o.id=e.original WHERE e.state='recalled' AND"
                                 " (o.sha256=?1 OR o.id IN (SELECT r.original FROM"
                                 " original_revision r WHERE r.sha256=?1 AND"
                                 " r.\"end\">=o.signed_end)) LIMIT 1",
                             {digest}));
    if (!results.empty()) return recalled(results[0]);
    ANTIN_TRY(const auto half,
              database.query(std::string(kColumns) +
                                 " JOIN casework c ON c.original=e.original JOIN case_document d ON"
                                 " d.case_id=c.id WHERE d.sha256=?1 AND d.role='officer_signed' AND"
                                 " e.state='recalled' LIMIT 1",
                             {digest}));
    return half.empty() ? Status{Done{}} : Status{recalled(half[0])};
  });
}

}  // namespace

Status refuse_recalled(Store& store, ByteView document) {
  ANTIN_CHECK(refuse_known(store, ossl::sha256(document)));
  ANTIN_TRY(auto ends, ends_of_recalled(store, document.size()));
  std::erase_if(ends, [&](std::size_t end) { return !ends_a_revision(document, end); });
  if (ends.size() > kMostPrefixes)
    return make_error(Code::kResourceLimit, "revisions that may be recalled results");
  for (const auto end : ends) ANTIN_CHECK(refuse_known(store, ossl::sha256(document.first(end))));
  return Done{};
}

}  // namespace antin::service
