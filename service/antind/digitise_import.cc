// Taking results still in force, row by row, and what is planned.

#include <algorithm>

#include "service/antind/api.h"
#include "service/antind/case_capture.h"
#include "service/antind/case_facts.h"
#include "service/antind/casework_json.h"
#include "service/antind/digitise_api.h"
#include "service/antind/digitise_prepare.h"
#include "service/antind/line.h"
#include "service/antind/problem.h"
#include "service/antind/sha256.h"
#include "service/store/store_values.h"
#include "service/text/unicode.h"

namespace antin::service {
namespace {

using digitise::Column;
using holdings::Held;
using Json = nlohmann::json;

constexpr std::int64_t kLastYear = 2999;

Result<std::int64_t> number_member(const Json& members, const char* name, std::int64_t least,
                                   std::int64_t most) {
  const auto found = members.find(name);
  if (found == members.end() || !found->is_number_integer() || *found < least || *found > most)
    return wrong_fact(name, "number");
  return found->get<std::int64_t>();
}

Result<std::string> line_member(const Json& members, const char* name, std::size_t most) {
  ANTIN_TRY(const auto text, text_member(members, name));
  if (!is_line(text, most)) return wrong_fact(name, "text");
  return to_nfc(text);
}

Result<bool> flag_member(const Json& members, const char* name) {
  const auto found = members.find(name);
  if (found == members.end()) return false;
  if (!found->is_boolean()) return wrong_fact(name, "boolean");
  return found->get<bool>();
}

// C-23: of a paper that must not be copied no picture stays, unless the same octets are another
// row's or a case's as well: whoever has that one does the same there.
Result<bool> is_kept_elsewhere(Store& store, const Bytes& scan_sha256) {
  bool kept = false;
  ANTIN_CHECK(store.in_snapshot([&](Database& database) -> Status {
    ANTIN_TRY(const auto rows,
              database.query("SELECT id FROM held_result WHERE scan_sha256=?1 AND"
                             " state<>'withdrawn' UNION SELECT case_id FROM case_document WHERE"
                             " sha256=?1 UNION SELECT id FROM original WHERE sha256=?1 LIMIT 1",
                             {scan_sha256}));
    kept = !rows.empty();
    return Done{};
  }));
  return kept;
}

// Members of the request as the cells of a row: both are read by the same rules.
Result<digitise::Cells> cells_in(const Json& members) {
  digitise::Cells cells;
  for (std::size_t i = 0; i < digitise::kColumns; ++i) {
    const auto column = static_cast<Column>(i);
    if (column == Column::kFiles || column == Column::kFaults) continue;
    const std::string name(digitise::key(column));
    const auto found = members.find(name);
    if (found != members.end() && found->is_number_integer() && column == Column::kPages) {
      cells.at(i) = std::to_string(found->get<std::int64_t>());
      continue;
    }
    ANTIN_TRY(const auto text, text_member(members, name.c_str()));
    cells.at(i) = to_nfc(trimmed(text));
  }
  return cells;
}

// What the client can mend; everything else is no word about the row.
bool is_of_the_row(const Error& error) {
  return info(error.code).remedy == Remedy::kFixInput;
}

std::string codes_in(const Error& error, const OrderedJson& complaints) {
  std::string codes{info(error.code).name};
  constexpr std::size_t kMost = 20;
  for (std::size_t i = 0; i < std::min(kMost, complaints.size()); ++i) {
    const auto code = complaints[i].value("code", std::string());
    if (codes.find(code) == std::string::npos) codes += " " + code;
  }
  return codes;
}

Error first_fault(const Findings& faults) {
  const auto& first = faults.front();
  return make_error(first.code, first.detail, first.params);
}

}  // namespace

OrderedJson in_words(const Finding& finding) {
  OrderedJson told = {{"code", info(finding.code).name}, {"severity", name(finding.severity)}};
  const auto texts = [&](auto text) {
    return OrderedJson{{"vi", text(finding.code, Language::kVietnamese, finding.params)},
                       {"en", text(finding.code, Language::kEnglish, finding.params)}};
  };
  told["message"] = texts(sentence);
  told["action"] = texts(advice);
  return told;
}

// The row stays behind as a fault, to be counted and mended: its name, not what it says.
Result<Response> DigitiseApi::refused(const Error& error, const Held& fresh,
                                      const OrderedJson& complaints,
                                      const std::string& request_id) {
  if (is_of_the_row(error) && !fresh.facts.reference.empty() &&
      error.code != Code::kDigitisedReference && error.code != Code::kDigitisedAlready)
    ANTIN_CHECK(held().fail({{.unit = fresh.unit,
                              .reference = fresh.facts.reference,
                              .procedure = fresh.facts.procedure,
                              .year = fresh.facts.year(),
                              .codes = codes_in(error, complaints),
                              .created = fresh.created}}));
  if (complaints.empty()) return error;
  return with_complaints(problem(error, request_id), complaints);
}

// The scan is looked at by a worker, page by page, and only then kept.
Result<Response> DigitiseApi::judged(const Request& request, CallersHeld& mine, Held& fresh,
                                     const SharedBytes& file) {
  ANTIN_TRY(const auto there, parts_.store->originals_with(sha256({file.view()})));
  for (const auto& original : there) {
    if (original.entry && original.entry->unit_code == fresh.unit)
      return make_error(Code::kDigitisedAlready, original.id, {{"ma", original.id}});
  }
  ANTIN_TRY(
      const auto scan,
      capture_scan(*parts_.workers, {.files = {file}, .signed_input = SignedScan::kNeverCopied},
                   parts_.config->verify.within));
  if (!scan.fits)
    return refused(
        make_error(Code::kDigitisePages, fresh.facts.reference, {{"dong", fresh.facts.reference}}),
        fresh, scan.complaints, request.id);
  // TT 01/2023 Đ8: as many pictures as the paper has pages.
  if (fresh.facts.pages && static_cast<std::int64_t>(*fresh.facts.pages) != scan.pages)
    return make_error(
        Code::kPageCountDiffers, fresh.facts.reference,
        {{"quet", std::to_string(scan.pages)}, {"ban_chinh", std::to_string(*fresh.facts.pages)}});
  ANTIN_TRY(fresh.scan_sha256, parts_.store->put_document({scan.document.view()}));
  fresh.scan_size = scan.document.size();
  fresh.pages = scan.pages;
  ANTIN_TRY(const auto taken, mine.all().take(fresh, fresh.owner));
  // While a worker is at it; what fails now is tried again when the seal is asked for.
  if (const auto prepared = prepare_held(parts_, taken); !prepared)
    parts_.log->write(Log::Level::kWarning, "digitised_not_prepared",
                      {{"held", taken.id}, {"error", to_log_line(prepared.error())}});
  ANTIN_TRY(auto body, describe(taken));
  if (!scan.complaints.empty()) body["complaints"] = scan.complaints;
  parts_.log->write(Log::Level::kInfo, "result_digitised",
                    {{"request_id", request.id}, {"held", taken.id}, {"key", fresh.owner}});
  auto response = json_response(201, body.dump());
  response.fields.push_back({"Location", "/api/v1/digitised/" + taken.id});
  return response;
}

Result<Response> DigitiseApi::import(const Request& request, const Caller& caller) {
  ANTIN_TRY(const auto read, read_case_request(request));
  ANTIN_CHECK(only_members(
      read.members, {"unit", "holder", "holder_id", "procedure", "kind", "number", "date", "issuer",
                     "title", "valid_until", "pages", "secret", "reference"}));
  const auto now = parts_.clock->utc_now();
  Held fresh;
  ANTIN_TRY(fresh.unit, line_member(read.members, "unit", 128));
  CallersHeld mine(*parts_.store, *parts_.vault, caller);
  ANTIN_CHECK(mine.may_work_for(fresh.unit));
  ANTIN_TRY(const auto unit_name, parts_.office->unit_name(fresh.unit, now));
  ANTIN_TRY(const auto cells, cells_in(read.members));
  const auto& reference = cells.at(static_cast<std::size_t>(Column::kReference));
  if (reference.empty()) return wrong_fact("reference", "text");
  fresh.id = new_uuid7(*parts_.clock, *parts_.random);
  fresh.owner = caller.key_id;
  fresh.created = fresh.updated = now;
  const auto faults = digitise::read_facts(cells, reference, today(), fresh.facts);
  auto complaints = OrderedJson::array();
  for (const auto& fault : faults) {
    complaints.push_back(in_words(fault));
    complaints.back()["page"] = 0;  // the row, not the scan
  }
  // C-23: nothing of what is secret is kept, not even that it came.
  if (fresh.facts.secret == digitise::Facts::Secret::kYes)
    return make_error(Code::kSecretPaper, "digitise");
  if (!faults.empty()) return refused(first_fault(faults), fresh, complaints, request.id);
  if (!read.file) return make_error(Code::kHttpPartMissing, "file", {{"part", "file"}});
  fresh.fingerprint = sha256({as_bytes(read.members.dump()), sha256({read.file->view()})});
  ANTIN_TRY(const auto before,
            mine.all().before(fresh.unit, fresh.facts.reference, fresh.fingerprint));
  if (before) {
    ANTIN_TRY(const auto body, describe(*before));
    return json_response(200, body.dump());
  }
  auto answer = judged(request, mine, fresh, *read.file);
  if (answer) return answer;
  return refused(answer.error(), fresh, {}, request.id);
}

// Rows that were found wrong before they were sent: counted with those that were refused here.
Result<Response> DigitiseApi::report_faults(const Request& request, const Caller& caller) {
  constexpr std::size_t kMostRows = 200;
  ANTIN_TRY(const auto read, read_case_request(request));
  ANTIN_CHECK(only_members(read.members, {"unit", "rows"}));
  ANTIN_TRY(const auto unit, line_member(read.members, "unit", 128));
  ANTIN_CHECK(CallersHeld(*parts_.store, *parts_.vault, caller).may_work_for(unit));
  const auto now = parts_.clock->utc_now();
  ANTIN_TRY(const auto unit_name, parts_.office->unit_name(unit, now));
  const auto rows = read.members.find("rows");
  if (rows == read.members.end() || !rows->is_array() || rows->empty() || rows->size() > kMostRows)
    return wrong_fact("rows", "array");
  std::vector<holdings::Fault> faults;
  faults.reserve(rows->size());
  for (const auto& row : *rows) {
    if (!row.is_object()) return wrong_fact("rows", "object");
    ANTIN_CHECK(only_members(row, {"reference", "procedure", "year", "codes"}));
    holdings::Fault fault{
        .unit = unit, .reference = {}, .procedure = {}, .codes = {}, .created = now};
    ANTIN_TRY(fault.reference, line_member(row, "reference", 64));
    if (row.contains("procedure")) {
      ANTIN_TRY(fault.procedure, line_member(row, "procedure", 64));
    }
    if (row.contains("year")) {
      ANTIN_TRY(const auto year, number_member(row, "year", 1900, kLastYear));
      fault.year = static_cast<int>(year);
    }
    ANTIN_TRY(fault.codes, line_member(row, "codes", 500));
    faults.push_back(std::move(fault));
  }
  ANTIN_CHECK(held().fail(faults));
  return json_response(200, OrderedJson{{"rows", faults.size()}}.dump());
}

Result<Response> DigitiseApi::plan(const Request& request, const Caller& caller) {
  constexpr std::int64_t kMostPlanned = 10'000'000;
  ANTIN_TRY(const auto read, read_case_request(request));
  ANTIN_CHECK(only_members(read.members, {"unit", "procedure", "year", "planned"}));
  holdings::Progress planned;
  ANTIN_TRY(planned.unit, line_member(read.members, "unit", 128));
  ANTIN_TRY(planned.procedure, line_member(read.members, "procedure", 64));
  ANTIN_TRY(const auto year, number_member(read.members, "year", 1900, kLastYear));
  planned.year = static_cast<int>(year);
  ANTIN_TRY(planned.planned, number_member(read.members, "planned", 0, kMostPlanned));
  ANTIN_CHECK(CallersHeld(*parts_.store, *parts_.vault, caller).may_work_for(planned.unit));
  const auto now = parts_.clock->utc_now();
  ANTIN_TRY(const auto unit_name, parts_.office->unit_name(planned.unit, now));
  ANTIN_CHECK(held().plan(planned, now));
  return json_response(200, OrderedJson{{"unit", planned.unit},
                                        {"procedure", planned.procedure},
                                        {"year", planned.year},
                                        {"planned", planned.planned}}
                                .dump());
}

Result<Response> DigitiseApi::withdraw(const std::string& id, const Request& request,
                                       const Caller& caller) {
  ANTIN_TRY(const auto read, read_case_request(request));
  ANTIN_CHECK(only_members(read.members, {"reason", "secret"}));
  ANTIN_TRY(const auto reason, line_member(read.members, "reason", 500));
  ANTIN_TRY(const bool secret, flag_member(read.members, "secret"));
  CallersHeld mine(*parts_.store, *parts_.vault, caller);
  ANTIN_TRY(auto one, mine.find(id));
  ANTIN_TRY(one, settle(std::move(one)));
  const auto erased = [&](const Held& held) -> Result<Response> {
    ANTIN_TRY(const bool kept, is_kept_elsewhere(*parts_.store, held.scan_sha256));
    if (!kept) {
      const auto gone = parts_.store->destroy_document(held.scan_sha256);
      // Asked again after an answer was lost: it is gone already.
      if (!gone && gone.error().code != Code::kStoredDocumentDestroyed) return gone.error();
    }
    // What was made of it shows the same picture, and is nobody else's.
    ANTIN_TRY(const auto prepared, holdings::prepared_of(*parts_.store, held.id));
    if (prepared) {
      const auto gone = parts_.store->destroy_document(prepared->sha256);
      if (!gone && gone.error().code != Code::kStoredDocumentDestroyed) return gone.error();
    }
    parts_.log->write(Log::Level::kWarning, "secret_scan_withdrawn",
                      {{"request_id", request.id},
                       {"held", held.id},
                       {"erased", kept ? "false" : "true"},
                       {"key", caller.key_id}});
    ANTIN_TRY(auto body, describe(held));
    body["scan_erased"] = !kept;
    return json_response(200, body.dump());
  };
  // Cut off between the two, or the mark was seen later: only the scan is left to do.
  if (secret && one.state == holdings::State::kWithdrawn) return erased(one);
  if (!one.job.empty()) {
    ANTIN_TRY(const auto job, parts_.store->any_job(one.job));
    if (job && job->state != JobState::kFailed && job->state != JobState::kDone)
      return make_error(Code::kDigitisedState, id, {{"buoc", "đang ký số"}, {"viec", "hủy"}});
  }
  ANTIN_TRY(const auto after,
            mine.all().withdraw(one.id, reason, caller.key_id, parts_.clock->utc_now()));
  if (secret) return erased(after);
  ANTIN_TRY(const auto body, describe(after));
  return json_response(200, body.dump());
}

}  // namespace antin::service
