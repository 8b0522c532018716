#include "service/digitise/csv.h"

#include <algorithm>

#include "service/text/unicode.h"

namespace antin::digitise {
namespace {

constexpr std::string_view kMark = "\xEF\xBB\xBF";

Error wrong(std::size_t line, const char* why) {
  return make_error(Code::kDigitiseTable, why, {{"dong", std::to_string(line)}, {"ly_do", why}});
}

Error beyond(std::size_t most, const char* of) {
  const auto limit = std::to_string(most) + " " + of;
  return make_error(Code::kDigitiseTableLimit, limit, {{"gioi_han", limit}});
}

// The first of the three in the heading, outside quotes; a table of one column has none.
char separator_of(std::string_view text) {
  bool quoted = false;
  for (const char c : text) {
    if (c == '"') quoted = !quoted;
    if (quoted) continue;
    if (c == '\n') break;
    if (c == ';' || c == ',' || c == '\t') return c;
  }
  return ',';
}

class Reader {
 public:
  Reader(std::string_view text, char separator, const CsvLimits& limits)
      : text_(text), separator_(separator), limits_(limits) {}

  Result<std::vector<CsvRow>> rows() {
    std::vector<CsvRow> all;
    while (at_ < text_.size()) {
      CsvRow row;
      row.line = line_;
      ANTIN_CHECK(one_row(row.cells));
      const bool empty = std::all_of(row.cells.begin(), row.cells.end(), [](const auto& cell) {
        return service::trimmed(cell).empty();
      });
      if (empty) continue;
      // The heading is no row.
      if (all.size() > limits_.rows) return beyond(limits_.rows, "dòng");
      for (const auto& cell : row.cells) {
        if (!cell.empty() && service::to_nfc(cell).empty())
          return make_error(Code::kDigitiseEncoding, "not UTF-8",
                            {{"dong", std::to_string(row.line)}});
      }
      all.push_back(std::move(row));
    }
    return all;
  }

 private:
  Status one_row(std::vector<std::string>& cells) {
    for (;;) {
      if (cells.size() == limits_.cells) return beyond(limits_.cells, "cột");
      std::string cell;
      ANTIN_CHECK(at_ < text_.size() && text_[at_] == '"' ? quoted(cell) : plain(cell));
      cells.push_back(std::move(cell));
      if (at_ < text_.size() && text_[at_] == separator_) {
        ++at_;
        continue;
      }
      return end_of_line();
    }
  }

  // Behind a cell: the end of the line or of the text.
  Status end_of_line() {
    if (at_ < text_.size() && text_[at_] == '\r') ++at_;
    if (at_ == text_.size()) return Done{};
    if (text_[at_] != '\n') return wrong(line_, "dấu ngoặc kép đặt giữa ô");
    ++at_;
    ++line_;
    return Done{};
  }

  bool ends_here() const {
    const char c = text_[at_];
    return c == separator_ || c == '\n' ||
           (c == '\r' && (at_ + 1 == text_.size() || text_[at_ + 1] == '\n'));
  }

  Status plain(std::string& cell) {
    while (at_ < text_.size() && !ends_here()) {
      if (text_[at_] == '"') return wrong(line_, "dấu ngoặc kép đặt giữa ô");
      ANTIN_CHECK(add(cell));
    }
    return Done{};
  }

  Status quoted(std::string& cell) {
    const auto opened = line_;
    ++at_;
    for (;;) {
      if (at_ == text_.size()) return wrong(opened, "dấu ngoặc kép mở mà không đóng");
      if (text_[at_] == '"') {
        ++at_;
        if (at_ == text_.size() || text_[at_] != '"') return Done{};
      } else if (text_[at_] == '\n') {
        ++line_;
      }
      ANTIN_CHECK(add(cell));
    }
  }

  Status add(std::string& cell) {
    if (cell.size() == limits_.cell) return beyond(limits_.cell, "byte trong một ô");
    if (text_[at_] == '\0') return wrong(line_, "có ký tự NUL");
    cell += text_[at_++];
    return Done{};
  }

  std::string_view text_;
  char separator_;
  const CsvLimits& limits_;
  std::size_t at_ = 0, line_ = 1;
};

}  // namespace

Result<Csv> read_csv(std::string_view text, const CsvLimits& limits) {
  if (text.size() > limits.octets) return beyond(limits.octets, "byte");
  if (text.starts_with(kMark)) text.remove_prefix(kMark.size());
  Csv csv;
  csv.separator = separator_of(text);
  ANTIN_TRY(csv.rows, Reader(text, csv.separator, limits).rows());
  if (csv.rows.empty()) return wrong(1, "bảng kê không có dòng tiêu đề");
  return csv;
}

std::string csv_line(const std::vector<std::string>& cells, char separator) {
  std::string line;
  for (const auto& cell : cells) {
    if (&cell != &cells.front()) line += separator;
    if (cell.find_first_of("\";,\t\r\n") == std::string::npos) {
      line += cell;
      continue;
    }
    line += '"';
    for (const char c : cell) {
      if (c == '"') line += '"';
      line += c;
    }
    line += '"';
  }
  return line + "\r\n";
}

}  // namespace antin::digitise
