#include <array>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "service/cli/messages.h"
#include "service/cli_capture/commands.h"

namespace antin::service {
namespace {

using Json = nlohmann::ordered_json;

double rounded(double value) {
  return std::round(value * 10) / 10;
}

std::string hex(std::uint64_t value) {
  std::array<char, 17> digits{};
  static_cast<void>(std::snprintf(digits.data(), digits.size(), "%016llx",
                                  static_cast<unsigned long long>(value)));
  return digits.data();
}

const char* word(pdf::ScanColour colour) {
  static constexpr std::array kWords = {"bilevel", "gray", "colour"};
  return kWords.at(static_cast<std::size_t>(colour));
}

Json page_json(const capture::CapturedPage& page) {
  Json json = {{"file", page.from.file + 1},
               {"page", page.from.page + 1},
               {"rotate", page.from.rotate},
               {"width_mm", rounded(page.width_mm)},
               {"height_mm", rounded(page.height_mm)},
               {"paper", page.paper},
               {"dpi", {std::floor(page.dpi_x + 0.05), std::floor(page.dpi_y + 0.05)}},
               {"colour", word(page.colour)},
               {"sha256", to_hex(page.sha256)},
               {"looked", page.looked}};
  if (!page.looked) return json;
  json["blank"] = page.blank;
  json["skew_degrees"] = page.skew ? Json(rounded(*page.skew)) : Json(nullptr);
  json["fingerprint"] = hex(page.fingerprint);
  return json;
}

Json finding_json(const Finding& finding) {
  const auto texts = [&](auto text) {
    return Json{{"vi", text(finding.code, Language::kVietnamese, finding.params)},
                {"en", text(finding.code, Language::kEnglish, finding.params)}};
  };
  Json json = {{"code", info(finding.code).name}, {"severity", name(finding.severity)}};
  for (const auto& [key, value] : finding.params) json["params"][key] = value;
  json["message"] = texts(sentence);
  json["advice"] = texts(advice);
  return json;
}

}  // namespace

std::string capture_json(const capture::Captured& captured, const std::string& path) {
  Json json = {{"schema", "antin-capture/1"},
               {"file", captured.document.empty() ? Json(nullptr) : Json(path)},
               {"fits", capture::fits(captured)},
               {"kept", captured.kept},
               {"pages", Json::array()},
               {"findings", Json::array()}};
  for (const auto& page : captured.pages) json["pages"].push_back(page_json(page));
  for (const auto& finding : captured.findings) json["findings"].push_back(finding_json(finding));
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

void print_capture(std::ostream& out, const capture::Captured& captured, const std::string& path,
                   const std::vector<Language>& spoken) {
  const auto pages = std::to_string(captured.pages.size());
  const bool fits = capture::fits(captured);
  out << (captured.document.empty() ? std::string("-") : path) << ": "
      << (fits ? speak("đạt chuẩn số hóa, " + pages + " trang",
                       "meets the standard, " + pages + " pages", spoken)
               : speak("CHƯA ĐẠT chuẩn số hóa, " + pages + " trang",
                       "DOES NOT meet the standard, " + pages + " pages", spoken))
      << '\n';
  for (const auto& finding : captured.findings) print_finding(out, finding, spoken);
}

}  // namespace antin::service
