#include "service/antind/check_result.h"

#include <array>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "certs/core/base64.h"
#include "certs/core/time.h"
#include "service/antind/html.h"
#include "service/text/numbers.h"

namespace antin::service {
namespace {

using Json = nlohmann::ordered_json;

enum class Look : std::uint8_t { kNeutral, kGood, kUnsure, kBad };

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
  return "<section class=\"result result-" + std::string(row_of(look).name) +
         "\" id=\"ket-qua\" aria-labelledby=\"ket-luan\" tabindex=\"-1\">" + content + "</section>";
}

std::string heading(const Both& words) {
  return "<h2>" + html_both(words) + "</h2>";
}

std::string row(const Both& label, const std::string& value) {
  if (value.empty()) return {};
  return "<div><dt>" + html_both(label) + "</dt><dd>" + value + "</dd></div>";
}

std::string remark(Look look, const Both& message, const Both& what_to_do = {}) {
  return "<li class=\"remark remark-" + std::string(row_of(look).name) + "\">" + icon(look) +
         "<div>" + html_paragraph(message) + html_paragraph(what_to_do, "what-to-do") +
         "</div></li>";
}

// Errors and warnings; what is only worth knowing stands in the sheet.
std::string remarks(const Json& findings) {
  std::string list;
  for (const auto& finding : findings) {
    const auto severity = text_at(finding, "severity");
    if (severity != "error" && severity != "warning") continue;
    list += remark(severity == "error" ? Look::kBad : Look::kUnsure, said(finding.at("message")),
                   finding.contains("advice") ? said(finding.at("advice")) : Both{});
  }
  return list;
}

Both signed_when(const Json& signature) {
  const auto& time = signature.at("signing_time");
  const auto proven = from_rfc3339(text_at(time, "proven"));
  if (proven)
    return {"Ký lúc " + to_vietnam_text(*proven) + " – theo dấu thời gian",
            "Signed at " + to_vietnam_text(*proven) + " (UTC+07:00), by a timestamp"};
  if (const auto claimed = from_rfc3339(text_at(time, "claimed")))
    return {
        "Ký lúc " + to_vietnam_text(*claimed) + " – theo đồng hồ của máy ký, chưa được chứng minh",
        "Signed at " + to_vietnam_text(*claimed) +
            " (UTC+07:00) by the signer's own clock, not proven"};
  return {"Không rõ thời điểm ký", "Nobody says when it was signed"};
}

struct Added {
  std::string_view level;
  Both words;
};

Both added_after(const Json& changes) {
  static const std::array<Added, 7> kWords{
      {{"none", {"Sau khi ký không có gì thêm.", "Nothing was added afterwards."}},
       {"long_term_data",
        {"Sau khi ký có thêm dữ liệu để kiểm tra lâu dài.",
         "Data for long-term checking was added afterwards."}},
       {"signature",
        {"Sau khi ký có thêm chữ ký khác.", "Another signature was added afterwards."}},
       {"metadata",
        {"Sau khi ký có sửa thông tin mô tả của tệp.",
         "The file's description was changed afterwards."}},
       {"form_filling", {"Sau khi ký có điền biểu mẫu.", "Form fields were filled in afterwards."}},
       {"annotation", {"Sau khi ký có thêm ghi chú.", "Annotations were added afterwards."}},
       {"content",
        {"Sau khi ký nội dung đã bị thay đổi.", "The content was changed afterwards."}}}};
  const auto level = text_at(changes, "level");
  for (const auto& one : kWords) {
    if (one.level == level) return one.words;
  }
  return {"Sau khi ký có thay đổi chưa giải thích được.",
          "Something was changed afterwards that cannot be explained."};
}

// What was changed against the rules, each kind once.
std::string forbidden_changes(const Json& changes) {
  constexpr std::size_t kMost = 8;
  std::set<std::string> told;
  std::string list;
  for (const auto& item : changes.at("items")) {
    if (item.at("permitted").get<bool>() || told.size() >= kMost) continue;
    auto message = said(item.at("message"));
    if (item.at("page").is_number()) {
      const auto page = std::to_string(item.at("page").get<std::size_t>());
      message = {"Trang " + page + ": " + message.vi, "Page " + page + ": " + message.en};
    }
    if (told.insert(message.vi).second) list += "<li>" + html_both(message) + "</li>";
  }
  return list.empty() ? list : "<ul>" + list + "</ul>";
}

std::string signer(const Json& signature) {
  const auto indication = text_at(signature, "indication");
  const bool passed = indication == "TOTAL-PASSED";
  const auto look = passed                         ? Look::kGood
                    : indication == "TOTAL-FAILED" ? Look::kBad
                                                   : Look::kUnsure;
  const bool known = signature.at("signer").is_object();
  const auto name = known ? text_at(signature.at("signer"), "name") : std::string();
  const auto who =
      name.empty() ? Both{"Không rõ người ký", "The signer is not known"} : Both{name, ""};
  const auto agency = known ? text_at(signature.at("signer"), "organization") : std::string();
  const auto& changes = signature.at("changes_after");
  const bool permitted = changes.at("permitted").get<bool>();
  const Both result = passed ? Both{"Chữ ký đạt", "The signature holds"}
                      : look == Look::kBad
                          ? Both{"Chữ ký không đạt", "The signature fails"}
                          : Both{"Chưa kết luận được về chữ ký này",
                                 "It cannot be decided whether this signature holds"};
  auto html = "<li class=\"signer signer-" + std::string(row_of(look).name) + "\">" + icon(look) +
              "<div><h3>" + html_both(who) + "</h3>";
  if (!agency.empty() && agency != name) html += html_paragraph({agency, ""});
  html += html_paragraph(result, "signer-result") + html_paragraph(signed_when(signature));
  html += html_paragraph(added_after(changes), permitted ? "" : "not-permitted");
  if (!permitted) html += forbidden_changes(changes);
  if (const auto list = remarks(signature.at("findings")); !list.empty())
    html += "<ul class=\"remarks\">" + list + "</ul>";
  return html + "</div></li>";
}

std::string signers(const Json& report) {
  std::string list;
  for (const auto& signature : report.at("signatures")) {
    if (text_at(signature, "kind") == "signature") list += signer(signature);
  }
  if (list.empty()) return list;
  return heading(
             {"Ai ký, khi nào, sau đó có gì thêm", "Who signed, when, and what came afterwards"}) +
         "<ul class=\"signers\">" + list + "</ul>";
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

// The number is of the paper in the visitor's hand; that of the register may be another one.
std::string typed_remark(const TypedNumber& typed, const Json& entry) {
  if (typed.number.empty() && typed.book.empty()) return {};
  const bool held = entry.is_object() && text_at(entry, "state") != "not_found";
  if (held && goes_with(typed, text_at(entry, "number"), text_at(entry, "book"))) return {};
  const Both what =
      held ? Both{"Số, quyển số bạn nhập không phải số, quyển số của tệp này trong sổ.",
                  "The number and book you typed are not those of this file in the register."}
           : Both{"Không có gì trong sổ ở đây để so với số, quyển số bạn nhập.",
                  "The register here holds nothing to compare your number and book with."};
  return "<ul class=\"remarks\">" +
         remark(
             held ? Look::kBad : Look::kUnsure, what,
             {"Kiểm tra lại số, quyển số; nếu đúng, hỏi cơ quan có tên trên văn bản.",
              "Check number and book; if they are right, ask the agency named on the document."}) +
         "</ul>";
}

std::string register_part(const Json& report, const TypedNumber& typed) {
  const auto& entry = report.at("register");
  std::string html;
  if (entry.is_object())
    html += heading({"Sổ của cơ quan", "The office's register"}) + facts(entry);
  return html + typed_remark(typed, entry);
}

// The visitor's own pages with marks; a worker leaves out everything of the original.
std::string marked_pages(const Json& comparison) {
  std::string html;
  for (const auto& page : comparison.at("pages")) {
    const auto picture = text_at(page, "picture");
    if (picture.empty()) continue;
    const auto number = std::to_string(page.at("page").get<std::size_t>());
    html +=
        "<figure class=\"marked\"><figcaption>" +
        html_both({"Trang " + number + " của tệp bạn gửi: chỗ khác bản lưu được khoanh màu hồng",
                   "Page " + number + " of your file: pink frames show where it differs"}) +
        "</figcaption><img alt=\"\" src=\"data:image/png;base64," + html_text(picture) +
        "\"></figure>";
  }
  return html;
}

// Where it differs, by pages; of the original nothing is shown (V-15).
std::string comparison_part(const Json& report) {
  const auto& comparison = report.at("comparison");
  if (!comparison.is_object() || text_at(comparison, "result") == "not_found") return {};
  const auto result = text_at(comparison, "result");
  const bool same = result == "identical" || result == "same_signed_revision";
  const auto look = same                                             ? Look::kGood
                    : result == "different" || result == "unrelated" ? Look::kBad
                                                                     : Look::kUnsure;
  return heading({"So với bản lưu", "Compared with the original that is kept"}) +
         "<ul class=\"remarks\">" +
         remark(look, said(comparison.at("message")),
                same ? Both{} : said(comparison.at("advice"))) +
         remarks(comparison.at("findings")) + "</ul>" + marked_pages(comparison);
}

std::string sheet_section(const Json& one) {
  std::string html = (text_at(one, "rank") == "main" ? "<h3>" : "<h4>") +
                     html_both(said(one.at("heading"))) +
                     (text_at(one, "rank") == "main" ? "</h3>" : "</h4>");
  std::string rows;
  for (const auto& line : one.at("rows"))
    rows += row(said(line.at("label")), html_both(said(line.at("value"))));
  if (!rows.empty()) html += "<dl class=\"facts\">" + rows + "</dl>";
  std::string notes;
  for (const auto& note : one.at("notes")) {
    notes += remark(look_of(text_at(note, "tone")), said(note.at("text")), said(note.at("advice")));
  }
  return notes.empty() ? html : html + "<ul class=\"remarks\">" + notes + "</ul>";
}

std::string details(const Json& sheet) {
  std::string html = "<details class=\"more\"><summary>" +
                     html_both({"Chi tiết từng chữ ký và chứng cứ",
                                "Each signature in detail, and the evidence"}) +
                     "</summary>";
  for (const auto& one : sheet.at("sections")) html += sheet_section(one);
  return html + html_paragraph(said(sheet.at("footer")), "soft") + "</details>";
}

std::string actions(const std::string& more) {
  return "<div class=\"actions no-print\">" + more +
         "<button type=\"button\" class=\"button\" id=\"in\" hidden>" +
         html_both({"In kết quả này", "Print this result"}) +
         "</button><a class=\"button\" href=\"/\">" +
         html_both({"Kiểm tra văn bản khác", "Check another document"}) + "</a></div>";
}

// Held by the page itself: nothing of a visitor's file is kept here.
std::string sheet_link(ByteView pdf) {
  if (pdf.empty()) return {};
  return "<a class=\"button button-primary\" download=\"phieu-kiem-tra.pdf\" "
         "href=\"data:application/pdf;base64," +
         to_base64(pdf) + "\">" +
         html_both({"Tải phiếu kết quả (PDF)", "Download the result sheet (PDF)"}) + "</a>";
}

}  // namespace

Result<std::string> file_result(std::string_view report_json, std::string_view sheet_json,
                                ByteView pdf, const TypedNumber& typed) {
  const auto report = Json::parse(report_json, nullptr, false);
  const auto sheet = Json::parse(sheet_json, nullptr, false);
  if (report.is_discarded() || sheet.is_discarded())
    return make_error(Code::kIpcMalformed, "a report");
  try {
    const auto look = look_of(text_at(sheet, "tone"));
    std::string findings = remarks(report.at("findings"));
    if (!findings.empty())
      findings =
          heading({"Cần biết", "What to know"}) + "<ul class=\"remarks\">" + findings + "</ul>";
    return section(look, verdict(look, said(sheet.at("verdict")), said(sheet.at("message")),
                                 said(sheet.at("advice"))) +
                             "<p class=\"file\">" + html_both({"Tệp: ", "File: "}) + "<bdi>" +
                             html_text(text_at(sheet, "file")) + "</bdi></p>" + findings +
                             signers(report) + register_part(report, typed) +
                             comparison_part(report) +
                             html_paragraph(said(sheet.at("decision")), "decision") +
                             actions(sheet_link(pdf)) + details(sheet));
  } catch (const Json::exception&) {
    return make_error(Code::kIpcMalformed, "a report without a member");
  }
}

std::string entry_result(const StoredEntry* entry, FoundBy found, const TypedNumber& typed) {
  const auto tell = [](Look look, const Both& word, Code code, const Params& params,
                       const Both& what_to_do, const std::string& more) {
    return section(look,
                   verdict(look, word, catalogue(code, params), what_to_do) + more + actions({}));
  };
  if (entry == nullptr || !goes_with(typed, entry->number, entry->book))
    return tell(Look::kUnsure, {"KHÔNG TÌM THẤY", "NOT FOUND"}, Code::kRegisterNotHeld, {},
                catalogue_advice(Code::kRegisterNotHeld, {}), {});
  Json shown = {{"state", entry->state},       {"kind", entry->kind},
                {"number", entry->number},     {"book", entry->book},
                {"date", entry->day},          {"unit", entry->unit_name},
                {"decision", entry->decision}, {"decision_date", entry->decision_day}};
  if (entry->pages != 0) shown["pages"] = entry->pages;
  const auto more = heading({"Sổ của cơ quan", "The office's register"}) + facts(shown);
  const Params decided{{"so", entry->decision}, {"ngay", vietnam_day(entry->decision_day)}};
  if (entry->state == "cancelled")
    return tell(Look::kBad, {"ĐÃ BỊ HỦY BỎ", "CANCELLED"}, Code::kRegisterCancelled, decided,
                catalogue_advice(Code::kRegisterCancelled, decided), more);
  if (entry->state == "recalled")
    return tell(Look::kBad, {"ĐÃ BỊ THU HỒI", "RECALLED"}, Code::kRegisterRecalled, decided,
                catalogue_advice(Code::kRegisterRecalled, decided), more);
  if (entry->state != "released")
    return tell(Look::kUnsure, {"CHƯA PHÁT HÀNH", "NOT RELEASED YET"}, Code::kRegisterPending, {},
                catalogue_advice(Code::kRegisterPending, {}), more);
  if (found == FoundBy::kWholeFile) {
    const bool numbered = !entry->number.empty() && entry->kind != "result";
    const Params params{{"so", entry->number},
                        {"quyen", entry->book},
                        {"ngay", vietnam_day(entry->day)},
                        {"don_vi", entry->unit_name}};
    return tell(Look::kGood, {"KHỚP VỚI BẢN LƯU", "MATCHES THE ORIGINAL"},
                numbered ? Code::kRegisterMatches : Code::kRegisterOriginalMatches, params,
                {"Muốn biết từng chữ ký, hãy kiểm tra chính tệp đó.",
                 "To see each signature, check the file itself."},
                more);
  }
  // A code says that there is such a paper, and not that this one is it.
  const Both look_at_file{
      "Mã này chỉ cho biết cơ quan đã phát hành văn bản nào. Hãy so với bản bạn đang cầm, và kiểm "
      "tra tệp PDF để "
      "biết chắc.",
      "This only says which document the office released. Compare it with the one you hold, and "
      "check the PDF file to "
      "be certain."};
  const Both word = found == FoundBy::kCode
                        ? Both{"CÓ TRONG SỔ", "IN THE REGISTER"}
                        : Both{"LÀ PHẦN ĐẦU CỦA BẢN LƯU", "THE BEGINNING OF WHAT IS KEPT"};
  return section(Look::kNeutral,
                 verdict(Look::kNeutral, word, look_at_file, {}) + more + actions({}));
}

namespace {

// What a visitor can do wrong here, in a visitor's words; everything else as the catalogue says it.
struct Told {
  Both word, message, what_to_do;
};

Told told_of(const Error& error) {
  const auto is = [&](Code code, std::string_view parameter) {
    return error.code == code && !error.params.empty() && error.params.begin()->second == parameter;
  };
  if (is(Code::kHttpPartMissing, "file"))
    return {{"Chưa chọn tệp", "No file was chosen"},
            {"Chưa có tệp PDF nào để kiểm tra.", "There is no PDF file to check yet."},
            {"Chọn tệp ở dưới rồi bấm Kiểm tra; nếu chỉ có mã, dùng ô Tra cứu.",
             "Choose a file below and press Check; with a code alone, use the look-up."}};
  if (is(Code::kHttpPartMissing, "ma"))
    return {{"Cần thêm mã tra cứu hoặc tệp", "A code or a file is needed too"},
            {"Số và quyển số được đánh liên tiếp, nên một mình chúng không đủ để tra cứu.",
             "Numbers follow one another, so number and book alone do not open an entry."},
            {"Nhập mã tra cứu in cạnh mã QR, mã băm SHA-256 của tệp, hoặc kiểm tra chính tệp đó.",
             "Type the code printed beside the QR code, the file's SHA-256, or check the file "
             "itself."}};
  if (is(Code::kHttpParameter, "ma"))
    return {{"Mã chưa đúng", "This is not a code"},
            {"Mã tra cứu có 16 chữ và số; mã băm SHA-256 có 64 chữ số 0–9, a–f.",
             "A code has 16 letters and digits, a SHA-256 has 64 digits 0–9, a–f."},
            {"Xem lại mã in cạnh mã QR rồi nhập lại; không có chữ I, L, O, U.",
             "Look at the code beside the QR code and type it again; it has no I, L, O, U."}};
  return {error.code == Code::kHttpNotFound ? Both{"Không có trang này", "There is no such page"}
                                            : Both{"Chưa kiểm tra được", "It could not be checked"},
          catalogue(error.code, error.params), catalogue_advice(error.code, error.params)};
}

}  // namespace

std::string problem_result(const Error& error, const std::string& request_id) {
  const auto told = told_of(error);
  return section(
      Look::kUnsure,
      verdict(Look::kUnsure, told.word, told.message, told.what_to_do) + "<p class=\"code\">" +
          html_text(info(error.code).name) + " · " + html_text(request_id) +
          "</p><div class=\"actions no-print\"><a class=\"button\" href=\"/\">" +
          html_both({"Trang kiểm tra", "Check page"}) + "</a><a class=\"button\" href=\"/app/\">" +
          html_both({"Trang làm việc của cán bộ", "Staff pages"}) + "</a></div>");
}

}  // namespace antin::service
