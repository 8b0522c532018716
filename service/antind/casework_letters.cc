// Letters about a case, and what a case says of its time limit, fee and legal data.

#include "service/antind/api.h"
#include "service/antind/case_facts.h"
#include "service/antind/casework_api.h"
#include "service/antind/casework_json.h"
#include "service/antind/printout_maker.h"

namespace antin::service {
namespace {

using casework::Case;
using Json = nlohmann::json;

constexpr std::string_view kPrintoutVi = "Bản in chuyển đổi";

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
  if (one.state == casework::State::kReleased)
    list.push_back(
        {{"letter", kPrintout},
         {"text", {{"vi", kPrintoutVi}, {"en", "printout of the electronic document"}}}});
  return list;
}

Status may_write(const CallersCases& cases, const std::string& what) {
  const auto writers = casework::roles_of(
      {casework::Role::kReception, casework::Role::kOfficer, casework::Role::kClerk});
  if ((cases.roles() & writers).any()) return Done{};
  return make_error(Code::kCaseRole, "letter",
                    {{"viec", what}, {"vai_tro", casework::words(writers, Language::kVietnamese)}});
}

// of nothing that was taken back meanwhile.
bool may_be_printed(const Case& one, const std::optional<StoredEntry>& entry) {
  return one.state == casework::State::kReleased && entry && entry->state == "released";
}

/// What was made, and what the case says from then on.
struct Written {
  Made made = {};
  Json facts = {};
  Json told = Json::object();  ///< of its event
};

// Whose name stands on a printout: the person whose key it is, else whom the request names.
Result<std::string> printed_by(const OfficeRules& office, const Json& given, const Caller& caller) {
  ANTIN_TRY(const auto facts, merge_facts(Json::object(), given, casework::State::kReceived));
  if (!caller.person.empty()) return office.person_name(caller.person);
  auto name = text_fact(facts, "receiver");
  if (name.empty()) return wrong_fact("receiver", "trống");
  return name;
}

struct ToPrint {
  const Case& one;
  const Json& facts;  ///< those that its document was composed from
  const StoredEntry& entry;
  const std::string& who;
};

// Of the octets that were released.
Result<Made> printed(const CaseworkApi::Parts& parts, const ToPrint& of) {
  auto* maker = dynamic_cast<PrintoutMaker*>(parts.composer);
  if (maker == nullptr)
    return make_error(Code::kLayoutNotInForce, "no [office] layouts",
                      {{"mau", std::string(kPrintoutVi)}, {"ngay", "-"}});
  auto facts = of.facts;
  facts["code"] = of.entry.code;
  facts["printed_by"] = of.who;
  ANTIN_TRY(const auto original, parts.store->original(of.one.original));
  if (!original) return make_error(Code::kCaseDocumentUnknown, std::string(kPrintout));
  ANTIN_TRY(const auto released, parts.store->document(original->sha256, original->size));
  return maker->printout(
      {.one = of.one, .facts = facts, .basis = released, .now = parts.clock->utc_now()});
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

// C-05, C-15, R-03, R-16. Each is kept with the case; written again it is a further version.
Result<Response> CaseworkApi::write_letter(const std::string& id, const Request& request,
                                           const Caller& caller) {
  ANTIN_TRY(const auto read, read_case_request(request));
  ANTIN_CHECK(only_members(read.members, {"letter", "version", "facts"}));
  if (read.file) return wrong_fact("file", "?");
  ANTIN_TRY(const auto wanted, text_member(read.members, "letter"));
  const auto letter = letter_named(wanted);
  if (!letter && wanted != kPrintout) return wrong_fact("letter", "?");
  const auto version = read.members.find("version");
  if (version == read.members.end() || !version->is_number_integer())
    return wrong_fact("version", "number");
  CallersCases cases(*parts_.store, caller);
  ANTIN_TRY(const auto one, cases.find(id));
  const std::string vietnamese(letter ? words(*letter, Language::kVietnamese) : kPrintoutVi);
  ANTIN_CHECK(may_write(cases, vietnamese));
  ANTIN_TRY(const auto entry, register_entry_of(one));
  if (letter ? !may_be_written(*letter, one) : !may_be_printed(one, entry))
    return make_error(Code::kCaseLetterNotNow, wanted,
                      {{"thu", vietnamese},
                       {"buoc", std::string(casework::words(one.state, Language::kVietnamese))}});
  const auto given = read.members.value("facts", Json::object());
  const auto now = parts_.clock->utc_now();
  Written written;
  if (letter) {
    ANTIN_TRY(written.facts, merge_facts(facts_of(one), given, one.state));
    ANTIN_TRY(written.made,
              parts_.composer->letter(*letter, {.one = one, .facts = written.facts, .now = now}));
  } else {
    ANTIN_TRY(const auto shown, facts_to_compose(one));
    ANTIN_TRY(const auto who, printed_by(*parts_.office, given, caller));
    ANTIN_TRY(written.made, printed(parts_, {one, shown, *entry, who}));
    written.facts = facts_of(one);
    written.told = {{"letter", wanted}, {"printed_by", who}};
  }
  ANTIN_TRY(const auto kept, keep(wanted.c_str(), written.made.octets, written.made.pages));
  ANTIN_TRY(const auto after, casework::Cases(*parts_.store)
                                  .amend(one.id, version->get<std::int64_t>(), written.facts.dump(),
                                         {.action = "letter",
                                          .actor = caller.key_id,
                                          .facts = written.told.dump(),
                                          .now = now},
                                         kept));
  parts_.log->write(
      Log::Level::kInfo, "case_letter",
      {{"request_id", request.id}, {"case", id}, {"letter", wanted}, {"key", caller.key_id}});
  ANTIN_TRY(const auto body, describe(after));
  auto response = json_response(201, body.dump());
  response.fields.push_back({"Location", "/api/v1/cases/" + id + "/document?of=" + wanted});
  return response;
}

}  // namespace antin::service
