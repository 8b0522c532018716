#include "service/antind/result_metadata.h"

#include <algorithm>

#include "service/antind/case_facts.h"
#include "service/antind/case_result.h"
#include "service/antind/casework_json.h"

namespace antin::service {

Result<std::string> issued_on(Store& store, const casework::Case& one) {
  ANTIN_TRY(const auto all, casework::Cases(store).events(one.id));
  const auto first = std::find_if(all.begin(), all.end(), [](const auto& event) {
    return event.action == casework::name(casework::Action::kOfficerSign);
  });
  return first == all.end() ? std::string() : legal_day(first->at);
}

Result<nlohmann::ordered_json> metadata_of_result(Store& store, const MetadataOf& of) {
  std::optional<casework::ResultRow> result, replacement;
  ANTIN_CHECK(store.in_snapshot([&](Database& database) -> Status {
    ANTIN_TRY(result, casework::result_of(database, of.one.id));
    if (!result) return Done{};
    ANTIN_TRY(replacement, casework::replacement_of(database, result->code));
    return Done{};
  }));
  if (!result || result->code.empty()) return make_error(Code::kCaseDocumentUnknown, of.one.id);
  casework::Cases cases(store);
  ANTIN_TRY(const auto row, cases.row(of.one.row));
  ANTIN_TRY(const auto day, issued_on(store, of.one));
  ANTIN_TRY(const auto sealed, cases.versions(of.one.id, "sealed"));
  const auto facts = facts_of(of.one);
  return result_metadata(
      {.one = of.one,
       .facts = facts,
       .result = *result,
       .replacement = replacement,
       .unit_name = of.entry ? of.entry->unit_name : of.unit_name,
       .signer = row ? row->facts.signer : std::string(),
       .day = day,
       .confidence = of.confidence,
       .entry = of.entry,
       .document = sealed.empty() ? std::optional<casework::CaseDocument>() : sealed.front()});
}

}  // namespace antin::service
