// Results of procedures: what another system submits, who signs it, what it gets back.

#include <algorithm>
#include <array>

#include "service/antind/api.h"
#include "service/antind/case_facts.h"
#include "service/antind/case_result.h"
#include "service/antind/casework_api.h"
#include "service/antind/casework_json.h"
#include "service/antind/problem.h"
#include "service/antind/result_metadata.h"
#include "service/digitise/table.h"

namespace antin::service {
namespace {

using casework::Action;
using casework::Case;
using casework::CaseDocument;
using casework::Product;
using casework::State;
using Json = nlohmann::json;

// Facts that a composer needs beside the case's own.
Json with_marks(Json facts, const std::string& code, const std::string& public_code,
                const std::string& paper_code = {}) {
  facts["result"] = code;
  facts["code"] = public_code;
  facts["paper_code"] = paper_code;
  return facts;
}

bool is_about_the_dossier(Code code) {
  constexpr std::array kCodes{Code::kResultDossierTaken, Code::kResultSameDocument,
                              Code::kResultReplacedAlready};
  return std::find(kCodes.begin(), kCodes.end(), code) != kCodes.end();
}

}  // namespace

// number and code come before the first signature, so that nobody has signed yet and there is
// a place for them. That is tried before the dossier is taken: a number on a document that cannot
// carry it would only be voided.
Result<CaseDocument> CaseworkApi::take_submission(const Case& fresh, const Json& facts,
                                                  const SharedBytes& file) {
  ANTIN_TRY(const auto read, signatures_of(fresh, facts, file));
  if (!read.document.signatures.empty())
    return make_error(Code::kResultSigned, fresh.dossier,
                      {{"ten", read.document.signatures.front().name}});
  ANTIN_TRY(const auto code, office::ResultCode::make(fresh.dossier, 1));
  casework::BookRow row;
  row.day = fresh.day;
  row.text =
      office::document_number(1, facts.contains("symbol") ? text_fact(facts, "symbol") : "-");
  const auto marked = with_marks(facts, code.text(), "0000000000000000");
  ANTIN_TRY(const auto tried, parts_.composer->document({.one = fresh,
                                                         .facts = marked,
                                                         .row = row,
                                                         .basis = file,
                                                         .now = parts_.clock->utc_now()}));
  static_cast<void>(tried);
  return keep("submitted", file, read.pages);
}

// with the address of the one that is there, when the caller may see it.
Response CaseworkApi::submission_refused(const Error& error, const Case& fresh, CallersCases& cases,
                                         const std::string& request_id) {
  auto refusal = problem(error, request_id);
  if (!is_about_the_dossier(error.code)) return refusal;
  const auto other = cases.of_dossier(fresh.dossier);
  if (!other || !other.value()) return refusal;
  return with_existing(std::move(refusal), *other.value());
}

Result<Json> CaseworkApi::facts_to_compose(const Case& one) {
  auto facts = facts_of(one);
  if (one.product != Product::kResult) return facts;
  ANTIN_TRY(const auto result, casework::Cases(*parts_.store).result(one.id));
  if (!result) return facts;
  return with_marks(std::move(facts), result->code, result->public_code, result->paper_code);
}

Status CaseworkApi::prepare_result(Step& step) {
  ANTIN_CHECK(check_signers(*parts_.office, step.facts));
  const auto& known = parts_.config->office.confidence;
  const auto confidence = text_fact(step.facts, "confidence");
  if (!confidence.empty() && std::find(known.begin(), known.end(), confidence) == known.end())
    return make_error(Code::kCaseFacts, confidence, {{"muc", "confidence"}, {"ly_do", "?"}});
  auto& marks = step.change.marks;
  marks = result_marks(step.facts, *parts_.random);
  if (parts_.vault != nullptr && marks.paper) {
    const auto& holder = marks.paper->holder;
    marks.holder_hash = parts_.vault->hash(digitise::holder_id(holder).value_or(holder));
  }
  return Done{};
}

Status CaseworkApi::signed_enough(const Case& one, const Json& facts, const ReadSignatures& read) {
  return one.product == Product::kResult ? signed_by_all(*parts_.office, facts, read.document)
                                         : Status{Done{}};
}

Status CaseworkApi::may_release(const Case& one) {
  if (one.product != Product::kResult) return Done{};
  return parts_.store->in_snapshot([&](Database& database) -> Status {
    ANTIN_TRY(const auto result, casework::result_of(database, one.id));
    return result ? casework::may_replace(database, *result) : Status{Done{}};
  });
}

Status CaseworkApi::may_be_released(const std::string& original) {
  ANTIN_TRY(const auto one, casework::Cases(*parts_.store).of_original(original));
  return one ? may_release(*one) : Status{Done{}};
}

Result<std::optional<StoredEntry>> CaseworkApi::register_entry_of(const Case& one) {
  if (one.original.empty()) return std::optional<StoredEntry>();
  ANTIN_TRY(auto kept, parts_.store->original(one.original));
  return kept ? std::move(kept->entry) : std::optional<StoredEntry>();
}

Result<CaseworkApi::ResultView> CaseworkApi::result_view(const Case& one) {
  ResultView view;
  ANTIN_CHECK(parts_.store->in_snapshot([&](Database& database) -> Status {
    ANTIN_TRY(view.result, casework::result_of(database, one.id));
    if (!view.result) return Done{};
    ANTIN_TRY(view.replacement, casework::replacement_of(database, view.result->code));
    return Done{};
  }));
  return view;
}

Status CaseworkApi::may_fetch(const CallersCases& cases, const Case& one, const std::string& of) {
  if (!cases.is_other_system()) return Done{};
  ANTIN_TRY(const auto view, result_view(one));
  ANTIN_TRY(const auto entry, register_entry_of(one));
  return may_be_fetched(one, view.result, entry, of);
}

// Who signs in which order, and how far that is.
Status CaseworkApi::describe_result(const Case& one, const Json& facts,
                                    const std::vector<CaseDocument>& documents,
                                    nlohmann::ordered_json& into) {
  ANTIN_TRY(const auto view, result_view(one));
  if (view.result) into["result"] = result_facts(*view.result, view.replacement);
  const auto done = signatures_done(documents);
  auto list = nlohmann::ordered_json::array();
  for (const auto& person : signers_of(facts)) {
    const auto name = parts_.office->person_name(person);
    list.push_back({{"person", person},
                    {"name", name ? name.value() : person},
                    {"signed", list.size() < done}});
  }
  into["signers"] = std::move(list);
  return Done{};
}

// what goes beside the file. Another system gets it with the file, and learns from it that it
// was recalled.
Result<Response> CaseworkApi::metadata(const std::string& id, const Caller& caller) {
  CallersCases cases(*parts_.store, caller);
  ANTIN_TRY(auto one, cases.find(id));
  ANTIN_TRY(one, settle(std::move(one)));
  ANTIN_TRY(const auto entry, register_entry_of(one));
  if (cases.is_other_system()) {
    const auto allowed = may_be_fetched(one, std::nullopt, entry, "sealed");
    if (!allowed && allowed.error().code != Code::kResultRecalled) return allowed.error();
  }
  ANTIN_TRY(const auto unit_name, parts_.office->unit_name(one.unit, parts_.clock->utc_now()));
  ANTIN_TRY(
      const auto body,
      metadata_of_result(*parts_.store, {.one = one,
                                         .entry = entry,
                                         .unit_name = unit_name,
                                         .confidence = parts_.config->office.confidence.front()}));
  return json_response(200, body.dump());
}

}  // namespace antin::service
