#include "service/cli_digitise/folder.h"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "service/capture/capture.h"
#include "service/cli/bounded.h"
#include "service/cli/messages.h"
#include "service/system/files.h"
#include "service/text/unicode.h"

namespace antin::service {
namespace {

using digitise::Row;
using Json = nlohmann::json;

constexpr std::size_t kMostTable = std::size_t{16} << 20U;
constexpr std::size_t kMostScan = std::size_t{512} << 20U;
constexpr std::size_t kMostTold = std::size_t{4} << 20U;

void fault(Findings& faults, Code code, Params params) {
  faults.push_back({code, Severity::kError, std::move(params), {}});
}

// Names of files by form NFC: other systems write them decomposed.
Result<std::map<std::string, std::string>> names_in(const std::string& folder) {
  ANTIN_TRY(const auto names, list_files(folder));
  std::map<std::string, std::string> found;
  for (const auto& name : names) {
    const auto composed = to_nfc(name);
    found.emplace(composed.empty() ? name : composed, name);
  }
  return found;
}

// What a child found out, for the process that asked.
Json to_json(const Findings& findings) {
  auto list = Json::array();
  for (const auto& one : findings) {
    Json params = Json::array();
    for (const auto& [name, value] : one.params) params.push_back({name, value});
    list.push_back({{"code", static_cast<int>(one.code)},
                    {"severity", static_cast<int>(one.severity)},
                    {"params", std::move(params)}});
  }
  return list;
}

Findings findings_in(const Json& list) {
  Findings found;
  for (const auto& one : list) {
    Finding finding{static_cast<Code>(one.at("code").get<int>()),
                    static_cast<Severity>(one.at("severity").get<int>()),
                    {},
                    {}};
    for (const auto& param : one.at("params"))
      finding.params.emplace_back(param.at(0).get<std::string>(), param.at(1).get<std::string>());
    found.push_back(std::move(finding));
  }
  return found;
}

Finding as_finding(const Error& error) {
  return {error.code, Severity::kError, error.params, {}};
}

class Checker {
 public:
  Checker(std::string folder, std::string into)
      : folder_(std::move(folder)), into_(std::move(into)) {}

  /// In the child: looks at the files of one row and writes down what it saw.
  int look(const CheckedRow& one, std::size_t i) const {
    Json told = {{"pages", 0}, {"fits", false}};
    auto captured = capture(one);
    if (!captured) {
      told["findings"] = to_json({as_finding(captured.error())});
    } else {
      told["pages"] = captured.value().pages.size();
      told["fits"] = capture::fits(captured.value()) && !captured.value().document.empty();
      told["findings"] = to_json(captured.value().findings);
      if (told["fits"] == true &&
          !write_file(path(i, ".pdf"), {captured.value().document.view()}, IfExists::kReplace))
        return kExitFailed;
    }
    const auto text = told.dump(-1, ' ', false, Json::error_handler_t::replace);
    return write_file(path(i, ".json"), {as_bytes(text)}, IfExists::kReplace) ? kExitOk
                                                                              : kExitFailed;
  }

  /// In the parent: what the child wrote, into the row.
  void take(CheckedRow& one, std::size_t i) const {
    const auto octets = read_file(path(i, ".json"), kMostTold);
    if (!octets) return;  // it was lost, and that is said already
    const auto told = Json::parse(octets.value().begin(), octets.value().end(), nullptr, false);
    if (!told.is_object()) return;
    one.pages = told.value("pages", std::size_t{0});
    auto findings = findings_in(told.at("findings"));
    const auto line = std::to_string(one.row.line);
    const auto& declared = one.row.facts.pages;
    if (!told.value("fits", false)) {
      fault(one.row.faults, Code::kDigitisePages, {{"dong", line}});
    } else if (declared && *declared != one.pages) {
      fault(one.row.faults, Code::kPageCountDiffers,
            {{"quet", std::to_string(one.pages)}, {"ban_chinh", std::to_string(*declared)}});
    } else {
      one.document = path(i, ".pdf");
    }
    for (auto& finding : findings) one.row.faults.push_back(std::move(finding));
  }

  std::size_t octets_of(const CheckedRow& one) const {
    std::size_t octets = 0;
    for (const auto& name : one.row.files) {
      std::error_code none;
      const auto size = std::filesystem::file_size(folder_ + "/" + name, none);
      if (!none) octets += static_cast<std::size_t>(size);
    }
    return octets;
  }

 private:
  std::string path(std::size_t i, const char* ending) const {
    return into_ + "/" + std::to_string(i) + ending;
  }

  Result<capture::Captured> capture(const CheckedRow& one) const {
    capture::CaptureRequest request;
    request.declared.signed_input = capture::Declared::SignedInput::kNeverCopied;
    for (const auto& name : one.row.files) {
      ANTIN_TRY(auto octets, read_file(folder_ + "/" + name, kMostScan));
      request.files.push_back({name, SharedBytes(std::move(octets))});
    }
    return capture::capture(request);
  }

  std::string folder_, into_;
};

}  // namespace

std::string name_of_table(const std::string& path) {
  constexpr std::size_t kLongest = 40;
  auto name = search_key(std::filesystem::path(path).stem().string());
  std::replace_if(
      name.begin(), name.end(),
      [](char c) { return !((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')); }, '-');
  return name.empty() ? "bang-ke" : name.substr(0, kLongest);
}

Result<CheckedFolder> check_folder(const std::string& folder, const std::string& table,
                                   const std::string& into, const std::string& today) {
  ANTIN_TRY(const auto octets, read_file(table, kMostTable));
  ANTIN_TRY(auto read, digitise::read_table(as_text(octets), name_of_table(table), today));
  ANTIN_TRY(const auto names, names_in(folder));
  CheckedFolder checked{.separator = read.separator, .rows = {}, .unused = {}};
  auto unused = names;
  std::vector<std::size_t> readable;
  for (auto& row : read.rows) {
    for (auto& name : row.files) {
      const auto found = names.find(name);
      unused.erase(name);
      if (found != names.end()) {
        name = found->second;
      } else {
        fault(row.faults, Code::kDigitiseFileMissing,
              {{"dong", std::to_string(row.line)}, {"tep", name}});
      }
    }
    if (row.good()) readable.push_back(checked.rows.size());
    CheckedRow one;
    one.row = std::move(row);
    checked.rows.push_back(std::move(one));
  }
  // A table to mend names some rows of another; the rest of its folder is no news.
  const auto own = name_of_table(table) + "-";
  const bool whole = std::all_of(checked.rows.begin(), checked.rows.end(), [&](const auto& one) {
    return one.row.cells.at(static_cast<std::size_t>(digitise::Column::kReference))
        .starts_with(own);
  });
  for (const auto& [composed, name] : unused) {
    if (whole && std::filesystem::path(name).extension() != ".csv") checked.unused.push_back(name);
  }
  const Checker checker(folder, into);
  const auto row_of = [&](std::size_t i) -> CheckedRow& { return checked.rows[readable[i]]; };
  run_bounded(
      {.count = readable.size(),
       .size = [&](std::size_t i) { return checker.octets_of(row_of(i)); },
       .work = [&](std::size_t i) { return checker.look(row_of(i), i); },
       .lost =
           [&](std::size_t i, const Error& error) {
             auto& faults = row_of(i).row.faults;
             fault(faults, Code::kDigitisePages, {{"dong", std::to_string(row_of(i).row.line)}});
             faults.push_back(as_finding(error));
             return static_cast<int>(kExitFailed);
           },
       .bounds = bounds_for_pictures});
  for (std::size_t i = 0; i < readable.size(); ++i) checker.take(row_of(i), i);
  return checked;
}

}  // namespace antin::service
