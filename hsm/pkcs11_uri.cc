#include "hsm/pkcs11_uri.h"

#include <array>
#include <charconv>
#include <utility>
#include <vector>

#include "hsm/key_holder.h"

namespace antin::hsm {
namespace {

constexpr std::size_t kMaxLength = 4096;
constexpr std::string_view kScheme = "pkcs11:";

constexpr char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

constexpr bool is_alphanumeric(char c) noexcept {
  return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z');
}

constexpr bool is_unreserved(char c) noexcept {
  return is_alphanumeric(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

// RFC 7512 §2.3, pk11-res-avail: may stand unencoded in every value.
constexpr bool is_available(char c) noexcept {
  constexpr std::string_view kAvailable = ":[]@!$'()*+,=";
  return kAvailable.find(c) != std::string_view::npos;
}

enum class Part : std::uint8_t { kPath, kQuery };

constexpr bool may_stand_unencoded(char c, Part part) noexcept {
  if (is_unreserved(c) || is_available(c) || static_cast<unsigned char>(c) >= 0x80) return true;
  return part == Part::kPath ? c == '&' : (c == '/' || c == '?' || c == '|');
}

Error bad(std::string why) {
  return make_error(Code::kTokenUriInvalid, std::move(why));
}

Result<std::string> percent_decoded(std::string_view value, Part part) {
  std::string plain;
  plain.reserve(value.size());
  for (std::size_t at = 0; at < value.size(); ++at) {
    if (value[at] != '%') {
      if (!may_stand_unencoded(value[at], part)) return bad("a character must be percent-encoded");
      plain += value[at];
      continue;
    }
    Bytes octet;
    if (value.size() - at < 3 || !from_hex(value.substr(at + 1, 2), octet))
      return bad("% is not followed by two hexadecimal digits");
    plain += static_cast<char>(octet.front());
    at += 2;
  }
  return plain;
}

// Labels and serial numbers are CK_UTF8CHAR fields: no NUL may hide the rest of a value.
Result<std::string> text_value(std::string_view value, Part part) {
  ANTIN_TRY(auto plain, percent_decoded(value, part));
  if (plain.find('\0') != std::string::npos) return bad("a text value holds a NUL");
  return plain;
}

struct Attribute {
  std::string_view name;
  std::string_view value;
};

Result<std::vector<Attribute>> split(std::string_view text, char separator) {
  std::vector<Attribute> attributes;
  while (!text.empty()) {
    const auto end = text.find(separator);
    const auto one = text.substr(0, end);
    const auto equals = one.find('=');
    if (equals == std::string_view::npos || equals == 0) return bad("attribute without name=value");
    const auto name = one.substr(0, equals);
    for (const char c : name) {
      if (!is_alphanumeric(c) && c != '-' && c != '_') return bad("attribute name");
    }
    for (const auto& earlier : attributes) {
      if (earlier.name == name) return bad("attribute given twice: " + std::string{name});
    }
    attributes.push_back({name, one.substr(equals + 1)});
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
    if (text.empty()) return bad("separator at the end");
  }
  return attributes;
}

constexpr std::array kTypes = {
    std::pair{std::string_view{"private"}, Pkcs11Uri::Type::kPrivate},
    std::pair{std::string_view{"public"}, Pkcs11Uri::Type::kPublic},
    std::pair{std::string_view{"cert"}, Pkcs11Uri::Type::kCertificate},
    std::pair{std::string_view{"secret-key"}, Pkcs11Uri::Type::kSecretKey},
    std::pair{std::string_view{"data"}, Pkcs11Uri::Type::kData},
};

Status set_type(Pkcs11Uri& uri, std::string_view value) {
  for (const auto& [name, type] : kTypes) {
    if (name != value) continue;
    uri.type = type;
    return Done{};
  }
  return bad("type is none of public, private, cert, secret-key, data");
}

Status set_slot_id(Pkcs11Uri& uri, std::string_view value) {
  std::uint64_t number = 0;
  const auto* end = value.data() + value.size();
  const auto [rest, error] = std::from_chars(value.data(), end, number);
  if (value.empty() || error != std::errc{} || rest != end) return bad("slot-id is not a number");
  uri.slot_id = number;
  return Done{};
}

Status set_path_attribute(Pkcs11Uri& uri, const Attribute& attribute) {
  using Member = std::optional<std::string> Pkcs11Uri::*;
  constexpr std::array<std::pair<std::string_view, Member>, 5> kTexts = {{
      {"token", &Pkcs11Uri::token},
      {"manufacturer", &Pkcs11Uri::manufacturer},
      {"model", &Pkcs11Uri::model},
      {"serial", &Pkcs11Uri::serial},
      {"object", &Pkcs11Uri::object},
  }};
  for (const auto& [name, member] : kTexts) {
    if (name != attribute.name) continue;
    ANTIN_TRY(uri.*member, text_value(attribute.value, Part::kPath));
    return Done{};
  }
  if (attribute.name == "id") {
    ANTIN_TRY(const auto octets, percent_decoded(attribute.value, Part::kPath));
    uri.id = to_bytes(octets);
    return Done{};
  }
  if (attribute.name == "type") return set_type(uri, attribute.value);
  if (attribute.name == "slot-id") return set_slot_id(uri, attribute.value);
  // RFC 7512 §3 and §7 know the PIN attributes in the query only; wherever one stands, it is a PIN.
  if (attribute.name == "pin-value" || attribute.name == "pin-source")
    return make_error(Code::kTokenUriPinRefused, "PIN attribute in the URI");
  ANTIN_CHECK(percent_decoded(attribute.value, Part::kPath));
  uri.unmatchable = true;
  return Done{};
}

Status set_query_attribute(Pkcs11Uri& uri, const Attribute& attribute) {
  if (attribute.name == "pin-value" || attribute.name == "pin-source")
    return make_error(Code::kTokenUriPinRefused, "PIN attribute in the URI");
  ANTIN_TRY(auto value, text_value(attribute.value, Part::kQuery));
  if (attribute.name == "module-path")
    uri.module_path = std::move(value);
  else if (attribute.name == "module-name")
    uri.module_name = std::move(value);
  return Done{};
}

void put(std::string& text, std::string_view name, std::string_view value, Part part) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  text += name;
  text += '=';
  for (const char c : value) {
    const bool plain = is_unreserved(c) || (part == Part::kQuery && c == '/');
    if (plain) {
      text += c;
      continue;
    }
    const auto octet = static_cast<unsigned char>(c);
    text += '%';
    text += kDigits[octet >> 4U];
    text += kDigits[octet & 0xFU];
  }
}

std::string_view file_name(std::string_view path) noexcept {
  const auto slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

bool fits(const std::optional<std::string>& wanted, const std::string& actual) {
  return !wanted || *wanted == actual;
}

}  // namespace

Result<Pkcs11Uri> Pkcs11Uri::parse(std::string_view text) {
  if (text.size() > kMaxLength) return bad("longer than 4096 octets");
  if (text.size() < kScheme.size()) return bad("does not start with pkcs11:");
  for (std::size_t at = 0; at < kScheme.size(); ++at) {
    if (lower(text[at]) != kScheme[at]) return bad("does not start with pkcs11:");
  }
  text.remove_prefix(kScheme.size());
  const auto question = text.find('?');
  const auto query = question == std::string_view::npos ? "" : text.substr(question + 1);

  Pkcs11Uri uri;
  ANTIN_TRY(const auto path_attributes, split(text.substr(0, question), ';'));
  ANTIN_TRY(const auto query_attributes, split(query, '&'));
  for (const auto& attribute : path_attributes) ANTIN_CHECK(set_path_attribute(uri, attribute));
  for (const auto& attribute : query_attributes) ANTIN_CHECK(set_query_attribute(uri, attribute));
  return uri;
}

std::string Pkcs11Uri::to_string() const {
  std::string text{kScheme};
  const auto path = [&](std::string_view name, const std::optional<std::string>& value) {
    if (!value) return;
    if (text.size() > kScheme.size()) text += ';';
    put(text, name, *value, Part::kPath);
  };
  path("model", model);
  path("manufacturer", manufacturer);
  path("serial", serial);
  path("token", token);
  if (slot_id) path("slot-id", std::to_string(*slot_id));
  if (id) {
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    text += text.size() > kScheme.size() ? ";id=" : "id=";
    for (const auto octet : *id) {
      text += '%';
      text += kDigits[octet >> 4U];
      text += kDigits[octet & 0xFU];
    }
  }
  path("object", object);
  if (type) {
    for (const auto& [name, value] : kTypes) {
      if (value == *type) path("type", std::string{name});
    }
  }
  auto query = [&, first = true](std::string_view name,
                                 const std::optional<std::string>& value) mutable {
    if (!value) return;
    text += first ? '?' : '&';
    first = false;
    put(text, name, *value, Part::kQuery);
  };
  query("module-path", module_path);
  query("module-name", module_name);
  return text;
}

bool allows_module(const Pkcs11Uri& uri, std::string_view path) {
  if (uri.unmatchable) return false;
  if (uri.module_path && *uri.module_path != path) return false;
  if (!uri.module_name) return true;
  // RFC 7512 §2.3: the name without path, "lib" and file extension.
  const auto file = file_name(path);
  const auto stem = file.substr(0, file.find('.'));
  return stem == *uri.module_name || stem == "lib" + *uri.module_name;
}

bool covers(const Pkcs11Uri& pattern, const Pkcs11Uri& key) {
  const auto same = [](const auto& wanted, const auto& actual) {
    return !wanted || (actual && *wanted == *actual);
  };
  return !key.unmatchable && allows_module(pattern, key.module_path.value_or("")) &&
         same(pattern.token, key.token) && same(pattern.manufacturer, key.manufacturer) &&
         same(pattern.model, key.model) && same(pattern.serial, key.serial) &&
         same(pattern.object, key.object) && same(pattern.id, key.id) &&
         same(pattern.type, key.type) && same(pattern.slot_id, key.slot_id);
}

bool allows_token(const Pkcs11Uri& uri, const TokenStatus& token) {
  return !uri.unmatchable && fits(uri.token, token.label) &&
         fits(uri.manufacturer, token.manufacturer) && fits(uri.model, token.model) &&
         fits(uri.serial, token.serial) && (!uri.slot_id || *uri.slot_id == token.slot);
}

}  // namespace antin::hsm
