#include "service/office/index_report.h"

#include <algorithm>
#include <map>

#include "service/office/legal_day.h"
#include "service/office/numbering.h"

namespace antin::office {
namespace {

struct Line {
  std::string name;
  std::uint64_t requests = 0, copies = 0, refused = 0, cancelled = 0, released = 0;
  std::int64_t seconds = 0;  ///< of all released together
};

bool within(Month month, UtcTime at) {
  const auto day = LegalDay::of(at);
  return day.year() == month.year && day.month() == month.month;
}

bool within(Month month, const std::optional<UtcTime>& at) {
  return at && within(month, *at);
}

std::string cell(const std::string& text) {
  constexpr std::string_view kFormula = "=+-@\t\r";
  std::string safe = text;
  if (!safe.empty() && kFormula.find(safe.front()) != std::string_view::npos) safe.insert(0, "'");
  if (safe.find_first_of(",\"\r\n") == std::string::npos) return safe;
  std::string quoted = "\"";
  for (const char c : safe) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + "\"";
}

void count(Line& line, Month month, const IndexRow& row) {
  line.name = row.unit_name;
  if (within(month, row.received)) ++line.requests;
  if (within(month, row.refused)) ++line.refused;
  if (within(month, row.cancelled)) ++line.cancelled;
  if (!within(month, row.released)) return;
  ++line.released;
  line.copies += row.copies;
  const auto took = (row.released->since_epoch() - row.received.since_epoch()).count();
  line.seconds += std::max<std::int64_t>(took, 0);
}

std::string average_minutes(const Line& line) {
  if (line.released == 0) return "";
  const auto of_one = static_cast<std::int64_t>(line.released) * 60;
  return std::to_string((line.seconds + of_one / 2) / of_one);
}

}  // namespace

std::string index_report(Month month, const std::vector<IndexRow>& rows) {
  std::map<std::string, Line> lines;
  for (const auto& row : rows) count(lines[row.unit], month, row);
  std::string csv =
      "\xEF\xBB\xBFTháng,Mã đơn vị,Tên đơn vị,Số yêu cầu,Bản sao điện tử đã phát hành,Từ chối,"
      "Hủy bỏ giá trị pháp lý,Thời gian trung bình (phút)\r\n";
  const auto name = two_digits(month.month) + "/" + std::to_string(month.year);
  for (const auto& [unit, line] : lines) {
    csv += name + "," + cell(unit) + "," + cell(line.name) + "," + std::to_string(line.requests) +
           "," + std::to_string(line.copies) + "," + std::to_string(line.refused) + "," +
           std::to_string(line.cancelled) + "," + average_minutes(line) + "\r\n";
  }
  return csv;
}

}  // namespace antin::office
