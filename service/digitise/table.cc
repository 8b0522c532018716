#include "service/digitise/table.h"

#include <algorithm>
#include <map>

#include "service/text/numbers.h"
#include "service/text/unicode.h"

namespace antin::digitise {
namespace {

struct Known {
  Column column;
  std::string_view key, vi, en;
  bool required;
};
constexpr std::array<Known, kColumns> kKnown{
    Known{Column::kHolder, "holder", "họ và tên chủ sở hữu", "holder", true},
    Known{Column::kHolderId, "holder_id", "số định danh", "holder's identifier", true},
    Known{Column::kProcedure, "procedure", "mã thủ tục", "procedure", true},
    Known{Column::kKind, "kind", "mã giấy tờ", "paper kind", true},
    Known{Column::kNumber, "number", "số ký hiệu", "number", true},
    Known{Column::kDay, "date", "ngày cấp", "date", true},
    Known{Column::kIssuer, "issuer", "cơ quan cấp", "issuer", true},
    Known{Column::kTitle, "title", "tên giấy tờ", "title", false},
    Known{Column::kUntil, "valid_until", "thời hạn hiệu lực", "valid until", true},
    Known{Column::kFiles, "files", "tên tệp", "files", true},
    Known{Column::kPages, "pages", "số trang", "pages", false},
    Known{Column::kSecret, "secret", "tài liệu mật", "secret", false},
    Known{Column::kReference, "reference", "mã dòng", "reference", false},
    Known{Column::kFaults, "faults", "lỗi cần sửa", "faults", false},
};

const Known& known(Column column) noexcept {
  return kKnown.at(static_cast<std::size_t>(column));
}

// Headings are compared without accents, case, blanks and underscores.
std::string heading_key(std::string_view text) {
  auto key = service::search_key(text);
  std::erase_if(key, [](char c) { return c == ' ' || c == '_'; });
  return key;
}

Error wrong_heading(const std::string& heading, const char* why) {
  return make_error(Code::kDigitiseColumn, heading, {{"cot", heading}, {"ly_do", why}});
}

using Places = std::array<std::optional<std::size_t>, kColumns>;

Result<Places> read_heading(const CsvRow& row) {
  Places places;
  for (std::size_t i = 0; i < row.cells.size(); ++i) {
    const auto wanted = heading_key(row.cells[i]);
    const auto* const found = std::find_if(kKnown.begin(), kKnown.end(), [&](const Known& one) {
      return wanted == heading_key(one.key) || wanted == heading_key(one.vi) ||
             wanted == heading_key(one.en);
    });
    if (found == kKnown.end()) return wrong_heading(row.cells[i], "không có cột");
    auto& place = places.at(static_cast<std::size_t>(found->column));
    if (place) return wrong_heading(row.cells[i], "hai lần cột");
    place = i;
  }
  for (const auto& one : kKnown) {
    if (one.required && !places.at(static_cast<std::size_t>(one.column)))
      return wrong_heading(std::string(one.vi), "thiếu cột");
  }
  return places;
}

void fault(Findings& faults, Code code, Params params) {
  faults.push_back({code, Severity::kError, std::move(params), {}});
}

// A name is looked up in the folder and nowhere else.
bool is_file_name(std::string_view name) {
  constexpr std::size_t kLongest = 200;
  return !name.empty() && name.size() <= kLongest && name.front() != '.' &&
         std::none_of(name.begin(), name.end(), [](char c) {
           return c == '/' || c == '\\' || static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
         });
}

// "trang 1.jpg | trang 2.jpg"
void read_files(Row& row) {
  constexpr std::size_t kMostFiles = 200;
  std::string_view text = row.cells.at(static_cast<std::size_t>(Column::kFiles));
  const auto line = std::to_string(row.line);
  const std::string column(known(Column::kFiles).vi);
  if (text.empty())
    fault(row.faults, Code::kDigitiseCellMissing, {{"dong", line}, {"cot", "“" + column + "”"}});
  while (!text.empty()) {
    const auto bar = std::min(text.find('|'), text.size());
    auto name = service::to_nfc(service::trimmed(text.substr(0, bar)));
    text.remove_prefix(std::min(bar + 1, text.size()));
    const bool again = std::find(row.files.begin(), row.files.end(), name) != row.files.end();
    if (!is_file_name(name) || again || row.files.size() == kMostFiles) {
      fault(row.faults, Code::kDigitiseCell,
            {{"dong", line},
             {"cot", "“" + column + "”"},
             {"dang", "tên các tệp trong thư mục, mỗi tệp một lần, cách nhau bằng dấu |"}});
      row.files.clear();
      return;
    }
    row.files.push_back(std::move(name));
  }
}

Row read_row(const CsvRow& read, const Places& places, std::size_t columns, const std::string& name,
             std::string_view today) {
  Row row;
  row.line = read.line;
  const auto line = std::to_string(read.line);
  for (std::size_t i = 0; i < kColumns; ++i) {
    if (places.at(i) && *places.at(i) < read.cells.size())
      row.cells.at(i) = service::to_nfc(service::trimmed(read.cells[*places.at(i)]));
  }
  row.cells.at(static_cast<std::size_t>(Column::kFaults)).clear();
  auto& reference = row.cells.at(static_cast<std::size_t>(Column::kReference));
  if (reference.empty()) reference = name + "-" + line;
  if (read.cells.size() != columns) {
    fault(row.faults, Code::kDigitiseTable,
          {{"dong", line},
           {"ly_do", "có " + std::to_string(read.cells.size()) + " ô, tiêu đề có " +
                         std::to_string(columns)}});
    return row;
  }
  row.faults = read_facts(row.cells, line, today, row.facts);
  read_files(row);
  return row;
}

// The same paper of the same holder, however it is typed.
std::string paper_key(const Facts& facts) {
  return facts.holder_id + "\n" + facts.kind + "\n" + service::register_key(facts.number) + "\n" +
         facts.day + "\n" + service::search_key(facts.issuer);
}

// What two rows cannot both have: the later one is at fault.
void compare_rows(Table& table) {
  std::map<std::string, std::size_t> files, papers, references;
  for (auto& row : table.rows) {
    const auto line = std::to_string(row.line);
    for (const auto& name : row.files) {
      const auto [other, fresh] = files.emplace(name, row.line);
      if (!fresh)
        fault(row.faults, Code::kDigitiseFileTwice,
              {{"dong", line}, {"tep", name}, {"khac", std::to_string(other->second)}});
    }
    if (!row.good()) continue;
    const auto [paper, new_paper] = papers.emplace(paper_key(row.facts), row.line);
    const auto [reference, new_reference] = references.emplace(row.facts.reference, row.line);
    if (!new_paper || !new_reference)
      fault(row.faults, Code::kDigitiseRowTwice,
            {{"dong", line},
             {"khac", std::to_string(new_paper ? reference->second : paper->second)}});
  }
}

}  // namespace

std::string_view key(Column column) noexcept {
  return known(column).key;
}

std::string_view words(Column column, Language language) noexcept {
  return language == Language::kVietnamese ? known(column).vi : known(column).en;
}

bool is_required(Column column) noexcept {
  return known(column).required;
}

bool Row::good() const noexcept {
  return std::none_of(faults.begin(), faults.end(),
                      [](const Finding& one) { return one.severity == Severity::kError; });
}

Result<Table> read_table(std::string_view text, const std::string& name, std::string_view today) {
  ANTIN_TRY(const auto csv, read_csv(text));
  ANTIN_TRY(const auto places, read_heading(csv.rows.front()));
  const auto columns = csv.rows.front().cells.size();
  Table table{.separator = csv.separator, .rows = {}};
  table.rows.reserve(csv.rows.size() - 1);
  for (std::size_t i = 1; i < csv.rows.size(); ++i)
    table.rows.push_back(read_row(csv.rows[i], places, columns, name, today));
  compare_rows(table);
  return table;
}

std::vector<std::string> heading(Language language) {
  std::vector<std::string> cells;
  cells.reserve(kColumns);
  for (const auto& one : kKnown) cells.emplace_back(words(one.column, language));
  return cells;
}

std::vector<std::string> to_mend(const Row& row, Language language) {
  std::vector<std::string> cells(row.cells.begin(), row.cells.end());
  std::string told;
  for (const auto& one : row.faults) {
    if (!told.empty()) told += " ";
    told += sentence(one.code, language, one.params);
  }
  cells.at(static_cast<std::size_t>(Column::kFaults)) = std::move(told);
  return cells;
}

}  // namespace antin::digitise
