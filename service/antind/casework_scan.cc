// Scans before they are captured, page by page; what is seen of pages; what a counter works by.

#include <algorithm>
#include <array>

#include "service/antind/api.h"
#include "service/antind/case_capture.h"
#include "service/antind/case_facts.h"
#include "service/antind/case_person.h"
#include "service/antind/casework_api.h"
#include "service/antind/casework_json.h"
#include "service/antind/problem.h"
#include "service/antind/query.h"

namespace antin::service {
namespace {

using casework::Action;
using casework::Case;
using casework::CaseDocument;
using casework::Need;
using casework::Product;
using casework::State;
using Json = nlohmann::json;

constexpr std::int64_t kMostPages = 500;
constexpr std::int64_t kLeastWidth = 64, kUsualWidth = 900, kMostWidth = 2'000;

Error incomplete(const Case& one) {
  return make_error(
      Code::kCaseIncomplete, one.id,
      {{"thieu", std::string(casework::words(Need::kCapture, Language::kVietnamese))}});
}

Error not_now(Code code, const Case& one) {
  return make_error(code, one.id,
                    {{"buoc", std::string(casework::words(one.state, Language::kVietnamese))}});
}

Result<std::int64_t> whole(const Json& members, const char* name, std::int64_t least,
                           std::int64_t most, std::int64_t usual) {
  const auto found = members.find(name);
  if (found == members.end()) return usual;
  if (!found->is_number_integer() || *found < least || *found > most)
    return wrong_fact(name, "number");
  return found->get<std::int64_t>();
}

// The kept pages that stay, in their new order; `before`: how many there are.
Result<std::vector<PickedPage>> kept_pages(const Json& members, std::int64_t before) {
  std::vector<PickedPage> pages;
  const auto keep = members.find("keep");
  if (keep == members.end()) {
    for (std::int64_t page = 0; page < before; ++page) pages.push_back({.page = page});
    return pages;
  }
  if (!keep->is_array() || keep->size() > static_cast<std::size_t>(kMostPages))
    return wrong_fact("keep", "array");
  for (const auto& one : *keep) {
    if (!one.is_object()) return wrong_fact("keep", "object");
    ANTIN_CHECK(only_members(one, {"page", "rotate"}));
    ANTIN_TRY(const auto page, whole(one, "page", 1, before, 0));
    constexpr std::int64_t kQuarter = 90, kThreeQuarters = 270;
    ANTIN_TRY(const auto rotate, whole(one, "rotate", 0, kThreeQuarters, 0));
    const bool twice = std::any_of(pages.begin(), pages.end(),
                                   [&](const PickedPage& there) { return there.page == page - 1; });
    if (page == 0 || rotate % kQuarter != 0 || twice) return wrong_fact("keep", "page");
    pages.push_back({.page = page - 1, .rotate = rotate});
  }
  return pages;
}

// Pictures that do not say how large they are: the paper that lay on the glass.
Result<std::string> paper_in(const Json& members) {
  ANTIN_TRY(auto paper, text_member(members, "paper"));
  constexpr std::array<std::string_view, 6> kPapers{"", "A3", "A4", "A5", "A6", "86x54"};
  if (std::find(kPapers.begin(), kPapers.end(), paper) == kPapers.end())
    return wrong_fact("paper", "?");
  return paper;
}

OrderedJson told_of(const CapturedScan& scan, const CaseDocument& kept) {
  return {{"of", kept.role},
          {"sha256", to_hex(kept.sha256)},
          {"fits", scan.fits},
          {"pages", scan.judged},
          {"complaints", scan.complaints}};
}

// Bounded by the renderer; nothing in it is for the visitor's browser to run.
Response picture_response(SharedBytes octets) {
  Response response;
  response.content_type = "image/jpeg";
  response.body = std::move(octets);
  response.fields = {{"Cache-Control", "private, no-cache"}, {"X-Content-Type-Options", "nosniff"}};
  return response;
}

std::int64_t turned(const std::vector<PickedPage>& pages) {
  return std::count_if(pages.begin(), pages.end(),
                       [](const PickedPage& page) { return page.rotate != 0; });
}

bool may_be_previewed(const Case& one) {
  if (one.product == Product::kRegisterCopy) return one.state == State::kFound;
  return one.product == Product::kCertifiedCopy &&
         (one.state == State::kChecked || one.state == State::kCaptured);
}

}  // namespace

// The pages that are arranged next: those kept last, or what was captured since.
Result<std::optional<CaseDocument>> CaseworkApi::kept_scan(const std::string& id) {
  ANTIN_TRY(auto scan, newest(id, kScanRole));
  ANTIN_TRY(auto capture, newest(id, "capture"));
  if (!scan || (capture && scan->created < capture->created)) return capture;
  return scan;
}

// The step that these pages are for, which the caller must be one to do.
Status CaseworkApi::may_scan(const Case& one, std::int64_t version, casework::Roles roles) {
  const auto* step = casework::step_of(one.product, one.state, Action::kCapture);
  if (step == nullptr) return not_now(Code::kScanNotNow, one);
  if ((step->roles & roles).none())
    return make_error(
        Code::kCaseRole, kScanRole,
        {{"viec", std::string(casework::words(Action::kCapture, Language::kVietnamese))},
         {"vai_tro", casework::words(step->roles, Language::kVietnamese)}});
  if (one.version == version) return Done{};
  return make_error(Code::kCaseChanged, one.id,
                    {{"co", std::to_string(one.version)}, {"gui", std::to_string(version)}});
}

// New files become pages first, so that it is known how many they are; then these stand among those
// that were kept. Without a document when none could be made.
Result<CapturedScan> CaseworkApi::arranged(const Case& one, const Json& facts, Arrangement wanted) {
  const auto ask = [&](Scanned scanned) {
    scanned.signed_input = signed_scan(one, facts);
    return capture_scan(*parts_.workers, scanned, parts_.config->verify.within);
  };
  CapturedScan scan;
  if (!wanted.files.empty()) {
    ANTIN_TRY(scan, ask({.files = std::move(wanted.files), .paper = wanted.paper}));
    if (scan.document.empty() || wanted.kept.empty()) return scan;
  }
  Scanned all;
  ANTIN_TRY(auto there, octets_of(*wanted.before));
  all.files.push_back(std::move(there));
  if (scan.pages > 0) all.files.push_back(scan.document);
  std::vector<PickedPage> fresh;
  fresh.reserve(static_cast<std::size_t>(scan.pages));
  for (std::int64_t page = 0; page < scan.pages; ++page) fresh.push_back({.file = 1, .page = page});
  all.pages = std::move(wanted.kept);
  all.pages.insert(all.pages.begin() + wanted.at, fresh.begin(), fresh.end());
  return ask(std::move(all));
}

// C-07, R-06: nothing that was put on the glass is lost before the step, and what was left out,
// turned or moved stands in the events. The step itself judges once more.
Result<Response> CaseworkApi::keep_scan(const std::string& id, const Request& request,
                                        const Caller& caller) {
  ANTIN_TRY(auto read, read_files_request(request));
  const auto& members = read.members;
  ANTIN_CHECK(only_members(members, {"version", "keep", "at", "paper", "facts"}));
  constexpr std::int64_t kLastVersion = 1'000'000'000;
  ANTIN_TRY(const auto version, whole(members, "version", 1, kLastVersion, 0));
  if (version == 0) return wrong_fact("version", "number");
  CallersCases cases(*parts_.store, caller);
  ANTIN_TRY(const auto one, cases.find(id));
  ANTIN_CHECK(may_scan(one, version, cases.roles()));
  // What the counter says about the pages while it looks at them.
  const auto given = members.value("facts", Json::object());
  if (!given.is_object()) return wrong_fact("facts", "object");
  ANTIN_CHECK(only_members(given, {"pages", "scan_confirmed"}));
  ANTIN_TRY(const auto facts, merge_facts(facts_of(one), given, one.state));
  Arrangement wanted;
  wanted.files = std::move(read.files);
  ANTIN_TRY(wanted.before, kept_scan(id));
  const auto there = wanted.before ? wanted.before->pages : 0;
  ANTIN_TRY(wanted.kept, kept_pages(members, there));
  const auto stay = static_cast<std::int64_t>(wanted.kept.size());
  ANTIN_TRY(wanted.at, whole(members, "at", 0, stay, stay));
  ANTIN_TRY(wanted.paper, paper_in(members));
  if (wanted.files.empty() && wanted.kept.empty())
    return make_error(Code::kHttpPartMissing, "file", {{"part", "file"}});
  Json told = {{"left_out", there - stay}, {"turned", turned(wanted.kept)}};
  if (!caller.person.empty()) told["person"] = caller.person;
  ANTIN_TRY(const auto scan, arranged(one, facts, std::move(wanted)));
  if (scan.document.empty())
    return with_complaints(problem(incomplete(one), request.id), scan.complaints);
  told["pages"] = scan.pages;
  ANTIN_TRY(const auto kept, keep(kScanRole, scan.document, scan.pages));
  ANTIN_TRY(const auto after, casework::Cases(*parts_.store)
                                  .amend(one.id, version, facts.dump(),
                                         {.action = kScanRole,
                                          .actor = caller.key_id,
                                          .facts = told.dump(),
                                          .now = parts_.clock->utc_now()},
                                         kept));
  parts_.log->write(Log::Level::kInfo, "case_scan",
                    {{"request_id", request.id}, {"case", id}, {"key", caller.key_id}});
  ANTIN_TRY(auto body, describe(after));
  body["scan"] = told_of(scan, kept);
  return json_response(200, body.dump());
}

// Judged anew each time: what is said of a page is never older than the page.
Result<Response> CaseworkApi::scan(const std::string& id, const Caller& caller) {
  ANTIN_TRY(const auto one, CallersCases(*parts_.store, caller).find(id));
  ANTIN_TRY(const auto kept, kept_scan(id));
  OrderedJson body = {{"case", one.id}, {"version", one.version}, {"scan", nullptr}};
  if (!kept) return json_response(200, body.dump());
  ANTIN_TRY(auto octets, octets_of(*kept));
  ANTIN_TRY(const auto judged, capture_scan(*parts_.workers,
                                            {.files = {std::move(octets)},
                                             .signed_input = signed_scan(one, facts_of(one))},
                                            parts_.config->verify.within));
  body["scan"] = told_of(judged, *kept);
  return json_response(200, body.dump());
}

Result<SharedBytes> CaseworkApi::drawn(const SharedBytes& document, std::int64_t page,
                                       std::int64_t width) const {
  constexpr std::chrono::milliseconds kWithin{8'000};
  constexpr std::uint8_t kFirst = 0xFF, kSecond = 0xD8;
  auto picture = parts_.workers->draw(document, page, width, kWithin);
  const bool jpeg = picture && picture.value().size() > 1 && picture.value().view()[0] == kFirst &&
                    picture.value().view()[1] == kSecond;
  if (jpeg) return picture;
  auto error = make_error(Code::kPageNotDrawn, "page " + std::to_string(page),
                          {{"trang", std::to_string(page)}});
  if (!picture) error.cause = std::make_shared<const Error>(std::move(picture).error());
  return error;
}

Result<Response> CaseworkApi::page_picture(const std::string& id, const Request& request,
                                           const Caller& caller) {
  ANTIN_TRY(const auto options, parse_query(request.head.query, {"of", "page", "width"}));
  ANTIN_TRY(const auto page, number_option(options, "page", 1, 1'000'000, 1));
  ANTIN_TRY(const auto width,
            number_option(options, "width", kLeastWidth, kMostWidth, kUsualWidth));
  CallersCases cases(*parts_.store, caller);
  ANTIN_TRY(auto one, cases.find(id));
  ANTIN_TRY(one, settle(std::move(one)));
  const auto of = options.find("of");
  if (of == options.end()) return wrong_parameter("of");
  ANTIN_CHECK(may_fetch(cases, one, of->second));
  ANTIN_TRY(const auto found, newest(one.id, of->second.c_str()));
  if (!found) return make_error(Code::kCaseDocumentUnknown, of->second);
  if (page > found->pages)
    return make_error(Code::kPageUnknown, of->second, {{"trang", std::to_string(page)}});
  const auto tag = "\"" + to_hex(found->sha256) + "-" + std::to_string(page) + "-" +
                   std::to_string(width) + "\"";
  if (request.head.value("if-none-match") == tag) {
    Response unchanged;
    unchanged.status = 304;
    unchanged.fields = {{"ETag", tag}, {"Cache-Control", "private, no-cache"}};
    return unchanged;
  }
  ANTIN_TRY(const auto octets, octets_of(*found));
  ANTIN_TRY(auto picture, drawn(octets, page, width));
  auto response = picture_response(std::move(picture));
  response.fields.push_back({"ETag", tag});
  return response;
}

// C-11: the page that the attestation will stand on, or the copy, before anything is numbered. The
// composer is asked as it will be; where the number goes stands that this is a draft.
Result<Response> CaseworkApi::preview(const std::string& id, const Request& request,
                                      const Caller& caller) {
  ANTIN_TRY(const auto read, read_case_request(request));
  ANTIN_CHECK(only_members(read.members, {"facts", "page", "width"}));
  if (read.file) return wrong_fact("file", "?");
  ANTIN_TRY(const auto wanted, whole(read.members, "page", 1, 1'000'000, 0));
  ANTIN_TRY(const auto width, whole(read.members, "width", kLeastWidth, kMostWidth, kUsualWidth));
  CallersCases cases(*parts_.store, caller);
  ANTIN_TRY(const auto one, cases.find(id));
  if (!may_be_previewed(one)) return not_now(Code::kPreviewNotNow, one);
  ANTIN_TRY(auto facts,
            merge_facts(facts_of(one), read.members.value("facts", Json::object()), one.state));
  // As long as a real one, so that its picture is as large.
  facts["code"] = "BANNHAPBANNHAP00";
  const auto now = parts_.clock->utc_now();
  ANTIN_TRY(const auto series, parts_.office->series(one, facts, now));
  casework::BookRow row;
  row.text = kDraftNumber;
  row.day = legal_day(now);
  row.book_name = series.name;
  if (const auto book = cases.book(series.id.text())) row.book_name = book.value().name;
  ANTIN_TRY(auto material, material_of(one, facts));
  if (one.product == Product::kCertifiedCopy) {
    ANTIN_TRY(const auto kept, kept_scan(id));
    if (!kept) return not_now(Code::kPreviewNotNow, one);
    ANTIN_TRY(material.basis, octets_of(*kept));
  }
  material.row = std::move(row);
  ANTIN_TRY(const auto made, parts_.composer->document(material));
  const auto page = wanted == 0 ? std::max<std::int64_t>(1, made.pages) : wanted;
  if (made.pages > 0 && page > made.pages)
    return make_error(Code::kPageUnknown, "preview", {{"trang", std::to_string(page)}});
  ANTIN_TRY(auto picture, drawn(made.octets, page, width));
  auto response = picture_response(std::move(picture));
  response.fields.push_back({"Antin-Pages", std::to_string(made.pages)});
  return response;
}

Result<Response> CaseworkApi::legal() const {
  ANTIN_TRY(const auto body, parts_.office->legal(parts_.clock->utc_now()));
  return json_response(200, body.dump());
}

Result<Response> CaseworkApi::signers(const Request& request, const Caller& caller) const {
  ANTIN_TRY(const auto options, parse_query(request.head.query, {"unit", "product"}));
  const auto unit = options.find("unit");
  if (unit == options.end()) return wrong_parameter("unit");
  const auto named = options.find("product");
  const auto product = named == options.end() ? std::optional(Product::kCertifiedCopy)
                                              : casework::product_named(named->second);
  if (!product) return wrong_parameter("product");
  ANTIN_CHECK(CallersCases(*parts_.store, caller).may_work_for(unit->second));
  ANTIN_TRY(const auto body,
            parts_.office->signers(unit->second, *product, parts_.clock->utc_now()));
  return json_response(200, body.dump());
}

}  // namespace antin::service
