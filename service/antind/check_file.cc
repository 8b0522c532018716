#include "certs/core/base64.h"
#include "service/antind/check_parts.h"

namespace antin::service {

using namespace check;

namespace {

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
  return remark(
      held ? Look::kBad : Look::kUnsure, what,
      {"Kiểm tra lại số, quyển số; nếu đúng, hỏi cơ quan có tên trên văn bản.",
       "Check number and book; if they are right, ask the agency named on the document."});
}

std::string register_part(const Json& report) {
  const auto& entry = report.at("register");
  if (!entry.is_object()) return {};
  return heading({"Sổ của cơ quan", "The office's register"}) + facts(entry);
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
                same ? Both{} : for_visitors(said(comparison.at("advice")))) +
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
    // First what is wrong with the paper in the visitor's hand, however good the file is.
    std::string findings =
        typed_remark(typed, report.at("register")) + remarks(report.at("findings"));
    if (!findings.empty())
      findings =
          heading({"Cần biết", "What to know"}) + "<ul class=\"remarks\">" + findings + "</ul>";
    return section(look, verdict(look, said(sheet.at("verdict")), said(sheet.at("message")),
                                 for_visitors(said(sheet.at("advice")))) +
                             "<p class=\"file\">" + html_both({"Tệp: ", "File: "}) + "<bdi>" +
                             html_text(text_at(sheet, "file")) + "</bdi></p>" + findings +
                             signers(report) + register_part(report) + comparison_part(report) +
                             html_paragraph(said(sheet.at("decision")), "decision") +
                             actions(sheet_link(pdf)) + details(sheet));
  } catch (const Json::exception&) {
    return make_error(Code::kIpcMalformed, "a report without a member");
  }
}

}  // namespace antin::service
