#include "service/antind/query.h"

#include <algorithm>
#include <charconv>

#include "certs/core/bytes.h"
#include "service/ipc/utf8.h"

namespace antin::service {

std::optional<std::string> percent_decode(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out.push_back(text[i]);
      continue;
    }
    Bytes octet;
    if (text.size() - i < 3 || !from_hex(text.substr(i + 1, 2), octet)) return std::nullopt;
    if (octet[0] == 0) return std::nullopt;
    out.push_back(static_cast<char>(octet[0]));
    i += 2;
  }
  if (!is_utf8(out)) return std::nullopt;
  return out;
}

Result<Parameters> parse_query(std::string_view query,
                               std::initializer_list<std::string_view> known) {
  const auto wrong = [](std::string parameter) {
    return make_error(Code::kHttpParameter, "query", {{"parameter", std::move(parameter)}});
  };
  Parameters out;
  while (!query.empty()) {
    const auto end = std::min(query.find('&'), query.size());
    const auto pair = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    if (pair.empty()) continue;
    const auto equals = std::min(pair.find('='), pair.size());
    auto name = percent_decode(pair.substr(0, equals));
    auto value = percent_decode(pair.substr(std::min(equals + 1, pair.size())));
    if (!name || !value) return wrong("query");
    if (std::find(known.begin(), known.end(), *name) == known.end()) return wrong(*name);
    if (!out.emplace(*name, *value).second) return wrong(*name);
  }
  return out;
}

std::string option(const Parameters& options, const char* name) {
  const auto found = options.find(name);
  return found == options.end() ? std::string() : found->second;
}

Result<std::int64_t> number_option(const Parameters& options, const char* name, std::int64_t least,
                                   std::int64_t most, std::int64_t usual) {
  const auto written = options.find(name);
  if (written == options.end()) return usual;
  std::int64_t number = 0;
  const auto* const end = written->second.data() + written->second.size();
  const auto [stopped, problem] = std::from_chars(written->second.data(), end, number);
  if (problem != std::errc{} || stopped != end || number < least || number > most)
    return wrong_parameter(name);
  return number;
}

Error wrong_parameter(const std::string& name, Where where) {
  return make_error(Code::kHttpParameter, name, {{"parameter", name}}, where);
}

}  // namespace antin::service
