// C-18: what was cancelled, for everybody and for the province's portal.

#include <array>

#include "service/antind/api.h"
#include "service/antind/casework_api.h"
#include "service/antind/casework_json.h"
#include "service/antind/line.h"
#include "service/antind/query.h"
#include "service/store/cancelled.h"
#include "service/text/numbers.h"

namespace antin::service {
namespace {

constexpr std::int64_t kMostAtOnce = 1'000;

constexpr std::array kFilters{
    std::pair{"unit", std::size_t{128}}, std::pair{"from", std::size_t{10}},
    std::pair{"to", std::size_t{10}},    std::pair{"before", std::size_t{64}},
    std::pair{"limit", std::size_t{4}},  std::pair{"format", std::size_t{4}}};

Result<CancelledSearch> read_search(const Parameters& options) {
  for (const auto& [key, most] : kFilters) {
    const auto given = options.find(key);
    if (given != options.end() && !is_line(given->second, most)) return wrong_parameter(key);
  }
  CancelledSearch search{.unit = option(options, "unit"),
                         .from_day = option(options, "from"),
                         .to_day = option(options, "to"),
                         .before = option(options, "before")};
  if (!search.from_day.empty() && !is_day(search.from_day)) return wrong_parameter("from");
  if (!search.to_day.empty() && !is_day(search.to_day)) return wrong_parameter("to");
  ANTIN_TRY(const auto most, number_option(options, "limit", 1, kMostAtOnce,
                                           static_cast<std::int64_t>(search.most)));
  search.most = static_cast<std::size_t>(most);
  return search;
}

// A cell that a spreadsheet neither takes apart nor reckons with.
std::string cell(const std::string& text) {
  std::string out = "\"";
  if (!text.empty() && std::string_view("=+-@").find(text.front()) != std::string_view::npos)
    out += '\'';
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + "\"";
}

// UTF-8 with its mark, which the offices' spreadsheets want to see.
std::string table_of(const std::vector<CancelledEntry>& entries) {
  std::string out =
      "\xEF\xBB\xBF"
      "Số,Quyển số,Ngày,Loại,Cơ quan,Mã cơ quan,Quyết định hủy bỏ,Ngày quyết định,Hiệu lực từ\r\n";
  for (const auto& entry : entries) {
    bool first = true;
    for (const auto& text :
         {entry.number, entry.book, vietnam_day(entry.day), entry.kind, entry.unit_name,
          entry.unit_code, entry.decision, vietnam_day(entry.decision_day), to_rfc3339(entry.at)}) {
      out += (first ? "" : ",") + cell(text);
      first = false;
    }
    out += "\r\n";
  }
  return out;
}

OrderedJson described(const CancelledEntry& entry) {
  OrderedJson all = {{"kind", entry.kind},
                     {"date", entry.day},
                     {"unit", entry.unit_name},
                     {"unit_code", entry.unit_code}};
  if (!entry.number.empty()) all["number"] = entry.number;
  if (!entry.book.empty()) all["book"] = entry.book;
  all["decision"] = {{"number", entry.decision}, {"date", entry.decision_day}};
  all["cancelled"] = to_rfc3339(entry.at);
  const Params params{{"so", entry.decision}, {"ngay", vietnam_day(entry.decision_day)}};
  all["message"] = {{"vi", sentence(Code::kRegisterCancelled, Language::kVietnamese, params)},
                    {"en", sentence(Code::kRegisterCancelled, Language::kEnglish, params)}};
  return all;
}

}  // namespace

Result<Response> CaseworkApi::cancelled_list(const Request& request) {
  ANTIN_TRY(const auto options,
            parse_query(request.head.query, {"unit", "from", "to", "before", "limit", "format"}));
  ANTIN_TRY(const auto search, read_search(options));
  const auto format = option(options, "format");
  if (!format.empty() && format != "json" && format != "csv") return wrong_parameter("format");
  ANTIN_TRY(const auto found, cancelled_entries(*parts_.store, search));
  if (format == "csv") return Response::text(200, "text/csv; charset=utf-8", table_of(found));
  OrderedJson body = {{"cancelled", OrderedJson::array()}};
  for (const auto& entry : found) body["cancelled"].push_back(described(entry));
  body["before"] =
      found.size() == search.most ? OrderedJson(found.back().id) : OrderedJson(nullptr);
  return json_response(200, body.dump());
}

}  // namespace antin::service
