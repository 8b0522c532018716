#include "service/antind/accept.h"

#include <array>
#include <string>

#include "service/http/http_parser.h"

namespace antin::service {
namespace {

constexpr std::array kForms = {
    ReportForm{"json", "application/json"}, ReportForm{"html", "text/html; charset=utf-8"},
    ReportForm{"pdf", "application/pdf"}, ReportForm{"etsi", "application/xml"}};
constexpr std::size_t kMostRanges = 32;
constexpr int kFullWeight = 1000;

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t";
  const auto begin = text.find_first_not_of(kBlank);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

std::string_view cut(std::string_view& rest, char at) {
  const auto end = rest.find(at);
  const auto head = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return trimmed(head);
}

// 12.4.2: "q=" and up to three decimals, in thousandths; what is not that weighs nothing.
int weight_of(std::string_view parameters) {
  while (!parameters.empty()) {
    const auto one = lower(cut(parameters, ';'));
    if (one.rfind("q=", 0) != 0) continue;
    if (one.size() < 3 || one.size() > 7 || (one[2] != '0' && one[2] != '1')) return 0;
    if (one.size() > 3 && one[3] != '.') return 0;
    int weight = (one[2] - '0') * kFullWeight;
    int place = kFullWeight / 10;
    for (std::size_t i = 4; i < one.size(); ++i, place /= 10) {
      if (one[i] < '0' || one[i] > '9') return 0;
      weight += (one[i] - '0') * place;
    }
    return weight > kFullWeight ? 0 : weight;
  }
  return kFullWeight;
}

// How closely a range names a type: 3 exactly, 2 its first half, 1 anything, 0 not at all.
int closeness(std::string_view range, std::string_view media_type) {
  const auto type = media_type.substr(0, media_type.find(';'));
  if (range == type) return 3;
  if (range == "*/*") return 1;
  const auto half = type.substr(0, type.find('/') + 1);
  return range == std::string{half} + "*" ? 2 : 0;
}

}  // namespace

Result<ReportForm> report_form(std::string_view accept) {
  if (trimmed(accept).empty()) return kForms.front();
  std::array<int, kForms.size()> weight{}, close{};
  for (std::size_t ranges = 0; !accept.empty() && ranges < kMostRanges; ++ranges) {
    auto range = cut(accept, ',');
    const auto type = lower(cut(range, ';'));
    const int wanted = weight_of(range);
    for (std::size_t i = 0; i < kForms.size(); ++i) {
      const int near = closeness(type, kForms.at(i).media_type);
      if (near == 0 || near < close.at(i)) continue;
      close.at(i) = near;
      weight.at(i) = wanted;
    }
  }
  std::size_t best = 0;
  for (std::size_t i = 1; i < kForms.size(); ++i) {
    if (weight.at(i) > weight.at(best)) best = i;
  }
  if (weight.at(best) == 0) return make_error(Code::kReportNotAcceptable, "Accept");
  return kForms.at(best);
}

}  // namespace antin::service
