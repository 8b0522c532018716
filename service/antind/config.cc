#include "service/antind/config.h"

#include <algorithm>

#include "service/antind/api_keys.h"
#include "service/antind/config_outbox.h"
#include "service/antind/config_seals.h"
#include "service/audit/checkpoint.h"
#include "service/http/address.h"
#include "service/http/http_parser.h"
#include "service/settings/section.h"
#include "service/store/database.h"

namespace antin::service {
namespace {

using settings::Section;
using settings::wrong;

constexpr const char* kSchema = "antin-config/1";

Status read_http(Section section, Config::Http& http) {
  auto& settings = http.settings;
  ANTIN_CHECK(section.text("address", http.address));
  ANTIN_CHECK(section.number("port", http.port, 0, 65'535));
  ANTIN_CHECK(section.text("port_file", http.port_file));
  ANTIN_CHECK(section.flag("behind_tls_proxy", http.behind_tls_proxy));
  ANTIN_CHECK(section.number("max_body_octets", settings.limits.body_octets, 1'024,
                             std::int64_t{1} << 32U));
  ANTIN_CHECK(section.number("max_bodies_octets", http.max_bodies_octets, 1'048'576,
                             std::int64_t{1} << 40U));
  ANTIN_CHECK(section.number("max_connections", settings.max_connections, 1, 20'000));
  ANTIN_CHECK(section.number("max_per_address", settings.max_per_address, 1, 20'000));
  ANTIN_CHECK(
      section.number("min_octets_per_second", settings.min_octets_per_second, 1, 1'000'000));
  ANTIN_CHECK(section.text("tls_certificate", http.tls.certificate));
  ANTIN_CHECK(section.text("tls_key", http.tls.key));
  ANTIN_CHECK(section.text("tls_client_ca", http.tls.client_ca));
  ANTIN_CHECK(section.texts("tls_client_crls", http.tls.client_crls));
  ANTIN_CHECK(section.texts("client_certificate_for", http.client_certificate_for));
  ANTIN_CHECK(section.texts("hosts", http.hosts));
  ANTIN_CHECK(section.texts("proxies", settings.proxies));
  ANTIN_CHECK(section.seconds("handshake_seconds", settings.handshake_within, 600));
  ANTIN_CHECK(section.seconds("head_seconds", settings.head_within, 600));
  ANTIN_CHECK(section.seconds("idle_seconds", settings.idle_within, 600));
  ANTIN_CHECK(section.seconds("request_seconds", settings.request_within, 86'400));
  ANTIN_CHECK(section.seconds("rate_grace_seconds", settings.rate_grace, 600));
  return section.done();
}

Status read_rate(Section& section, const std::string& name, Config::Rates::Rate& rate) {
  constexpr std::int64_t kMost = 100'000'000;
  ANTIN_CHECK(section.number((name + "_per_minute").c_str(), rate.per_minute, 0, kMost));
  return section.number((name + "_burst").c_str(), rate.burst, 1, kMost);
}

Status read_rates(Section section, Config::Rates& rates) {
  ANTIN_CHECK(read_rate(section, "address_cheap", rates.address_cheap));
  ANTIN_CHECK(read_rate(section, "address_costly", rates.address_costly));
  ANTIN_CHECK(read_rate(section, "key_cheap", rates.key_cheap));
  ANTIN_CHECK(read_rate(section, "key_costly", rates.key_costly));
  ANTIN_CHECK(read_rate(section, "failures", rates.failures));
  ANTIN_CHECK(section.number("clients", rates.clients, 16, 1'000'000));
  ANTIN_CHECK(section.flag("limit_loopback", rates.limit_loopback));
  return section.done();
}

bool are_scopes(const std::vector<std::string>& words) {
  return std::all_of(words.begin(), words.end(), [](const std::string& word) {
    const auto scopes = read_scopes(word);
    return scopes && scopes->size() == 1;
  });
}

Status read_roles(std::vector<Section> sections,
                  std::map<std::string, std::vector<std::string>>& roles) {
  for (auto& section : sections) {
    std::string role;
    std::vector<std::string> scopes;
    ANTIN_CHECK(section.text("name", role));
    ANTIN_CHECK(section.texts("scopes", scopes));
    ANTIN_CHECK(section.done());
    if (!section.present()) return Done{};
    if (!is_token(role)) return wrong(section.name_of("name"), "not a word");
    if (scopes.empty() || !are_scopes(scopes))
      return wrong(section.name_of("scopes"), "not a list of rights");
    if (!roles.emplace(role, scopes).second)
      return wrong(section.name_of("name"), "\"" + role + "\" twice");
  }
  return Done{};
}

Status read_verify(Section section, Config::Verify& verify) {
  ANTIN_CHECK(section.flag("anonymous", verify.anonymous));
  ANTIN_CHECK(section.text("trust", verify.trust));
  ANTIN_CHECK(section.text("crls", verify.crls));
  ANTIN_CHECK(section.text("policy", verify.policy));
  ANTIN_CHECK(section.text("units", verify.units));
  ANTIN_CHECK(section.flag("allow_test_pki", verify.allow_test_pki));
  ANTIN_CHECK(section.number("workers", verify.workers, 1, 256));
  ANTIN_CHECK(section.number("queue", verify.queue, 1, 10'000));
  ANTIN_CHECK(section.seconds("seconds", verify.within, 3'600));
  return section.done();
}

Status read_agency(Section section, Config::Agency& agency) {
  ANTIN_CHECK(section.text("key", agency.key));
  ANTIN_CHECK(section.text("tokend", agency.tokend));
  for (const char* const moved : {"token", "modules", "pin_file"}) {
    if (section.has(moved))
      return make_error(Code::kTokendConfigMoved, section.name_of(moved),
                        {{"key", section.name_of(moved)}});
  }
  ANTIN_CHECK(section.text("certificate", agency.certificate));
  ANTIN_CHECK(section.texts("chain", agency.chain));
  ANTIN_CHECK(section.text("level", agency.level));
  ANTIN_TRY(auto units, section.sections("unit"));
  ANTIN_TRY(const auto seals, read_unit_seals(std::move(units)));
  if (!seals.empty() && agency.key.empty())
    return wrong("agency.key", "must be given with [[agency.unit]]");
  ANTIN_CHECK(section.texts("tsa", agency.tsa));
  ANTIN_CHECK(section.text("appearances", agency.appearances));
  ANTIN_CHECK(section.flag("check_trust", agency.check_trust));
  ANTIN_CHECK(section.flag("accept_unknown_revocation", agency.accept_unknown_revocation));
  ANTIN_CHECK(section.number("workers", agency.workers, 1, 256));
  ANTIN_CHECK(section.number("queue", agency.queue, 1, 10'000));
  ANTIN_CHECK(section.seconds("seconds", agency.within, 3'600));
  ANTIN_CHECK(section.seconds("retry_seconds", agency.retry_after, 900));
  ANTIN_CHECK(section.seconds("pending_seconds", agency.pending_for, std::int64_t{90} * 86'400));
  if (!agency.level.empty() && !is_signature_level(agency.level))
    return wrong("agency.level", "not \"B-B\", \"B-T\", \"B-LT\" or \"B-LTA\"");
  return section.done();
}

Status read_pages(Section section, Config::Pages& pages) {
  std::int64_t minutes = std::chrono::duration_cast<std::chrono::minutes>(pages.idle).count();
  // Longer than a working day is no limit.
  constexpr std::int64_t kMost = 10 * 60;
  ANTIN_CHECK(section.number("idle_minutes", minutes, 1, kMost));
  pages.idle = std::chrono::minutes(minutes);
  return section.done();
}

// "https://xa.example.vn/tra-cuu?ma=": a QR code holds it and 16 letters more.
bool is_lookup(std::string_view address) {
  constexpr std::size_t kLongest = 200;
  if (address.empty()) return true;
  const bool web = address.starts_with("https://") || address.starts_with("http://");
  return web && address.size() <= kLongest && (address.ends_with('=') || address.ends_with('/')) &&
         std::all_of(address.begin(), address.end(), [](char c) {
           return c > ' ' && c < 0x7F && c != '"' && c != '<' && c != '>' && c != '|';
         });
}

Status read_revocation(Section section, Config::Revocation& revocation) {
  ANTIN_CHECK(section.flag("online", revocation.online));
  ANTIN_CHECK(section.flag("aia", revocation.aia));
  ANTIN_CHECK(section.texts("allow_hosts", revocation.allow_hosts));
  ANTIN_CHECK(section.text("cache", revocation.cache));
  ANTIN_CHECK(section.number("cache_octets", revocation.cache_octets, std::int64_t{1} << 20U,
                             std::int64_t{1} << 40U));
  ANTIN_CHECK(section.seconds("fetch_seconds", revocation.per_fetch, 120));
  ANTIN_CHECK(section.seconds("seconds", revocation.total, 600));
  return section.done();
}

Error unsafe(const std::string& reason, Where where = Where::here()) {
  return make_error(Code::kConfigUnsafe, reason, {{"reason", reason}}, where);
}

Status check_front(const Config::Http& http) {
  const bool tls = !http.tls.certificate.empty();
  if (tls != !http.tls.key.empty())
    return wrong(tls ? "http.tls_key" : "http.tls_certificate", "must be given with the other");
  if (!is_loopback(http.address) && !http.behind_tls_proxy && !tls)
    return unsafe(
        "http.address is reachable from outside without TLS (http.tls_certificate, "
        "http.behind_tls_proxy)");
  if (!http.tls.client_ca.empty() && !tls)
    return wrong("http.tls_client_ca", "needs http.tls_certificate");
  if (!http.tls.client_crls.empty() && http.tls.client_ca.empty())
    return wrong("http.tls_client_crls", "needs http.tls_client_ca");
  if (!are_scopes(http.client_certificate_for))
    return wrong("http.client_certificate_for", "not a list of rights");
  if (!http.client_certificate_for.empty() && http.tls.client_ca.empty())
    return unsafe("http.client_certificate_for needs http.tls_client_ca");
  for (const auto& proxy : http.settings.proxies) {
    if (!is_address(proxy)) return wrong("http.proxies", "\"" + proxy + "\" is no address");
  }
  for (const auto& host : http.hosts) {
    if (host.empty() || lower(host) != host || host.find_first_of(" /@?#\t") != std::string::npos)
      return wrong("http.hosts", "\"" + host + "\" is no name in lower case");
  }
  return Done{};
}

// Who may be named in Host, and who speaks for others, where the file does not say.
void settle_front(Config::Http& http) {
  const bool local = is_loopback(http.address) && !http.behind_tls_proxy;
  if (http.hosts.empty() && local) http.hosts = {"localhost", "127.0.0.1", "[::1]"};
  if (http.settings.proxies.empty() && http.behind_tls_proxy)
    http.settings.proxies = {"127.0.0.1", "::1"};
}

// Pairs of values that are each allowed and together are not.
Status check_together(const Config& config) {
  ANTIN_CHECK(check_front(config.http));
  if (config.http.max_bodies_octets < config.http.settings.limits.body_octets)
    return wrong("http.max_bodies_octets", "smaller than http.max_body_octets");
  if (config.store.folder.empty()) return wrong("store.folder", "must be given");
  ANTIN_CHECK(check_database_address(config.store.database));
  if (config.store.key_file.starts_with(config.store.folder + "/"))
    return unsafe("store.key_file lies in store.folder, which backups copy");
  if (!config.audit.checkpoint_key.empty() &&
      (config.audit.origin.size() > 200 || !audit::is_origin(config.audit.origin)))
    return wrong("audit.origin", "must be given with a key, without blanks or plus");
  // Only the key holder signs checkpoints: without it the logs would silently stay unsigned.
  if (!config.audit.checkpoint_key.empty() && config.agency.tokend.empty())
    return wrong("agency.tokend", "must be given with audit.checkpoint_key");
  if (config.agency.key.empty()) return Done{};
  if (config.agency.tokend.empty()) return wrong("agency.tokend", "must be given with a key");
  if (config.agency.check_trust && config.verify.trust.empty())
    return unsafe("agency.check_trust needs verify.trust");
  if (config.agency.level != "B-B" && config.agency.tsa.empty())
    return wrong("agency.tsa", "must be given with level " + config.agency.level);
  return Done{};
}

// vietnam.md S-06: B-LT unless said otherwise, as far as there is a timestamp server and somebody
// to trust.
void settle_level(Config& config) {
  if (!config.agency.level.empty()) return;
  config.agency.level = config.agency.tsa.empty()     ? "B-B"
                        : config.verify.trust.empty() ? "B-T"
                                                      : "B-LT";
}

Result<Config> read_sections(Section& root) {
  Config config;
  ANTIN_TRY(auto process, root.section("process"));
  ANTIN_CHECK(process.text("user", config.process.user));
  ANTIN_CHECK(process.done());
  ANTIN_TRY(auto http, root.section("http"));
  ANTIN_CHECK(read_http(std::move(http), config.http));
  ANTIN_TRY(auto rates, root.section("rates"));
  ANTIN_CHECK(read_rates(std::move(rates), config.rates));
  ANTIN_TRY(auto roles, root.sections("role"));
  ANTIN_CHECK(read_roles(std::move(roles), config.roles));
  ANTIN_TRY(auto verify, root.section("verify"));
  ANTIN_CHECK(read_verify(std::move(verify), config.verify));
  ANTIN_TRY(auto agency, root.section("agency"));
  ANTIN_CHECK(read_agency(std::move(agency), config.agency));
  ANTIN_TRY(auto revocation, root.section("revocation"));
  ANTIN_CHECK(read_revocation(std::move(revocation), config.revocation));
  ANTIN_TRY(auto audit, root.section("audit"));
  ANTIN_CHECK(audit.text("checkpoint_key", config.audit.checkpoint_key));
  ANTIN_CHECK(audit.text("origin", config.audit.origin));
  ANTIN_CHECK(audit.done());
  ANTIN_TRY(auto office, root.section("office"));
  ANTIN_CHECK(office.text("legal", config.office.legal));
  ANTIN_CHECK(office.text("people", config.office.people));
  ANTIN_CHECK(office.text("layouts", config.office.layouts));
  ANTIN_CHECK(office.text("lookup", config.office.lookup));
  if (!is_lookup(config.office.lookup))
    return wrong("office.lookup", "not an address that a code can be added to");
  ANTIN_CHECK(office.texts("confidence", config.office.confidence));
  if (config.office.confidence.empty()) return wrong("office.confidence", "[]");
  ANTIN_CHECK(office.text("signatures", config.office.signatures));
  ANTIN_CHECK(office.done());
  ANTIN_TRY(auto leaving, root.section("outbox"));
  ANTIN_TRY(auto targets, leaving.sections("target"));
  ANTIN_CHECK(read_targets(std::move(targets), config.targets));
  ANTIN_CHECK(leaving.done());
  ANTIN_TRY(auto digitise, root.section("digitise"));
  ANTIN_CHECK(digitise.text("table", config.digitise.table));
  ANTIN_CHECK(digitise.done());
  ANTIN_TRY(auto pages, root.section("pages"));
  ANTIN_CHECK(read_pages(std::move(pages), config.pages));
  ANTIN_TRY(auto store, root.section("store"));
  ANTIN_CHECK(store.text("folder", config.store.folder));
  ANTIN_CHECK(store.text("database", config.store.database));
  ANTIN_CHECK(store.text("key_file", config.store.key_file));
  ANTIN_CHECK(store.done());
  ANTIN_CHECK(root.done());
  return config;
}

}  // namespace

bool is_signature_level(std::string_view level) noexcept {
  return level == "B-B" || level == "B-T" || level == "B-LT" || level == "B-LTA";
}

Result<Config> read_config(std::string_view text) {
  ANTIN_TRY(const auto file, settings::File::parse(text, kSchema));
  Section root = file.root();
  ANTIN_TRY(auto config, read_sections(root));
  settle_level(config);
  settle_front(config.http);
  ANTIN_CHECK(check_together(config));
  return config;
}

std::vector<std::string> config_keys() {
  settings::Keys keys;
  Section nothing(nullptr, "", &keys);
  static_cast<void>(read_sections(nothing));
  return keys;
}

}  // namespace antin::service
