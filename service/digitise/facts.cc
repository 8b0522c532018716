// One row: what each column must be.

#include <algorithm>
#include <charconv>

#include "service/digitise/table.h"
#include "service/text/numbers.h"
#include "service/text/unicode.h"

namespace antin::digitise {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool are_digits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), is_digit);
}

// What people read: no control characters, not blank.
bool is_line(std::string_view text, std::size_t most) {
  return !text.empty() && service::characters(text) <= most &&
         std::none_of(text.begin(), text.end(),
                      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

// Codes of procedures and kinds of papers: other systems' words, part of a code that dots divide.
bool is_code(std::string_view text) {
  constexpr std::size_t kLongest = 64;
  return !text.empty() && text.size() <= kLongest &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return is_digit(c) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '.' ||
                  c == '-' || c == '_';
         });
}

// The tenth digit of an enterprise's number follows from the nine before it.
bool is_enterprise(std::string_view digits) {
  constexpr std::array kWeights{31, 29, 23, 19, 17, 13, 7, 5, 3};
  int sum = 0;
  for (std::size_t i = 0; i < kWeights.size(); ++i) sum += kWeights.at(i) * (digits[i] - '0');
  return 10 - sum % 11 == digits[kWeights.size()] - '0';
}

// "01/06/2020" or "2020-06-01". One digit for a day or a month is refused: a spreadsheet that was
// set up elsewhere writes the month first.
std::optional<std::string> day_in(std::string_view text) {
  std::string day(text);
  if (text.size() == 10 && text[2] == '/' && text[5] == '/')
    day = std::string(text.substr(6)) + "-" + std::string(text.substr(3, 2)) + "-" +
          std::string(text.substr(0, 2));
  if (!service::is_day(day)) return std::nullopt;
  return day;
}

std::optional<std::size_t> number_in(std::string_view text, std::size_t most) {
  std::size_t value = 0;
  const auto* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value);
  if (read.ec != std::errc{} || read.ptr != end || value == 0 || value > most) return std::nullopt;
  return value;
}

// Reads one cell after the other and keeps what is wrong.
class Cellwise {
 public:
  Cellwise(const Cells& cells, std::string row, Findings& faults)
      : cells_(cells), row_(std::move(row)), faults_(faults) {}

  const std::string& cell(Column column) const {
    return cells_.at(static_cast<std::size_t>(column));
  }
  /// Whether there is something to look at.
  bool filled(Column column) {
    if (!cell(column).empty()) return true;
    if (is_required(column))
      faults_.push_back({Code::kDigitiseCellMissing,
                         Severity::kError,
                         {{"dong", row_}, {"cot", name(column)}},
                         std::string(key(column))});
    return false;
  }
  void wrong(Column column, const char* needed) {
    faults_.push_back({Code::kDigitiseCell,
                       Severity::kError,
                       {{"dong", row_}, {"cot", name(column)}, {"dang", needed}},
                       std::string(key(column))});
  }
  void text(Column column, std::size_t most, const char* needed, std::string& out) {
    if (!filled(column)) return;
    if (is_line(cell(column), most))
      out = cell(column);
    else
      wrong(column, needed);
  }
  void code(Column column, std::string& out) {
    if (!filled(column)) return;
    if (is_code(cell(column)))
      out = cell(column);
    else
      wrong(column, "chữ cái không dấu, chữ số, dấu chấm, gạch nối, tối đa 64 ký tự");
  }
  void other(Code code, Params params) {
    params.emplace_back("dong", row_);
    faults_.push_back({code, Severity::kError, std::move(params), {}});
  }

 private:
  static std::string name(Column column) {
    return "“" + std::string(words(column, Language::kVietnamese)) + "” (" +
           std::string(key(column)) + ")";
  }
  const Cells& cells_;
  std::string row_;
  Findings& faults_;
};

void read_day(Cellwise& read, std::string_view today, Facts& facts) {
  if (!read.filled(Column::kDay)) return;
  const auto day = day_in(read.cell(Column::kDay));
  if (!day)
    read.wrong(Column::kDay, "ngày dạng dd/mm/yyyy, đủ hai chữ số ngày và tháng");
  else if (*day > today)
    read.wrong(Column::kDay, "ngày không sau hôm nay");
  else
    facts.day = *day;
}

void read_until(Cellwise& read, std::string_view today, Facts& facts) {
  if (!read.filled(Column::kUntil)) return;
  const auto word = service::search_key(read.cell(Column::kUntil));
  if (word == "vinh vien" || word == "khong thoi han" || word == "permanent") return;
  const auto day = day_in(read.cell(Column::kUntil));
  if (!day || (!facts.day.empty() && *day < facts.day)) {
    read.wrong(Column::kUntil, "“vĩnh viễn” hoặc ngày cuối cùng còn hiệu lực dạng dd/mm/yyyy");
    return;
  }
  if (!in_force(*day, today))
    read.other(Code::kDigitiseExpired, {{"ngay", service::vietnam_day(*day)}});
  facts.until = *day;
}

// C-23, TT 03/2025 Đ5: what is secret is not digitised; nothing is kept of it.
void read_secret(Cellwise& read, Facts& facts) {
  if (!read.filled(Column::kSecret)) return;
  const auto word = service::search_key(read.cell(Column::kSecret));
  if (word == "khong" || word == "no") return;
  if (word != "co" && word != "yes") {
    read.wrong(Column::kSecret, "“có” hoặc “không”");
    return;
  }
  facts.secret = Facts::Secret::kYes;
  read.other(Code::kSecretPaper, {});
}

void read_reference(Cellwise& read, Facts& facts) {
  if (!read.filled(Column::kReference)) return;
  if (is_code(read.cell(Column::kReference)))
    facts.reference = read.cell(Column::kReference);
  else
    read.wrong(Column::kReference, "mã do lần nhập trước ghi, hoặc để trống");
}

}  // namespace

int Facts::year() const {
  int year = 0;
  std::from_chars(day.data(), day.data() + std::min<std::size_t>(day.size(), 4), year);
  return year;
}

std::optional<std::string> holder_id(std::string_view text) {
  std::string id;
  for (const char c : service::trimmed(text)) {
    if (c == ' ' || c == '.') continue;
    id += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  constexpr std::size_t kCitizen = 12, kCard = 9, kEnterprise = 10, kBranch = 14;
  if (are_digits(id)) {
    const bool good = (id.size() == kCitizen && id.front() == '0') || id.size() == kCard ||
                      (id.size() == kEnterprise && is_enterprise(id));
    return good ? std::optional(id) : std::nullopt;
  }
  if (id.size() == kBranch && id[kEnterprise] == '-' && are_digits(id.substr(0, kEnterprise)) &&
      are_digits(id.substr(kEnterprise + 1)) && is_enterprise(id))
    return id;
  // Passports: one or two letters, then six to eight digits.
  const auto letters = static_cast<std::size_t>(
      std::find_if_not(id.begin(), id.end(), [](char c) { return c >= 'A' && c <= 'Z'; }) -
      id.begin());
  const auto digits = id.size() - letters;
  const bool passport = letters >= 1 && letters <= 2 && digits >= 6 && digits <= 8 &&
                        are_digits(std::string_view(id).substr(letters));
  return passport ? std::optional(id) : std::nullopt;
}

bool in_force(std::string_view until, std::string_view day) noexcept {
  return until.empty() || day <= until;
}

// Limits of NĐ 30/2020 App. VI where it has them, wider where real papers are.
Findings read_facts(const Cells& cells, const std::string& row, std::string_view today,
                    Facts& facts) {
  constexpr std::size_t kName = 200, kNumber = 64, kTitle = 500, kMostPages = 500;
  Findings faults;
  Cellwise read(cells, row, faults);
  facts = {};
  read.text(Column::kHolder, kName, "họ và tên, tối đa 200 ký tự", facts.holder);
  if (read.filled(Column::kHolderId)) {
    const auto id = holder_id(read.cell(Column::kHolderId));
    if (id)
      facts.holder_id = *id;
    else
      read.wrong(Column::kHolderId,
                 "12 chữ số (số định danh cá nhân), 9 chữ số (CMND), mã số doanh nghiệp hoặc số hộ "
                 "chiếu; nếu bảng tính đã bỏ số 0 ở đầu, đặt cột ở dạng văn bản rồi ghi lại");
  }
  read.code(Column::kProcedure, facts.procedure);
  read.code(Column::kKind, facts.kind);
  read.text(Column::kNumber, kNumber, "số và ký hiệu, tối đa 64 ký tự", facts.number);
  read_day(read, today, facts);
  read.text(Column::kIssuer, kName, "tên cơ quan, tối đa 200 ký tự", facts.issuer);
  read.text(Column::kTitle, kTitle, "tên giấy tờ, tối đa 500 ký tự", facts.title);
  read_until(read, today, facts);
  if (read.filled(Column::kPages)) {
    facts.pages = number_in(read.cell(Column::kPages), kMostPages);
    if (!facts.pages) read.wrong(Column::kPages, "số từ 1 đến 500");
  }
  read_secret(read, facts);
  read_reference(read, facts);
  return faults;
}

}  // namespace antin::digitise
