#include <array>
#include <set>

#include "certs/core/time.h"
#include "service/antind/check_parts.h"

namespace antin::service::check {
namespace {

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
  auto html = "<li class=\"signer signer-" + std::string(css_of(look)) + "\">" + icon(look) +
              "<div><h3>" + html_both(who) + "</h3>";
  if (!agency.empty() && agency != name) html += html_paragraph({agency, ""});
  html += html_paragraph(result, "signer-result") + html_paragraph(signed_when(signature));
  // Of octets that are broken nobody knows when they became so.
  if (text_at(signature, "integrity") == "intact" || text_at(changes, "level") != "none")
    html += html_paragraph(added_after(changes), permitted ? "" : "not-permitted");
  if (!permitted) html += forbidden_changes(changes);
  if (const auto list = remarks(signature.at("findings")); !list.empty())
    html += "<ul class=\"remarks\">" + list + "</ul>";
  return html + "</div></li>";
}

}  // namespace

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

}  // namespace antin::service::check
