// The public check page (V-15, V-16): works without a script, without an account and without
// keeping anything of the visitor's.

#include <nlohmann/json.hpp>

#include "certs/core/base64.h"
#include "service/antind/api.h"
#include "service/antind/check_result.h"
#include "service/antind/problem.h"
#include "service/http/http_parser.h"
#include "service/store/register_text.h"
#include "service/text/unicode.h"

namespace antin::service {
namespace {

using Json = nlohmann::ordered_json;

// As people type it.
std::string typed_text(const Parameters& options, const char* key) {
  return std::string(trimmed(option(options, key)));
}

TypedNumber typed_in(const Parameters& options) {
  return {.number = typed_text(options, "so"), .book = typed_text(options, "quyen")};
}

bool in_english(const Parameters& options) {
  return typed_text(options, "lang") == "en";
}

// What the page of an answer that comes later has beside report and sheet.
std::string page_facts(ByteView pdf, const TypedNumber& typed, bool english) {
  const Json facts{{"pdf", to_base64(pdf)},
                   {"number", typed.number},
                   {"book", typed.book},
                   {"english", english}};
  return facts.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// A blank in a form's address is a plus.
std::string form_query(const std::string& query) {
  std::string encoded;
  for (const char c : query) encoded += c == '+' || c == ' ' ? "%20" : std::string(1, c);
  return encoded;
}

}  // namespace

Response Api::told(const RequestHead& head, const Error& error, const std::string& id) const {
  if (!wants_page(head)) return problem(error, id);
  auto as_data = problem(error, id);
  auto page = pages_.check(head, problem_result(error, id), asks_english(head), as_data.status);
  for (auto& field : as_data.fields) {
    if (field.name == "Retry-After" || field.name == "WWW-Authenticate")
      page.fields.push_back(std::move(field));
  }
  return page;
}

Response Api::front_page(const Work& work) const {
  return pages_.check(work.request.head, {}, asks_english(work.request.head));
}

// Counted, and told in the log by its directive: what a browser sends may be anybody's invention.
Response Api::csp_reports(const Work& work) {
  constexpr std::size_t kMost = 80;
  const auto told = Json::parse(as_text(work.request.body.octets().view()), nullptr, false);
  const auto& one = told.is_array() && !told.empty() ? told.front() : told;
  std::string directive = "unknown";
  for (const auto* member : {"csp-report", "body"}) {
    if (!one.is_object() || !one.contains(member) || !one.at(member).is_object()) continue;
    for (const auto* key : {"effective-directive", "effectiveDirective", "violated-directive"}) {
      const auto at = one.at(member).find(key);
      if (at == one.at(member).end() || !at->is_string()) continue;
      directive = at->get<std::string>().substr(0, kMost);
      break;
    }
  }
  parts_.metrics->count("antin_csp_reports_total", "");
  parts_.log->write(Log::Level::kWarning, "csp_report",
                    {{"request_id", work.request.id}, {"directive", directive}});
  return Response::text(204, {}, {});
}

Result<Response> Api::check(const Work& work) {
  ANTIN_TRY(auto inputs, read_inputs(work, {"file"}, {"lang", "ma", "so", "quyen"}));
  const bool english = in_english(inputs.options);
  const auto typed = typed_in(inputs.options);
  const auto file = inputs.files.find("file");
  // A form sends an empty part for a file that nobody chose.
  if (file == inputs.files.end() || file->second.empty())
    return make_error(Code::kHttpPartMissing, "file", {{"part", "file"}});
  const auto code = typed_text(inputs.options, "ma");
  inputs.options.clear();
  if (!code.empty()) {
    if (!read_register_code(code)) return wrong_parameter("ma");
    inputs.options.emplace("code", code);
  }
  ANTIN_TRY(const auto judged, judge(work, inputs, "page"));
  if (judged.rendered.size() != 2) return make_error(Code::kIpcMalformed, "no sheet to show");
  const auto sheet = as_text(judged.rendered[0].view());
  ANTIN_TRY(const auto result, file_result(judged.report, sheet, judged.rendered[1].view(), typed));
  auto response = pages_.check(work.request.head, result, english);
  response.for_job = "{\"report\":" + judged.report + ",\"sheet\":" + std::string(sheet) +
                     ",\"page\":" + page_facts(judged.rendered[1].view(), typed, english) + "}";
  return response;
}

// A code (of a QR) or the SHA-256 of a file; a number only beside one of them.
Result<Response> Api::check_page(const Work& work) {
  const auto& head = work.request.head;
  ANTIN_TRY(const auto options,
            parse_query(form_query(head.query), {"ma", "code", "sha256", "so", "quyen", "lang"}));
  const auto typed = typed_in(options);
  auto asked = typed_text(options, "ma");
  for (const auto* key : {"code", "sha256"}) {
    if (asked.empty()) asked = typed_text(options, key);
  }
  if (asked.empty()) {
    if (!typed.number.empty() || !typed.book.empty())
      return make_error(Code::kHttpPartMissing, "ma", {{"part", "ma"}});
    return pages_.check(head, {}, in_english(options));
  }
  std::optional<StoredOriginal> found;
  auto by = FoundBy::kCode;
  Bytes digest;
  if (from_hex(asked, digest) && digest.size() == 32) {
    ANTIN_TRY(auto originals, book(work).public_originals_signed_as({digest}));
    for (auto& one : originals) {
      if (one.entry && (!found || one.sha256 == digest)) found = std::move(one);
    }
    by = found && found->sha256 == digest ? FoundBy::kWholeFile : FoundBy::kRevision;
  } else {
    const auto code = read_register_code(asked);
    if (!code) return wrong_parameter("ma");
    ANTIN_TRY(found, book(work).public_original_with_code(*code));
  }
  const auto* entry = found && found->entry ? &*found->entry : nullptr;
  return pages_.check(head, entry_result(entry, by, typed), in_english(options));
}

Result<Response> Api::check_job(const Work& work) {
  ANTIN_TRY(const auto answer, job(work));
  const auto told = Json::parse(as_text(answer.body.view()), nullptr, false);
  const auto& head = work.request.head;
  if (!told.is_object() || told.value("state", "") == "failed")
    return make_error(Code::kJobInterrupted, work.resource);
  if (told.value("state", "") != "done") return pages_.waiting(head, work.resource);
  const auto& result = told.at("result");
  if (!result.is_object() || !result.contains("sheet"))
    return make_error(Code::kJobUnknown, work.resource);
  // A job of an earlier release has none.
  const auto page = result.value("page", Json::object());
  Bytes pdf;
  if (!from_base64(page.value("pdf", ""), pdf)) return make_error(Code::kIpcMalformed, "a sheet");
  ANTIN_TRY(const auto shown,
            file_result(result.at("report").dump(), result.at("sheet").dump(), pdf,
                        {.number = page.value("number", ""), .book = page.value("book", "")}));
  return pages_.check(head, shown, page.value("english", false));
}

}  // namespace antin::service
