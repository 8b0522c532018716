#include "service/office/legal_reader.h"

#include <algorithm>

#include "service/text/unicode.h"

namespace antin::office {
namespace {

constexpr std::size_t kLongest = 4'000;
constexpr std::size_t kMost = 2'000;

bool is_code(std::string_view text) {
  constexpr std::size_t kLongestCode = 64;
  return !text.empty() && text.size() <= kLongestCode &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
                  c == '.';
         });
}

std::string param(const Error& error, std::string_view name) {
  const auto found = std::find_if(error.params.begin(), error.params.end(),
                                  [&](const auto& one) { return one.first == name; });
  return found == error.params.end() ? std::string{} : found->second;
}

}  // namespace

Error LegalReader::wrong(const std::string& key, const std::string& reason) const {
  return make_error(Code::kLegalFile, file_ + ": " + key + ": " + reason,
                    {{"file", file_}, {"key", key}, {"reason", reason}});
}

Error LegalReader::duplicate(const std::string& key, const std::string& value) const {
  return make_error(Code::kLegalDuplicate, file_ + ": " + key + ": " + value,
                    {{"file", file_}, {"key", key}, {"value", value}});
}

Error LegalReader::not_nfc(const std::string& key) const {
  return make_error(Code::kLegalText, file_ + ": " + key, {{"file", file_}, {"key", key}});
}

Error LegalReader::of_dates(Code code, const std::string& key, LegalDay day) const {
  return make_error(code, file_ + ": " + key + ": " + day.iso(),
                    {{"file", file_}, {"key", key}, {"ngay", day.vietnam()}});
}

Status LegalReader::translated(Status status) const {
  if (status) return Done{};
  const auto& error = status.error();
  switch (error.code) {
    case Code::kConfigUnknownKey:
      return wrong(param(error, "key"), "unknown key");
    case Code::kConfigValue:
      return wrong(param(error, "key"), param(error, "reason"));
    case Code::kConfigSchema:
      return wrong("schema", "not \"" + param(error, "schema") + "\"");
    case Code::kConfigUnreadable:
      return wrong("toml", param(error, "reason"));
    default:
      return status;
  }
}

Status LegalReader::optional_text(Section& section, const char* key, std::string& out) const {
  const bool there = section.has(key);
  ANTIN_CHECK(translated(section.text(key, out)));
  if (!there) return Done{};
  if (!service::is_nfc(out)) return not_nfc(section.name_of(key));
  if (out.empty() || out.size() > kLongest || service::trimmed(out).size() != out.size())
    return wrong(section.name_of(key), "empty, too long or with blanks around it");
  return Done{};
}

Status LegalReader::text(Section& section, const char* key, std::string& out) const {
  if (!section.has(key)) return wrong(section.name_of(key), "missing");
  return optional_text(section, key, out);
}

Status LegalReader::texts(Section& section, const char* key, std::vector<std::string>& out) const {
  ANTIN_CHECK(optional_texts(section, key, out));
  if (out.empty()) return wrong(section.name_of(key), "missing");
  return Done{};
}

Status LegalReader::optional_texts(Section& section, const char* key,
                                   std::vector<std::string>& out) const {
  ANTIN_CHECK(translated(section.texts(key, out)));
  if (out.size() > kMost) return wrong(section.name_of(key), "too many");
  std::set<std::string> seen;
  for (const auto& one : out) {
    if (!service::is_nfc(one)) return not_nfc(section.name_of(key));
    if (one.empty() || one.size() > kLongest)
      return wrong(section.name_of(key), "empty or too long");
    if (!seen.insert(one).second) return duplicate(section.name_of(key), one);
  }
  return Done{};
}

Status LegalReader::code(Section& section, const char* key, std::string& out,
                         std::set<std::string>& seen) const {
  ANTIN_CHECK(text(section, key, out));
  if (!is_code(out)) return wrong(section.name_of(key), "not a code");
  if (!seen.insert(out).second) return duplicate(section.name_of(key), out);
  return Done{};
}

Status LegalReader::flag(Section& section, const char* key, bool& out) const {
  return translated(section.flag(key, out));
}

Status LegalReader::day(Section& section, const char* key, std::optional<LegalDay>& out) const {
  std::string text;
  ANTIN_CHECK(optional_text(section, key, text));
  if (text.empty()) return Done{};
  out = LegalDay::parse(text);
  if (!out) return wrong(section.name_of(key), "not a day such as \"2026-06-01\"");
  return Done{};
}

Status LegalReader::time(Section& section, const char* key, TimeOfDay& out) const {
  std::string read;
  ANTIN_CHECK(text(section, key, read));
  const auto time = TimeOfDay::parse(read);
  if (!time) return wrong(section.name_of(key), "not a time such as \"15:00\"");
  out = *time;
  return Done{};
}

Result<std::vector<LegalReader::Section>> LegalReader::optional_list(Section& section,
                                                                     const char* key) const {
  auto list = section.sections(key);
  if (!list) {
    ANTIN_CHECK(translated(list.error()));
  }
  if (list.value().size() > kMost) return wrong(section.name_of(key), "too many");
  return list;
}

Result<std::vector<LegalReader::Section>> LegalReader::list(Section& section,
                                                            const char* key) const {
  ANTIN_TRY(auto list, optional_list(section, key));
  if (list.empty()) return wrong(section.name_of(key), "missing");
  return list;
}

}  // namespace antin::office
