#include "service/antind/casework_json.h"

#include "service/antind/case_facts.h"
#include "service/antind/problem.h"

namespace antin::service {
namespace {

using casework::Action;
using casework::Case;
using casework::Need;
using casework::Needs;
using casework::Role;
using casework::Roles;

template <class Word>
OrderedJson in_both(Word word) {
  return {{"vi", casework::words(word, Language::kVietnamese)},
          {"en", casework::words(word, Language::kEnglish)}};
}

OrderedJson roles_in(Roles roles) {
  auto list = OrderedJson::array();
  for (std::size_t i = 0; i < casework::kRoles; ++i) {
    if (roles.test(i)) list.push_back(casework::name(static_cast<Role>(i)));
  }
  return list;
}

OrderedJson needs_in_words(Needs needs) {
  auto list = OrderedJson::array();
  for (std::size_t i = 0; i < casework::kNeeds; ++i) {
    if (!needs.test(i)) continue;
    const auto need = static_cast<Need>(i);
    list.push_back({{"need", casework::name(need)}, {"text", in_both(need)}});
  }
  return list;
}

OrderedJson step_in_words(const casework::Step& step) {
  return {{"action", casework::name(step.action)},
          {"text", in_both(step.action)},
          {"by", roles_in(step.roles)}};
}

Response with_members(Response response, const char* name, OrderedJson value) {
  auto body = OrderedJson::parse(as_text(response.body.view()), nullptr, false);
  body[name] = std::move(value);
  response.body = Response::text(response.status, response.content_type,
                                 body.dump(-1, ' ', false, OrderedJson::error_handler_t::replace))
                      .body;
  return response;
}

}  // namespace

OrderedJson or_null(const std::string& text) {
  return text.empty() ? OrderedJson(nullptr) : OrderedJson(text);
}

OrderedJson brief_of(const Case& one) {
  OrderedJson all = {{"id", one.id},
                     {"unit", one.unit},
                     {"product", casework::name(one.product)},
                     {"state", casework::name(one.state)},
                     {"state_text", in_both(one.state)},
                     {"version", one.version},
                     {"day", one.day}};
  const auto put = [&](const char* key, const std::string& value) {
    if (!value.empty()) all[key] = value;
  };
  put("visit", one.visit);
  put("dossier", one.dossier);
  put("requester", one.requester);
  put("paper", one.paper);
  put("number", one.number);
  put("original", one.original);
  all["created"] = to_rfc3339(one.created);
  all["updated"] = to_rfc3339(one.updated);
  all["self"] = "/api/v1/cases/" + one.id;
  return all;
}

OrderedJson row_of(const casework::BookRow& row) {
  OrderedJson all = {{"id", row.id},
                     {"number", row.number},
                     {"text", row.text},
                     {"book", row.book_name},
                     {"day", row.day},
                     {"state", casework::name(row.state)},
                     {"requester", row.facts.requester},
                     {"paper", row.facts.paper},
                     {"signer", row.facts.signer},
                     {"copies", row.facts.copies},
                     {"fee", row.facts.fee},
                     {"note", row.note}};
  if (!row.case_id.empty()) all["case"] = "/api/v1/cases/" + row.case_id;
  if (!row.original.empty()) all["original"] = row.original;
  return all;
}

OrderedJson book_of(const casework::Book& book) {
  OrderedJson all = {{"id", book.id.text()},
                     {"unit", book.id.unit},
                     {"product", casework::name(book.id.product)},
                     {"series", book.id.series},
                     {"year", book.id.year},
                     {"name", book.name},
                     {"last", book.last},
                     {"state", book.closed ? "closed" : "open"}};
  if (book.closed) {
    all["closed_day"] = book.closed_day;
    all["totals"] = OrderedJson::parse(book.totals, nullptr, false);
  }
  return all;
}

OrderedJson document_of(const Case& one, const casework::CaseDocument& document) {
  return {{"of", document.role},
          {"version", document.version},
          {"sha256", to_hex(document.sha256)},
          {"size", document.size},
          {"pages", document.pages},
          {"created", to_rfc3339(document.created)},
          {"address", "/api/v1/cases/" + one.id + "/document?of=" + document.role}};
}

OrderedJson sealing_of(const StoredJob& job) {
  OrderedJson told = {{"state", name(job.state)}};
  const auto problem = OrderedJson::parse(job.result, nullptr, false);
  if ((job.state == JobState::kFailed || job.state == JobState::kPending) && problem.is_object())
    told["problem"] = problem;
  return told;
}

OrderedJson next_steps(const Case& one, Needs there) {
  auto list = OrderedJson::array();
  for (const auto& step : casework::all_steps()) {
    if (step.product != one.product || step.from != one.state) continue;
    auto told = step_in_words(step);
    told["missing"] = needs_in_words(step.needs & ~there);
    list.push_back(std::move(told));
  }
  return list;
}

Response step_refused(const casework::Judgement& judgement, const std::string& request_id) {
  auto steps = OrderedJson::array();
  for (const auto* step : judgement.before) steps.push_back(step_in_words(*step));
  return with_members(problem(*judgement.refused, request_id), "missing",
                      {{"steps", std::move(steps)}, {"facts", needs_in_words(judgement.missing)}});
}

Response with_existing(Response problem, const Case& existing) {
  return with_members(std::move(problem), "existing",
                      {{"id", existing.id},
                       {"state", casework::name(existing.state)},
                       {"self", "/api/v1/cases/" + existing.id}});
}

Response with_complaints(Response problem, const OrderedJson& complaints) {
  return with_members(std::move(problem), "complaints", complaints);
}

}  // namespace antin::service
