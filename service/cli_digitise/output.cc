#include "service/cli_digitise/output.h"

#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>

#include "service/cli/messages.h"
#include "service/system/files.h"

namespace antin::service {
namespace {

using Json = nlohmann::ordered_json;

Json finding_json(const Finding& finding) {
  return {{"code", info(finding.code).name},
          {"severity", name(finding.severity)},
          {"message",
           {{"vi", sentence(finding.code, Language::kVietnamese, finding.params)},
            {"en", sentence(finding.code, Language::kEnglish, finding.params)}}}};
}

}  // namespace

void print_rows(const CheckedFolder& checked, const std::vector<Language>& spoken) {
  for (const auto& one : checked.rows) {
    const auto line = std::to_string(one.row.line);
    // Not every sentence names its row.
    if (!one.row.faults.empty() || !one.said.empty())
      std::cout << speak("Dòng " + line + ":", "Row " + line + ":", spoken) << '\n';
    for (const auto& finding : one.row.faults) print_finding(std::cout, finding, spoken);
    for (const auto& said : one.said)
      std::cout << "  ! " << speak(said.vi, said.en, spoken) << " [" << said.code << "]\n";
  }
  for (const auto& name : checked.unused)
    print_finding(std::cout, {Code::kDigitiseUnusedFile, Severity::kWarning, {{"tep", name}}, {}},
                  spoken);
}

void print_summary(const Told& told, const std::vector<Language>& spoken) {
  const auto count = [](std::size_t number) { return std::to_string(number); };
  const bool sent = told.taken + told.held + told.not_sent > 0;
  std::cout << (sent ? speak("Đã nhập " + count(told.taken) + ", đã có sẵn " + count(told.held) +
                                 ", có lỗi " + count(told.faulty) + ", chưa gửi được " +
                                 count(told.not_sent) + ".",
                             count(told.taken) + " taken, " + count(told.held) + " held already, " +
                                 count(told.faulty) + " with errors, " + count(told.not_sent) +
                                 " not sent.",
                             spoken)
                     : speak("Đạt " + count(told.good) + ", có lỗi " + count(told.faulty) + ".",
                             count(told.good) + " good, " + count(told.faulty) + " with errors.",
                             spoken))
            << '\n';
  if (!told.to_mend.empty())
    print_finding(std::cout,
                  {Code::kDigitiseImportFaults,
                   Severity::kWarning,
                   {{"so", count(told.faulty + told.not_sent)}, {"tep", told.to_mend}},
                   {}},
                  spoken);
}

std::string folder_json(const CheckedFolder& checked, const Told& told) {
  Json all = {{"schema", "antin-digitise-result/1"},
              {"good", told.good},
              {"taken", told.taken},
              {"held", told.held},
              {"faulty", told.faulty},
              {"not_sent", told.not_sent},
              {"to_mend", told.to_mend.empty() ? Json(nullptr) : Json(told.to_mend)},
              {"unused", checked.unused},
              {"rows", Json::array()}};
  for (const auto& one : checked.rows) {
    const auto& reference =
        one.row.cells.at(static_cast<std::size_t>(digitise::Column::kReference));
    Json row = {{"line", one.row.line},
                {"reference", reference},
                {"good", !one.is_faulty()},
                {"pages", one.pages},
                {"faults", Json::array()}};
    for (const auto& finding : one.row.faults) row["faults"].push_back(finding_json(finding));
    for (const auto& said : one.said)
      row["faults"].push_back({{"code", said.code},
                               {"severity", "error"},
                               {"message", {{"vi", said.vi}, {"en", said.en}}}});
    all["rows"].push_back(std::move(row));
  }
  return all.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<std::string> write_to_mend(const CheckedFolder& checked, const std::string& table,
                                  Language language) {
  constexpr int kMostNames = 1'000;
  constexpr std::string_view kMark = "\xEF\xBB\xBF";
  // With its mark, or a spreadsheet takes it for another encoding and the accents are lost.
  auto text =
      std::string(kMark) + digitise::csv_line(digitise::heading(language), checked.separator);
  bool any = false;
  for (const auto& one : checked.rows) {
    if (!one.is_faulty()) continue;
    any = true;
    auto cells = digitise::to_mend(one.row, language);
    for (const auto& said : one.said) {
      if (!cells.back().empty()) cells.back() += " ";
      cells.back() += language == Language::kVietnamese ? said.vi : said.en;
    }
    text += digitise::csv_line(cells, checked.separator);
  }
  if (!any) return std::string();
  const std::filesystem::path path(table);
  const auto stem = (path.parent_path() / path.stem()).string() + "-can-sua";
  for (int i = 1; i <= kMostNames; ++i) {
    const auto name = stem + (i == 1 ? "" : "-" + std::to_string(i)) + ".csv";
    if (std::filesystem::exists(name)) continue;
    ANTIN_CHECK(write_file(name, {as_bytes(text)}, IfExists::kRefuse));
    return name;
  }
  return make_error(Code::kFileUnwritable, stem, {{"file", stem + ".csv"}});
}

}  // namespace antin::service
