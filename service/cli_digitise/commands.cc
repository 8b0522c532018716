#include "service/cli_digitise/commands.h"

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>

#include "service/cli/messages.h"
#include "service/cli_digitise/output.h"
#include "service/system/files.h"
#include "service/system/real.h"

namespace antin::service {
namespace {

using Kind = OptionSpec::Kind;
using Json = nlohmann::json;

constexpr std::size_t kMostAnswer = std::size_t{4} << 20U;

/// A folder for scans under way, gone with its contents at the end: they are people's papers.
class PrivateFolder {
 public:
  static Result<PrivateFolder> make() {
    std::error_code failed;
    auto pattern =
        (std::filesystem::temp_directory_path(failed) / "antin-digitise-XXXXXX").string();
    if (failed || ::mkdtemp(pattern.data()) == nullptr)
      return make_error(Code::kFileUnwritable, pattern, {{"file", pattern}});
    return PrivateFolder(std::move(pattern));
  }
  PrivateFolder(PrivateFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  PrivateFolder& operator=(PrivateFolder&&) = delete;
  PrivateFolder(const PrivateFolder&) = delete;
  PrivateFolder& operator=(const PrivateFolder&) = delete;
  ~PrivateFolder() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  const std::string& path() const noexcept { return path_; }

 private:
  explicit PrivateFolder(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

std::string today() {
  const auto day = to_vietnam_day_text(SystemClock().utc_now());  // 21/11/2026
  return day.substr(6) + "-" + day.substr(3, 2) + "-" + day.substr(0, 2);
}

std::vector<OptionSpec> service_options() {
  return {{"service", Kind::kValue, "URL", "địa chỉ dịch vụ antind", "address of antind"},
          {"service-key", Kind::kValue, "FILE", "tệp chứa khóa truy cập (quyền digitise)",
           "file with an API key (right digitise)"},
          {"unit", Kind::kValue, "CODE", "mã đơn vị", "code of the unit"},
          {"json", Kind::kFlag, "", "in kết quả dạng JSON", "print JSON"}};
}

Result<std::unique_ptr<RegisterService>> service_of(const Arguments& arguments) {
  const auto url = arguments.value("service");
  const auto key = arguments.value("service-key");
  if (!url || !key)
    return make_error(Code::kCliMissingFile, "--service",
                      {{"cach_dung", "--service https://… --service-key FILE"}});
  return RegisterService::create(*url, *key);
}

void count_rows(const CheckedFolder& checked, Told& told) {
  for (const auto& one : checked.rows) {
    if (one.row.good())
      ++told.good;
    else
      ++told.faulty;
  }
}

void print(const CheckedFolder& checked, const Told& told, const Arguments& arguments,
           const std::vector<Language>& spoken) {
  if (arguments.has("json")) {
    std::cout << folder_json(checked, told) << '\n';
    return;
  }
  print_rows(checked, spoken);
  print_summary(told, spoken);
}

// One after the other; when nothing gets through any more, the rest waits for the next run.
void send_all(RegisterService& service, const std::string& unit, CheckedFolder& checked,
              Told& told) {
  constexpr int kMostInARow = 3;
  int failed = 0;
  for (auto& one : checked.rows) {
    if (!one.row.good()) continue;
    auto outcome = Outcome::kNotSent;
    if (failed < kMostInARow) {
      outcome = send_row(service, unit, one);
    } else {
      one.row.faults.push_back({Code::kDigitiseRowNotSent,
                                Severity::kError,
                                {{"dong", std::to_string(one.row.line)}},
                                {}});
    }
    failed = outcome == Outcome::kNotSent ? failed + 1 : 0;
    switch (outcome) {
      case Outcome::kTaken:
        ++told.taken;
        break;
      case Outcome::kHeldAlready:
        ++told.held;
        break;
      case Outcome::kFaulty:
        ++told.faulty;
        break;
      case Outcome::kNotSent:
        ++told.not_sent;
        break;
    }
  }
}

}  // namespace

CommandSpec digitise_template_spec() {
  return {.name = "antin digitise template",
          .usage = "[-o TABLE.csv]",
          .vi = "Bảng kê mẫu cho một thư mục bản quét.",
          .en = "A model of the table for a folder of scans.",
          .options = {{"output", Kind::kValue, "TABLE.csv", "tệp kết quả", "the result", 'o'}}};
}

Result<int> digitise_template(const Arguments& arguments, const std::vector<Language>& spoken) {
  const auto language = spoken.empty() ? Language::kVietnamese : spoken.front();
  auto cells = digitise::heading(language);
  cells.pop_back();
  const std::vector<std::string> example{
      "Nguyễn Thị Ánh",
      "001085012345",
      "1.001234",
      "KQ.G01.000123",
      "12/GP-UBND",
      "05/03/2020",
      "Ủy ban nhân dân xã Đô Lương",
      "Giấy phép xây dựng",
      language == Language::kVietnamese ? "vĩnh viễn" : "permanent",
      "0001.pdf | 0002.jpg",
      "3",
      language == Language::kVietnamese ? "không" : "no",
      ""};
  const auto text =
      "\xEF\xBB\xBF" + digitise::csv_line(cells, ';') + digitise::csv_line(example, ';');
  const auto output = arguments.value("output");
  if (!output) {
    std::cout << text;
    return static_cast<int>(kExitOk);
  }
  ANTIN_CHECK(write_file(*output, {as_bytes(text)}, IfExists::kRefuse));
  return static_cast<int>(kExitOk);
}

CommandSpec digitise_check_spec() {
  return {.name = "antin digitise check",
          .usage = "FOLDER TABLE.csv [--json]",
          .vi = "Kiểm tra thư mục bản quét và bảng kê, từng dòng, từng trang; không cần dịch vụ.",
          .en = "Judges a folder of scans and its table, row by row and page by page, offline.",
          .options = {{"json", Kind::kFlag, "", "in kết quả dạng JSON", "print JSON"}},
          .min_positional = 2,
          .max_positional = 2};
}

Result<int> digitise_check(const Arguments& arguments, const std::vector<Language>& spoken) {
  ANTIN_TRY(const auto into, PrivateFolder::make());
  ANTIN_TRY(const auto checked, check_folder(arguments.positional().at(0),
                                             arguments.positional().at(1), into.path(), today()));
  Told told;
  count_rows(checked, told);
  print(checked, told, arguments, spoken);
  return static_cast<int>(told.faulty == 0 ? kExitOk : kExitInvalid);
}

CommandSpec digitise_import_spec() {
  return {.name = "antin digitise import",
          .usage = "FOLDER TABLE.csv --service URL --service-key FILE --unit CODE",
          .vi = "Kiểm tra rồi nhập các dòng đạt; dòng lỗi ra một bảng để sửa và nhập lại.",
          .en = "Judges, then imports the good rows; the others become a table to mend and import.",
          .options = service_options(),
          .min_positional = 2,
          .max_positional = 2};
}

Result<int> digitise_import(const Arguments& arguments, const std::vector<Language>& spoken) {
  ANTIN_TRY(const auto service, service_of(arguments));
  const auto unit = arguments.value("unit");
  if (!unit) return make_error(Code::kCliMissingFile, "--unit", {{"cach_dung", "--unit CODE"}});
  ANTIN_TRY(const auto into, PrivateFolder::make());
  const auto& table = arguments.positional().at(1);
  ANTIN_TRY(auto checked, check_folder(arguments.positional().at(0), table, into.path(), today()));
  Told told;
  count_rows(checked, told);
  std::vector<const CheckedRow*> faulty;
  for (const auto& one : checked.rows) {
    if (!one.row.good()) faulty.push_back(&one);
  }
  send_all(*service, *unit, checked, told);
  const auto language = spoken.empty() ? Language::kVietnamese : spoken.front();
  ANTIN_TRY(told.to_mend, write_to_mend(checked, table, language));
  print(checked, told, arguments, spoken);
  // The list is there already: what cannot be counted now is counted the next time.
  if (!faulty.empty() && told.not_sent == 0) {
    if (const auto sent = send_faults(*service, *unit, faulty); !sent)
      print_error(std::cerr, sent.error(), spoken);
  }
  if (told.not_sent > 0) return static_cast<int>(kExitFailed);
  return static_cast<int>(told.faulty == 0 ? kExitOk : kExitInvalid);
}

CommandSpec digitise_progress_spec() {
  return {.name = "antin digitise progress",
          .usage = "--service URL --service-key FILE [--unit CODE] [--json]",
          .vi = "Tiến độ số hóa theo thủ tục và năm: kế hoạch, đã nhập, đã ký số, có lỗi.",
          .en = "Progress by procedure and year: planned, taken, sealed, with errors.",
          .options = service_options()};
}

Result<int> digitise_progress(const Arguments& arguments, const std::vector<Language>& spoken) {
  ANTIN_TRY(const auto service, service_of(arguments));
  const auto unit = arguments.value("unit");
  ANTIN_TRY(
      const auto octets,
      service->get("/api/v1/digitising/progress" + (unit ? "?unit=" + *unit : ""), kMostAnswer));
  if (arguments.has("json")) {
    std::cout << as_text(octets) << '\n';
    return static_cast<int>(kExitOk);
  }
  const auto told = Json::parse(octets.begin(), octets.end(), nullptr, false);
  if (!told.is_object() || !told.contains("rows"))
    return make_error(Code::kRegisterAnswerMalformed, "progress");
  const auto text = [](const Json& value) {
    return value.is_string() ? value.get<std::string>() : value.is_null() ? "-" : value.dump();
  };
  std::cout << speak("đơn vị; thủ tục; năm; kế hoạch; đã nhập; đã ký số; có lỗi",
                     "unit; procedure; year; planned; taken; sealed; faulty", spoken)
            << '\n';
  for (const auto& row : told["rows"]) {
    std::string line;
    for (const char* key : {"unit", "procedure", "year", "planned", "taken", "sealed", "faulty"})
      line += (line.empty() ? "" : "; ") + text(row.value(key, Json()));
    std::cout << line << '\n';
  }
  return static_cast<int>(kExitOk);
}

}  // namespace antin::service
