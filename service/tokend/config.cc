#include "service/tokend/config.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <optional>

#include "hsm/pkcs11_uri.h"
#include "service/settings/section.h"
#include "service/system/files.h"

namespace antin::service {
namespace {

using settings::Section;
using settings::wrong;

constexpr const char* kSchema = "antin-tokend/1";
constexpr std::size_t kMaxFile = 1U << 20U;
constexpr std::size_t kMaxKeys = 256;

Status read_service(Section section, TokendConfig::Service& service) {
  ANTIN_CHECK(section.text("socket", service.socket));
  ANTIN_CHECK(section.text("operator_socket", service.operator_socket));
  ANTIN_CHECK(section.text("socket_group", service.socket_group));
  ANTIN_CHECK(section.text("operator_group", service.operator_group));
  ANTIN_CHECK(section.texts("clients", service.clients));
  ANTIN_CHECK(section.texts("operators", service.operators));
  ANTIN_CHECK(section.text("folder", service.folder));
  ANTIN_CHECK(section.number("max_connections", service.max_connections, 1, 4096));
  ANTIN_CHECK(section.number("module_megabytes", service.module_megabytes, 64, 1 << 20));
  ANTIN_CHECK(section.seconds("load_seconds", service.load_within, 120));
  ANTIN_CHECK(section.seconds("call_seconds", service.call_within, 300));
  return section.done();
}

Result<PinOrigin> pin_origin(const std::string& key, const std::string& text) {
  constexpr std::string_view kFile = "file:";
  constexpr std::string_view kCredential = "credential:";
  using Kind = PinOrigin::Kind;
  if (text == "unlock") return PinOrigin{Kind::kUnlock, {}};
  if (text == "terminal") return PinOrigin{Kind::kTerminal, {}};
  if (text.starts_with(kFile) && text.size() > kFile.size())
    return PinOrigin{Kind::kFile, text.substr(kFile.size())};
  if (text.starts_with(kCredential)) {
    auto name = text.substr(kCredential.size());
    // A name inside the folder of credentials, whatever is written.
    if (!name.empty() && name.find('/') == std::string::npos && name.front() != '.')
      return PinOrigin{Kind::kCredential, std::move(name)};
  }
  // What was written may be a PIN by mistake: it is not repeated.
  return wrong(key, "not \"unlock\", \"terminal\", \"file:PATH\" or \"credential:NAME\"");
}

Status read_token(Section section, TokendConfig::Token& token) {
  std::string pin;
  ANTIN_CHECK(section.text("uri", token.uri));
  ANTIN_CHECK(section.text("pin", pin));
  ANTIN_CHECK(section.done());
  if (!section.present()) return Done{};
  ANTIN_TRY(const auto uri, hsm::Pkcs11Uri::parse(token.uri));
  if (!uri.token && !uri.serial)
    return wrong(section.name_of("uri"), "must name a token (token=… or serial=…)");
  ANTIN_TRY(token.pin, pin_origin(section.name_of("pin"), pin));
  return Done{};
}

// "07:30-17:30"; "24:00" is the end of the day.
bool read_span(std::string_view text, hsm::Hours& hours) {
  const auto time = [](std::string_view one, std::chrono::minutes& out) {
    if (one.size() != 5 || one[2] != ':') return false;
    int hour = 0;
    int minute = 0;
    const auto digits = [](std::string_view two, int& value) {
      const auto* const end = two.data() + two.size();
      return two[0] >= '0' && two[0] <= '9' && std::from_chars(two.data(), end, value).ptr == end;
    };
    if (!digits(one.substr(0, 2), hour) || !digits(one.substr(3, 2), minute)) return false;
    out = std::chrono::hours{hour} + std::chrono::minutes{minute};
    return minute < 60 && out <= std::chrono::hours{24};
  };
  return text.size() == 11 && text[5] == '-' && time(text.substr(0, 5), hours.from) &&
         time(text.substr(6), hours.to) && hours.from != hours.to &&
         hours.from < std::chrono::hours{24};
}

Status read_hours(Section& section, hsm::Hours& hours) {
  constexpr std::array<std::string_view, 7> kDays = {"mon", "tue", "wed", "thu",
                                                     "fri", "sat", "sun"};
  std::string span;
  std::vector<std::string> days;
  ANTIN_CHECK(section.text("hours", span));
  ANTIN_CHECK(section.texts("days", days));
  if (!section.present()) return Done{};
  if (!read_span(span, hours))
    return wrong(section.name_of("hours"), "not like \"07:30-17:30\" or \"00:00-24:00\"");
  for (const auto& day : days) {
    const auto* const found = std::find(kDays.begin(), kDays.end(), day);
    if (found == kDays.end())
      return wrong(section.name_of("days"), "not mon, tue, wed, thu, fri, sat or sun");
    hours.days.at(static_cast<std::size_t>(found - kDays.begin())) = true;
  }
  if (days.empty()) return wrong(section.name_of("days"), "must be given");
  return Done{};
}

std::optional<SignatureScheme> scheme_named(const std::string& text) {
  using enum SignatureAlgorithm;
  using enum DigestAlgorithm;
  for (const auto algorithm : {kRsaPkcs1, kRsaPss, kEcdsa}) {
    for (const auto digest : {kSha256, kSha384, kSha512}) {
      if (hsm::text_of({algorithm, digest}) == text) return SignatureScheme{algorithm, digest};
    }
  }
  return std::nullopt;
}

// What only a key for documents has.
Status read_document(Section& section, hsm::KeyRule& rule) {
  std::vector<std::string> roles;
  std::vector<std::string> schemes;
  ANTIN_CHECK(section.texts("roles", roles));
  ANTIN_CHECK(section.texts("schemes", schemes));
  if (!section.present()) return Done{};
  for (const auto& role : roles) {
    if (role != "person" && role != "agency")
      return wrong(section.name_of("roles"), "not \"person\" or \"agency\"");
    rule.roles.push_back(role == "person" ? hsm::tokend::Role::kPerson
                                          : hsm::tokend::Role::kAgency);
  }
  for (const auto& one : schemes) {
    const auto scheme = scheme_named(one);
    if (!scheme)
      return wrong(section.name_of("schemes"),
                   "not like \"RSASSA-PKCS1-v1_5 SHA-256\", \"RSASSA-PSS SHA-256\" or \"ECDSA "
                   "SHA-256\" (or SHA-384, SHA-512)");
    rule.schemes.push_back(*scheme);
  }
  const bool document = rule.purpose == hsm::Purpose::kDocument;
  if (document && roles.empty()) return wrong(section.name_of("roles"), "must be given");
  if (document && schemes.empty()) return wrong(section.name_of("schemes"), "must be given");
  if (!document && (!roles.empty() || !schemes.empty()))
    return wrong(section.name_of("purpose"), "a checkpoint has no roles and no schemes");
  return Done{};
}

Status read_key(Section section, hsm::KeyRule& rule) {
  std::string purpose;
  ANTIN_CHECK(section.text("uri", rule.uri));
  ANTIN_CHECK(section.text("purpose", purpose));
  if (section.present() && purpose != "document" && purpose != "checkpoint")
    return wrong(section.name_of("purpose"), "not \"document\" or \"checkpoint\"");
  rule.purpose = purpose == "checkpoint" ? hsm::Purpose::kCheckpoint : hsm::Purpose::kDocument;
  ANTIN_CHECK(read_document(section, rule));
  ANTIN_CHECK(section.number("per_minute", rule.per_minute, 1, 1'000'000));
  ANTIN_CHECK(section.number("per_day", rule.per_day, 1, 1'000'000'000));
  ANTIN_CHECK(read_hours(section, rule.hours));
  ANTIN_CHECK(section.done());
  if (!section.present()) return Done{};
  if (rule.per_minute == 0) return wrong(section.name_of("per_minute"), "must be given");
  if (rule.per_day == 0) return wrong(section.name_of("per_day"), "must be given");
  ANTIN_TRY(const auto uri, hsm::Pkcs11Uri::parse(rule.uri));
  // Several tokens with the same key have their maker or model in common.
  if ((!uri.token && !uri.serial && !uri.manufacturer && !uri.model) || (!uri.object && !uri.id))
    return wrong(section.name_of("uri"),
                 "must name a token (token=, serial=, model= or manufacturer=) and a key (object= "
                 "or id=)");
  return Done{};
}

// Whoever may ask for signatures could unlock the seal as well: then one person is enough.
Status check_accounts(const TokendConfig::Service& service) {
  for (const auto& client : service.clients) {
    const auto& operators = service.operators;
    if (std::find(operators.begin(), operators.end(), client) == operators.end()) continue;
    const auto reason = "\"" + client + "\" in service.clients and in service.operators";
    return make_error(Code::kConfigUnsafe, reason, {{"reason", reason}});
  }
  return Done{};
}

Result<TokendConfig> read_sections(Section& root) {
  TokendConfig config;
  ANTIN_CHECK(root.texts("modules", config.modules));
  ANTIN_TRY(auto service, root.section("service"));
  ANTIN_CHECK(read_service(std::move(service), config.service));
  ANTIN_TRY(const auto tokens, root.sections("tokens"));
  for (const auto& section : tokens) ANTIN_CHECK(read_token(section, config.tokens.emplace_back()));
  ANTIN_TRY(const auto keys, root.sections("keys"));
  if (keys.size() > kMaxKeys) return wrong("keys", "more than 256");
  for (const auto& section : keys) ANTIN_CHECK(read_key(section, config.keys.emplace_back()));
  ANTIN_CHECK(root.done());
  return config;
}

std::string beside(const std::filesystem::path& folder, const std::string& path) {
  if (path.empty() || path.front() == '/') return path;
  return (folder / path).lexically_normal().string();
}

}  // namespace

Result<TokendConfig> read_tokend_config(std::string_view toml) {
  ANTIN_TRY(const auto file, settings::File::parse(toml, kSchema));
  auto root = file.root();
  ANTIN_TRY(auto config, read_sections(root));
  if (config.service.folder.empty()) return wrong("service.folder", "must be given");
  ANTIN_CHECK(check_accounts(config.service));
  for (const auto& module : config.modules) {
    if (module.empty() || module.front() != '/')
      return wrong("modules", "must be full paths: nothing else is ever loaded");
  }
  return config;
}

bool is_tokend_config(const std::string& path) {
  const auto octets = read_file(path, kMaxFile);
  return octets && settings::File::parse(as_text(octets.value()), kSchema);
}

std::vector<std::string> tokend_config_keys() {
  settings::Keys keys;
  Section nothing(nullptr, "", &keys);
  static_cast<void>(read_sections(nothing));
  return keys;
}

Result<TokendConfig> load_tokend_config(const std::string& path) {
  ANTIN_TRY(const auto octets, read_file(path, kMaxFile));
  ANTIN_TRY(auto config, read_tokend_config(as_text(octets)));
  std::error_code ignored;
  const auto folder = std::filesystem::absolute(path, ignored).parent_path();
  for (auto* one :
       {&config.service.socket, &config.service.operator_socket, &config.service.folder})
    *one = beside(folder, *one);
  for (auto& token : config.tokens) {
    if (token.pin.kind == PinOrigin::Kind::kFile) token.pin.where = beside(folder, token.pin.where);
  }
  return config;
}

}  // namespace antin::service
