#include "service/antind/check_parts.h"

#include <array>

#include "certs/core/for_people.h"
#include "service/text/numbers.h"

namespace antin::service::check {
namespace {

struct LookRow {
  std::string_view name, path;  ///< of the style sheet; of the drawing beside the words
};
constexpr std::array kLooks{
    LookRow{"neutral", "M12 11v6m0-10v.01M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20z"},
    LookRow{"good", "M20 6 9 17l-5-5"}, LookRow{"unsure", "M12 7v6m0 4v.01M12 2 1.8 20.5h20.4z"},
    LookRow{"bad", "M6 6l12 12M18 6 6 18"}};

const LookRow& row_of(Look look) {
  return kLooks.at(static_cast<std::size_t>(look));
}

Both kind_of(std::string_view kind) {
  if (kind == "certified_copy")
    return {"Bản sao chứng thực từ bản chính", "Copy certified from the original"};
  if (kind == "from_register_copy")
    return {"Bản sao cấp từ sổ gốc", "Copy issued from the register"};
  if (kind == "sao_y") return {"Bản sao y, sao lục, trích sao của cơ quan", "Office copy"};
  return {"Kết quả giải quyết thủ tục hành chính", "Result of an administrative procedure"};
}

struct StateWords {
  Look look;
  Both words;
};
StateWords state_of(std::string_view state) {
  if (state == "released") return {Look::kNeutral, {"Đã phát hành", "Released"}};
  if (state == "cancelled") return {Look::kBad, {"Đã bị hủy bỏ giá trị pháp lý", "Cancelled"}};
  if (state == "recalled") return {Look::kBad, {"Đã bị thu hồi", "Recalled"}};
  if (state == "pending") return {Look::kUnsure, {"Chưa phát hành", "Not released yet"}};
  return {Look::kUnsure, {"Không có trong sổ", "Not in the register"}};
}

}  // namespace

std::string_view css_of(Look look) {
  return row_of(look).name;
}

std::string icon(Look look) {
  return "<svg class=\"icon\" viewBox=\"0 0 24 24\" aria-hidden=\"true\" focusable=\"false\"><path "
         "d=\"" +
         std::string(row_of(look).path) + "\"/></svg>";
}

Look look_of(std::string_view tone) {
  return tone == "good"      ? Look::kGood
         : tone == "bad"     ? Look::kBad
         : tone == "warning" ? Look::kUnsure
                             : Look::kNeutral;
}

Both catalogue(Code code, const Params& params) {
  return {sentence(code, Language::kVietnamese, params),
          sentence(code, Language::kEnglish, params)};
}
Both catalogue_advice(Code code, const Params& params) {
  return {advice(code, Language::kVietnamese, params), advice(code, Language::kEnglish, params)};
}

// ["vi", "en"] of a sheet; {"vi": …, "en": …} of a report.
Both said(const Json& pair) {
  return pair.is_array() ? Both{pair.at(0).get<std::string>(), pair.at(1).get<std::string>()}
                         : Both{pair.at("vi").get<std::string>(), pair.at("en").get<std::string>()};
}

std::string text_at(const Json& object, const char* key) {
  const auto at = object.find(key);
  return at != object.end() && at->is_string() ? at->get<std::string>() : std::string();
}

// The one verdict: one colour, one sign, one sentence, what to do.
std::string verdict(Look look, const Both& word, const Both& message, const Both& what_to_do) {
  return "<div class=\"verdict-box\">" + icon(look) +
         "<div><h1 class=\"verdict\" id=\"ket-luan\">" + html_both(word) + "</h1>" +
         html_paragraph(message, "sentence") + html_paragraph(what_to_do, "what-to-do") +
         "</div></div>";
}

std::string section(Look look, const std::string& content) {
  return "<section class=\"result result-" + std::string(css_of(look)) +
         "\" id=\"ket-qua\" aria-labelledby=\"ket-luan\" tabindex=\"-1\">" + content + "</section>";
}

std::string heading(const Both& words) {
  return "<h2>" + html_both(words) + "</h2>";
}

std::string row(const Both& label, const std::string& value) {
  if (value.empty()) return {};
  return "<div><dt>" + html_both(label) + "</dt><dd>" + value + "</dd></div>";
}

Both for_visitors(Both what_to_do) {
  const auto instead = instead_of_commands(what_to_do.vi);
  if (!instead) return what_to_do;
  return {std::string(instead->vi), std::string(instead->en)};
}

std::string remark(Look look, const Both& message, const Both& what_to_do) {
  return "<li class=\"remark remark-" + std::string(css_of(look)) + "\">" + icon(look) + "<div>" +
         html_paragraph(message) + html_paragraph(what_to_do, "what-to-do") + "</div></li>";
}

// Errors and warnings; what is only worth knowing stands in the sheet.
std::string remarks(const Json& findings) {
  std::string list;
  for (const auto& finding : findings) {
    const auto severity = text_at(finding, "severity");
    if (severity != "error" && severity != "warning") continue;
    list += remark(severity == "error" ? Look::kBad : Look::kUnsure, said(finding.at("message")),
                   finding.contains("advice") ? for_visitors(said(finding.at("advice"))) : Both{});
  }
  return list;
}

// V-15: the facts that anybody may see, as JSON has them in a report and in /api/v1/register.
std::string facts(const Json& entry) {
  const auto state = text_at(entry, "state");
  std::string rows = row({"Tình trạng", "State"}, html_both(state_of(state).words));
  if (state == "not_found") return "<dl class=\"facts\">" + rows + "</dl>";
  const auto value = [&](const char* key) { return html_text(text_at(entry, key)); };
  rows += row({"Loại giấy tờ", "Kind of paper"}, html_both(kind_of(text_at(entry, "kind")))) +
          row({"Số", "Number"}, value("number")) + row({"Quyển số", "Book"}, value("book")) +
          row({"Ngày", "Date"}, html_text(vietnam_day(text_at(entry, "date")))) +
          row({"Cơ quan", "Agency"}, value("unit"));
  if (const auto pages = entry.find("pages"); pages != entry.end() && pages->is_number_unsigned())
    rows += row({"Số trang", "Pages"}, std::to_string(pages->get<std::size_t>()));
  rows += row({"Quyết định", "Decision"}, value("decision")) +
          row({"Ngày quyết định", "Date of the decision"},
              html_text(vietnam_day(text_at(entry, "decision_date"))));
  return "<dl class=\"facts\">" + rows + "</dl>";
}

bool goes_with(const TypedNumber& typed, const std::string& number, const std::string& book) {
  return (typed.number.empty() || register_key(typed.number) == register_key(number)) &&
         (typed.book.empty() || register_key(typed.book) == register_key(book));
}

std::string actions(const std::string& more) {
  return "<div class=\"actions no-print\">" + more +
         "<button type=\"button\" class=\"button\" id=\"in\" hidden>" +
         html_both({"In kết quả này", "Print this result"}) +
         "</button><a class=\"button\" href=\"/\">" +
         html_both({"Kiểm tra văn bản khác", "Check another document"}) + "</a></div>";
}

}  // namespace antin::service::check
