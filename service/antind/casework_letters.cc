// Letters about a case, and what a case says of its time limit, fee and legal data.

#include "service/antind/api.h"
#include "service/antind/case_facts.h"
#include "service/antind/casework_api.h"
#include "service/antind/casework_json.h"

namespace antin::service {
namespace {

using casework::Case;
using Json = nlohmann::json;

OrderedJson letters_now(const Case& one) {
  auto list = OrderedJson::array();
  for (std::size_t i = 0; i < kLetters; ++i) {
    const auto letter = static_cast<Letter>(i);
    if (!may_be_written(letter, one)) continue;
    list.push_back({{"letter", name(letter)},
                    {"text",
                     {{"vi", words(letter, Language::kVietnamese)},
                      {"en", words(letter, Language::kEnglish)}}}});
  }
  return list;
}

}  // namespace

// Legal data that are not there any more say nothing; the case itself is shown all the same.
void CaseworkApi::describe_terms(const Case& one, const Json& facts, OrderedJson& all) const {
  const auto put = [&](const char* key) {
    if (const auto text = text_fact(facts, key); !text.empty()) all[key] = text;
  };
  put("code");
  put("layout");
  all["letters"] = letters_now(one);
  if (const auto terms = parts_.office->terms(one, facts)) {
    for (const auto& [key, value] : terms.value().items()) all[key] = value;
    return;
  }
  all["legal"] = {{"version", text_fact(facts, "legal")}, {"lists", OrderedJson::array()}};
  all["notices"] = OrderedJson::array();
}

// C-05, C-15, R-03. Each is kept with the case; written again it is a further version.
Result<Response> CaseworkApi::write_letter(const std::string& id, const Request& request,
                                           const Caller& caller) {
  ANTIN_TRY(const auto read, read_case_request(request));
  ANTIN_CHECK(only_members(read.members, {"letter", "version", "facts"}));
  if (read.file) return wrong_fact("file", "?");
  ANTIN_TRY(const auto wanted, text_member(read.members, "letter"));
  const auto letter = letter_named(wanted);
  if (!letter) return wrong_fact("letter", "?");
  const auto version = read.members.find("version");
  if (version == read.members.end() || !version->is_number_integer())
    return wrong_fact("version", "number");
  CallersCases cases(*parts_.store, caller);
  ANTIN_TRY(const auto one, cases.find(id));
  const auto writers = casework::roles_of(
      {casework::Role::kReception, casework::Role::kOfficer, casework::Role::kClerk});
  const std::string vietnamese(words(*letter, Language::kVietnamese));
  if ((cases.roles() & writers).none())
    return make_error(
        Code::kCaseRole, "letter",
        {{"viec", vietnamese}, {"vai_tro", casework::words(writers, Language::kVietnamese)}});
  if (!may_be_written(*letter, one))
    return make_error(Code::kCaseLetterNotNow, wanted,
                      {{"thu", vietnamese},
                       {"buoc", std::string(casework::words(one.state, Language::kVietnamese))}});
  ANTIN_TRY(const auto facts,
            merge_facts(facts_of(one), read.members.value("facts", Json::object()), one.state));
  const auto now = parts_.clock->utc_now();
  ANTIN_TRY(const auto made,
            parts_.composer->letter(*letter, {.one = one, .facts = facts, .now = now}));
  ANTIN_TRY(const auto kept, keep(name(*letter).data(), made.octets, made.pages));
  ANTIN_TRY(const auto after, casework::Cases(*parts_.store)
                                  .amend(one.id, version->get<std::int64_t>(), facts.dump(),
                                         "letter", caller.key_id, now, kept));
  parts_.log->write(
      Log::Level::kInfo, "case_letter",
      {{"request_id", request.id}, {"case", id}, {"letter", wanted}, {"key", caller.key_id}});
  ANTIN_TRY(const auto body, describe(after));
  auto response = json_response(201, body.dump());
  response.fields.push_back({"Location", "/api/v1/cases/" + id + "/document?of=" + wanted});
  return response;
}

}  // namespace antin::service
