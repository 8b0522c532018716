#include "service/office/register_fields.h"

#include <algorithm>

#include "service/text/numbers.h"
#include "service/text/unicode.h"

namespace antin::office {
namespace {

using Type = RegisterField::Type;

constexpr std::size_t kYearLength = 4, kMonthLength = 7;

Error wrong(const std::string& field, const std::string& why) {
  return make_error(Code::kOriginFacts, field, {{"muc", field}, {"ly_do", why}});
}

bool is_number(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool is_clean(std::string_view text) {
  return service::is_nfc(text) && std::none_of(text.begin(), text.end(), [](char c) {
           return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
         });
}

Status check(const RegisterField& field, const std::string& value) {
  if (!is_clean(value)) return wrong(field.label, "Unicode NFC");
  if (service::characters(value) > field.most)
    return wrong(field.label, "> " + std::to_string(field.most));
  if (field.type == Type::kDay && !is_day_or_part(value))
    return wrong(field.label, "yyyy-mm-dd | yyyy-mm | yyyy");
  if (field.type == Type::kNumber && !is_number(value)) return wrong(field.label, "0-9");
  return Done{};
}

}  // namespace

bool is_day_or_part(std::string_view text) {
  // The shorter ones are completed to a day, so that there is one rule for months and years.
  if (text.size() == kYearLength) return service::is_day(std::string(text) + "-01-01");
  if (text.size() == kMonthLength) return service::is_day(std::string(text) + "-01");
  return service::is_day(text);
}

std::string FieldValue::shown() const {
  if (type != Type::kDay || value.size() == kYearLength) return value;
  const auto month = value.substr(kYearLength + 1, 2) + "/" + value.substr(0, kYearLength);
  return value.size() == kMonthLength ? month : value.substr(kMonthLength + 1) + "/" + month;
}

Result<std::vector<FieldValue>> read_fields(const OriginRegister& kind,
                                            const std::map<std::string, std::string>& given) {
  for (const auto& [code, value] : given) {
    if (find(kind.fields, code) == nullptr) return wrong(code, "?");
  }
  std::vector<FieldValue> fields;
  fields.reserve(given.size());
  for (const auto& field : kind.fields) {
    const auto found = given.find(field.code);
    const std::string value =
        found == given.end() ? std::string() : std::string(service::trimmed(found->second));
    if (value.empty()) {
      if (field.required) return wrong(field.label, "trống");
      continue;
    }
    ANTIN_CHECK(check(field, value));
    fields.push_back({field.code, field.label, field.type, value});
  }
  return fields;
}

std::string holder_of(const OriginRegister& kind, const std::vector<FieldValue>& fields) {
  const auto* found = find(fields, kind.holder);
  return found == nullptr ? std::string() : found->value;
}

}  // namespace antin::office
