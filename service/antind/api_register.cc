#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "service/antind/api.h"
#include "service/antind/inspected.h"
#include "service/antind/line.h"
#include "service/antind/register_route.h"
#include "service/ipc/worker_protocol.h"
#include "service/store/register_text.h"
#include "service/store/store_values.h"

namespace antin::service {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array<std::string_view, 4> kKinds = {"certified_copy", "from_register_copy", "sao_y",
                                                    "result"};
constexpr std::array<std::string_view, 6> kFacts = {"kind", "number", "book",
                                                    "date", "unit",   "unit_code"};

// NĐ 30/2020 App. VI has the lengths that systems exchange.
constexpr std::size_t kLongestNumber = 64, kLongestBook = 128, kLongestUnit = 600,
                      kLongestUnitCode = 64, kLongestDecision = 128;

Result<std::string> line_at(const Parameters& options, const char* key, std::size_t most) {
  const auto found = options.find(key);
  if (found == options.end()) return std::string();
  if (!is_line(found->second, most)) return wrong_parameter(key);
  return found->second;
}

// V-10: the facts of an original that is entered into the register; nothing when none is given.
Result<std::optional<StoredEntry>> facts_in(const Parameters& options) {
  const bool any = std::any_of(kFacts.begin(), kFacts.end(), [&](std::string_view key) {
    return options.find(std::string(key)) != options.end();
  });
  StoredEntry entry;
  entry.state = option(options, "state");
  if (!any) {
    if (!entry.state.empty()) return wrong_parameter("state");
    return std::optional<StoredEntry>();
  }
  if (entry.state.empty()) entry.state = "released";
  if (entry.state != "released" && entry.state != "pending") return wrong_parameter("state");
  entry.kind = option(options, "kind");
  if (std::find(kKinds.begin(), kKinds.end(), entry.kind) == kKinds.end())
    return wrong_parameter("kind");
  ANTIN_TRY(entry.number, line_at(options, "number", kLongestNumber));
  ANTIN_TRY(entry.book, line_at(options, "book", kLongestBook));
  ANTIN_TRY(entry.unit_code, line_at(options, "unit_code", kLongestUnitCode));
  ANTIN_TRY(entry.unit_name, line_at(options, "unit", kLongestUnit));
  entry.day = option(options, "date");
  if (!is_day(entry.day)) return wrong_parameter("date");
  if (entry.unit_code.empty()) return wrong_parameter("unit_code");
  if (entry.unit_name.empty()) return wrong_parameter("unit");
  const bool certified = entry.kind == "certified_copy";
  if (certified && entry.number.empty()) return wrong_parameter("number");
  if (certified && entry.book.empty()) return wrong_parameter("book");
  return std::optional(std::move(entry));
}

void add_decision(const StoredEntry& entry, Json& into) {
  if (entry.decision.empty()) return;
  into["decision"] = entry.decision;
  into["decision_date"] = entry.decision_day;
}

// V-15: what anybody may see. No names of persons, no fingerprints, no file name.
Json public_entry(const StoredEntry& entry) {
  Json facts = {{"state", entry.state}, {"kind", entry.kind}};
  const auto put = [&](const char* key, const std::string& value) {
    if (!value.empty()) facts[key] = value;
  };
  put("number", entry.number);
  put("book", entry.book);
  put("date", entry.day);
  put("unit", entry.unit_name);
  put("unit_code", entry.unit_code);
  if (entry.pages != 0) facts["pages"] = entry.pages;
  add_decision(entry, facts);
  return facts;
}

Json describe(const StoredOriginal& original) {
  Json revisions = Json::array();
  for (const auto& revision : original.revisions)
    revisions.push_back({{"size", revision.end}, {"sha256", to_hex(revision.sha256)}});
  Json all = {{"id", original.id},
              {"sha256", to_hex(original.sha256)},
              {"size", original.size},
              {"name", original.name},
              {"created", to_rfc3339(original.created)},
              {"revisions", std::move(revisions)},
              {"document", "/api/v1/originals/" + original.id + "/document"},
              {"register", nullptr}};
  if (original.entry) {
    auto facts = Json::parse(entry_facts(*original.entry));
    facts["code"] = original.entry->code;
    all["register"] = std::move(facts);
  }
  return all;
}

bool may_see_originals(const Caller& caller) {
  return caller.scopes.count(Scope::kOriginals) != 0;
}

Error originals_needed() {
  return make_error(Code::kHttpForbidden, "scope", {{"scope", "originals"}});
}

// "a,b,c": SHA-256 in hexadecimal, of a file and of its revisions.
Result<std::vector<Bytes>> digests_in(std::string_view list) {
  constexpr std::size_t kMost = 32;
  std::vector<Bytes> digests;
  for (;;) {
    const auto comma = std::min(list.find(','), list.size());
    Bytes digest;
    if (digests.size() >= kMost || !from_hex(list.substr(0, comma), digest) || digest.size() != 32)
      return wrong_parameter("sha256");
    digests.push_back(std::move(digest));
    if (comma == list.size()) return digests;
    list.remove_prefix(comma + 1);
  }
}

}  // namespace

// By number, book and unit: consecutive numbers would enumerate the book, so never without a key.
Result<std::optional<StoredOriginal>> Api::numbered(const Work& work,
                                                    const Parameters& options) const {
  const std::array<std::pair<const char*, std::size_t>, 3> wanted = {
      {{"number", kLongestNumber}, {"book", kLongestBook}, {"unit", kLongestUnit}}};
  for (const auto& [key, most] : wanted) {
    if (!is_line(option(options, key), most)) return wrong_parameter(key);
  }
  ANTIN_TRY(auto found,
            book(work).originals_numbered(option(options, "number"), option(options, "book"),
                                          option(options, "unit")));
  if (found.size() > 1)  // two units of one name: their code tells them apart
    return wrong_parameter("unit");
  if (found.empty()) return std::optional<StoredOriginal>();
  return std::optional(std::move(found.front()));
}

Result<Api::NamedEntry> Api::named_entry(const Work& work, const Parameters& options) {
  const auto has = [&](const char* key) { return options.find(key) != options.end(); };
  const bool by_number = has("number") || has("book") || has("unit");
  NamedEntry named;
  const int ways = static_cast<int>(by_number) + static_cast<int>(has("original_id")) +
                   static_cast<int>(has("code"));
  if (ways == 0) return named;
  if (ways > 1) return wrong_parameter(has("code") ? "code" : "original_id");
  named.asked = true;
  named.unit = option(options, "unit");
  if (has("code")) {
    const auto code = read_register_code(option(options, "code"));
    if (!code) return wrong_parameter("code");
    ANTIN_TRY(named.original, book(work).public_original_with_code(*code));
  } else {
    if (!may_see_originals(work.caller)) return originals_needed();
    if (by_number) {
      ANTIN_TRY(named.original, numbered(work, options));
    } else {
      ANTIN_TRY(named.original, book(work).original(option(options, "original_id")));
      if (!named.original)
        return make_error(Code::kOriginalUnknown, option(options, "original_id"));
    }
  }
  if (named.original && book(work).sees(*named.original)) named.shown_as = named.original->id;
  return named;
}

cbor::Value Api::register_question(const NamedEntry& named) {
  const bool entered = named.original && named.original->entry;
  return cbor::Map{{"named", named.asked},
                   {"unit", named.unit},
                   {"id", named.shown_as},
                   {"found", named.original.has_value()},
                   {"entry", entered ? entry_facts(*named.original->entry) : std::string()}};
}

Result<Response> Api::store_original(const Work& work) {
  ANTIN_TRY(const auto inputs,
            read_inputs(work, {"file"},
                        {"name", "kind", "number", "book", "date", "unit", "unit_code", "state"}));
  const auto file = inputs.files.find("file");
  if (file == inputs.files.end())
    return make_error(Code::kHttpPartMissing, "file", {{"part", "file"}});
  ANTIN_TRY(auto entry, facts_in(inputs.options));
  if (entry) ANTIN_CHECK(book(work).may_write(entry->unit_code));
  const auto now = parts_.clock->utc_now();
  ANTIN_TRY(const auto reply,
            parts_.verify_workers->ask(worker::kInspect, cbor::Map{{"at", seconds(now)}},
                                       {file->second}, parts_.config->verify.within));
  StoredOriginal original{.id = new_uuid7(*parts_.clock, *parts_.random),
                          .sha256 = {},
                          .size = file->second.size(),
                          .name = {},
                          .owner = owner(work.caller),
                          .created = now,
                          .revisions = {}};
  if (const auto given = inputs.options.find("name"); given != inputs.options.end())
    original.name = given->second;
  else if (const auto sent = inputs.names.find("file"); sent != inputs.names.end())
    original.name = sent->second;
  ANTIN_CHECK(take_inspected(reply.body, entry, original));
  if (entry) {
    entry->code = new_register_code(*parts_.random);
    original.entry = std::move(entry);
  }
  ANTIN_TRY(original.sha256, parts_.store->put_document({file->second.view()}));
  bool fresh = false;
  ANTIN_TRY(const auto kept, book(work).add_original(std::move(original), fresh));
  auto response = json_response(fresh ? 201 : 200, describe(kept).dump());
  response.fields.push_back({"Location", "/api/v1/originals/" + kept.id});
  return response;
}

Result<Response> Api::find_originals(const Work& work) {
  ANTIN_TRY(const auto options, parse_query(work.request.head.query, {"sha256"}));
  Bytes digest;
  if (!from_hex(option(options, "sha256"), digest) || digest.size() != 32)
    return wrong_parameter("sha256");
  ANTIN_TRY(const auto found, book(work).originals_with(digest));
  Json body;
  body["sha256"] = to_hex(digest);
  body["found"] = !found.empty();
  body["originals"] = Json::array();
  for (const auto& original : found) {
    auto entry = describe(original);
    entry["match"] = original.sha256 == digest ? "document" : "revision";
    body["originals"].push_back(std::move(entry));
  }
  return json_response(200, body.dump());
}

// The page for everybody (V-14, V-15): by what only a holder of the copy has.
Result<Response> Api::look_up(const Work& work) {
  ANTIN_TRY(const auto options,
            parse_query(work.request.head.query, {"sha256", "code", "number", "book", "unit"}));
  const auto digest = options.find("sha256");
  std::optional<StoredOriginal> found;
  bool same = false;
  if (digest != options.end()) {
    if (options.size() != 1) return wrong_parameter("sha256");
    ANTIN_TRY(const auto digests, digests_in(digest->second));
    ANTIN_TRY(auto originals, book(work).public_originals_signed_as(digests));
    const auto entered = std::find_if(originals.begin(), originals.end(),
                                      [](const auto& one) { return one.entry.has_value(); });
    if (entered != originals.end()) found = std::move(*entered);
    same = found && found->sha256 == digests.front();
  } else {
    ANTIN_TRY(auto named, named_entry(work, options));
    if (!named.asked) return wrong_parameter("sha256");
    found = std::move(named.original);
  }
  if (!found || !found->entry) return json_response(200, R"({"state":"not_found"})");
  auto body = public_entry(*found->entry);
  if (digest != options.end()) body["match"] = same ? "document" : "revision";
  if (book(work).sees(*found)) body["id"] = found->id;
  return json_response(200, body.dump());
}

Result<Response> Api::original(const Work& work) {
  ANTIN_TRY(const auto original, book(work).original(work.resource));
  if (!original) return make_error(Code::kOriginalUnknown, work.resource);
  return json_response(200, describe(*original).dump());
}

Result<Response> Api::original_document(const Work& work) {
  ANTIN_TRY(const auto original, book(work).original(work.resource));
  if (!original) return make_error(Code::kOriginalUnknown, work.resource);
  ANTIN_TRY(auto document, parts_.store->document(original->sha256, original->size));
  return pdf_response(std::move(document), original->sha256);
}

// TT 01/2020 Đ7, NĐ 30/2020 Đ18: by a decision that has a number and a date.
Result<Response> Api::decide(const Work& work) {
  ANTIN_TRY(const auto inputs, read_inputs(work, {}, {"action", "decision", "date"}));
  const auto action = option(inputs.options, "action");
  StoredDecision decision{.state = {},
                          .decision = {},
                          .day = option(inputs.options, "date"),
                          .actor = owner(work.caller),
                          .at = parts_.clock->utc_now()};
  if (action == "cancel")
    decision.state = "cancelled";
  else if (action == "recall")
    decision.state = "recalled";
  else if (action == "release")
    decision.state = "released";
  else
    return wrong_parameter("action");
  ANTIN_TRY(decision.decision, line_at(inputs.options, "decision", kLongestDecision));
  if (decision.state == "released") {
    if (!decision.decision.empty()) return wrong_parameter("decision");
    if (!decision.day.empty()) return wrong_parameter("date");
  } else {
    if (decision.decision.empty()) return wrong_parameter("decision");
    if (!is_day(decision.day)) return wrong_parameter("date");
  }
  ANTIN_TRY(const auto there, book(work).original(work.resource));
  if (there && decision.state == "released") ANTIN_CHECK(casework_.may_be_released(work.resource));
  ANTIN_TRY(const auto kept, book(work).decide(work.resource, decision));
  parts_.log->write(Log::Level::kInfo, "register_decision",
                    {{"request_id", work.request.id},
                     {"original", kept.id},
                     {"state", decision.state},
                     {"key", decision.actor}});
  casework_.decided(kept.id, decision.actor);
  return json_response(200, describe(kept).dump());
}

}  // namespace antin::service
