#include "service/antind/check_parts.h"
#include "service/text/numbers.h"

namespace antin::service {

using namespace check;

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
  const Both message{
      "Cơ quan đã phát hành văn bản ghi dưới đây. Mã thì ai cũng chép lại được.",
      "The office released the document named below. A code can be copied by anybody."};
  const Both look_at_file{
      "Hãy so với bản bạn đang cầm, và kiểm tra tệp PDF để biết chắc.",
      "Compare it with the one you hold, and check the PDF file to be certain."};
  const Both word = found == FoundBy::kCode
                        ? Both{"CÓ TRONG SỔ", "IN THE REGISTER"}
                        : Both{"LÀ PHẦN ĐẦU CỦA BẢN LƯU", "THE BEGINNING OF WHAT IS KEPT"};
  return section(Look::kNeutral,
                 verdict(Look::kNeutral, word, message, look_at_file) + more + actions({}));
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
