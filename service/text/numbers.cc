#include "service/text/numbers.h"

#include <algorithm>
#include <array>
#include <chrono>

namespace antin::service {
namespace {

std::string part_key(std::string_view part) {
  std::string key;
  for (std::size_t i = 0; i < part.size(); ++i) {
    const char c = part[i];
    if (c == ' ' || c == '\t') continue;
    if (part.substr(i, 2) == "\xC4\x90") {  // Đ, the one capital beyond ASCII in such symbols
      key += "\xC4\x91";
      ++i;
    } else {
      key += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
  }
  const auto zeros = std::min(key.find_first_not_of('0'), key.size());
  return key.substr(zeros == key.size() && zeros > 0 ? zeros - 1 : zeros);  // "00" is "0"
}

}  // namespace

std::string register_key(std::string_view text) {
  std::string key;
  for (bool first = true; !text.empty(); first = false) {
    const auto slash = std::min(text.find('/'), text.size());
    if (!first) key += '/';
    key += part_key(text.substr(0, slash));
    text.remove_prefix(std::min(slash + 1, text.size()));
  }
  return key;
}

bool is_day(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  std::array<int, 3> parts{};
  for (std::size_t i = 0, part = 0; i < text.size(); ++i) {
    if (i == 4 || i == 7) {
      ++part;
    } else if (text[i] < '0' || text[i] > '9') {
      return false;
    } else {
      parts.at(part) = parts.at(part) * 10 + (text[i] - '0');
    }
  }
  using namespace std::chrono;
  const year_month_day day{year{parts[0]}, month{static_cast<unsigned>(parts[1])},
                           std::chrono::day{static_cast<unsigned>(parts[2])}};
  return day.ok() && parts[0] >= 1900 && parts[0] <= 2999;
}

std::string vietnam_day(const std::string& day) {
  if (day.size() != 10) return day;
  return day.substr(8, 2) + "/" + day.substr(5, 2) + "/" + day.substr(0, 4);
}

}  // namespace antin::service
