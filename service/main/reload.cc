#include "service/main/reload.h"

#include <array>
#include <set>
#include <string_view>
#include <system_error>
#include <toml++/toml.h>

#include "service/antind/front.h"
#include "service/antind/sha256.h"
#include "service/main/daemon.h"
#include "service/system/files.h"
#include "service/tls/tls_context.h"

namespace antin::service {
namespace {

constexpr std::size_t kMaxConfigFile = 1U << 20U;

std::string joined(const std::vector<std::string>& files) {
  std::string all;
  for (const auto& file : files) all += (all.empty() ? "" : ", ") + file;
  return all;
}

std::string text_of(const std::string& path) {
  const auto octets = read_file(path, kMaxConfigFile);
  return octets ? std::string(as_text(octets.value())) : std::string();
}

// What is taken up without a restart.
constexpr std::array<std::pair<std::string_view, std::string_view>, 22> kTakenUp = {
    {{"http", "tls_certificate"},
     {"http", "tls_key"},
     {"http", "tls_client_ca"},
     {"http", "tls_client_crls"},
     {"http", "client_certificate_for"},
     {"http", "hosts"},
     {"http", "proxies"},
     {"http", "max_connections"},
     {"http", "max_per_address"},
     {"http", "handshake_seconds"},
     {"http", "head_seconds"},
     {"http", "idle_seconds"},
     {"http", "request_seconds"},
     {"http", "min_octets_per_second"},
     {"http", "rate_grace_seconds"},
     {"verify", "anonymous"},
     {"verify", "trust"},
     {"verify", "crls"},
     {"verify", "policy"},
     {"verify", "units"},
     {"outbox", "target"},
     {"pages", "idle_minutes"}}};

toml::table without_taken_up(const std::string& text) {
  toml::table table;
  try {
    table = toml::parse(text);
  } catch (const toml::parse_error&) {
    return table;  // it was readable a moment ago: whatever it is now, the next reload tells
  }
  table.erase("role");
  table.erase("rates");
  for (const auto& [section, key] : kTakenUp) {
    auto* inner = table[section].as_table();
    if (inner == nullptr) continue;
    inner->erase(key);
    if (inner->empty()) table.erase(section);
  }
  return table;
}

}  // namespace

Reloader::Reloader(Parts parts, const Config& running)
    : parts_(std::move(parts)),
      started_(running.http),
      tls_(running.http.tls),
      text_(text_of(parts_.path)) {
  seen_ = stamps();
  if (!tls_.certificate.empty()) {
    if (const auto tls = TlsContext::load(tls_)) lists_end_ = tls.value()->lists_end();
  }
}

Reloader::Stamps Reloader::stamps() const {
  Stamps times;
  auto files = tls_.client_crls;
  for (const auto* file : {&tls_.certificate, &tls_.key, &tls_.client_ca}) files.push_back(*file);
  for (const auto& file : files) {
    if (file.empty()) continue;
    std::error_code absent;
    times.push_back(std::filesystem::last_write_time(file, absent));
  }
  return times;
}

void Reloader::refused(const Error& error, ByteView config_sha256) {
  parts_.outcome(config_sha256, &error);
  parts_.log->write(Log::Level::kError, "reload_refused",
                    {{"code", std::string(info(Code::kReloadRefused).name)},
                     {"error", to_log_line(error)},
                     {"vi", sentence(Code::kReloadRefused, Language::kVietnamese)},
                     {"cause", sentence(error.code, Language::kVietnamese, error.params)}});
}

Status Reloader::apply(const Config& fresh) {
  // Everything that can fail comes first.
  std::shared_ptr<const TlsContext> tls;
  const bool had_tls = !tls_.certificate.empty();
  if (had_tls && !fresh.http.tls.certificate.empty()) {
    ANTIN_TRY(tls, TlsContext::load(fresh.http.tls));
  }
  ANTIN_TRY(const auto use_workers, parts_.workers(fresh));
  if (tls) {
    lists_end_ = tls->lists_end();
    parts_.server->use_tls(std::move(tls));
    tls_ = fresh.http.tls;
    seen_ = stamps();
  }
  auto door = fresh;
  // Names and proxies that the file leaves open follow from where it listens, which did not change.
  if (fresh.http.address != started_.address ||
      fresh.http.behind_tls_proxy != started_.behind_tls_proxy) {
    door.http.hosts = started_.hosts;
    door.http.settings.proxies = started_.settings.proxies;
  }
  parts_.server->use_settings(door.http.settings);
  parts_.admission(door);
  parts_.keys->set_roles(roles_of(fresh));
  use_workers();
  return Done{};
}

void Reloader::tell_what_waits(const std::string& text) {
  const auto before = without_taken_up(text_), now = without_taken_up(text);
  std::set<std::string> sections;
  for (const auto* table : {&before, &now}) {
    for (const auto& [key, value] : *table) sections.emplace(key.str());
  }
  for (const auto& section : sections) {
    const auto *old = before.get_as<toml::table>(section),
               *fresh = now.get_as<toml::table>(section);
    if (old == fresh || (old != nullptr && fresh != nullptr && *old == *fresh)) continue;
    parts_.log->write(Log::Level::kWarning, "reload_needs_restart",
                      {{"code", std::string(info(Code::kReloadNeedsRestart).name)},
                       {"section", section},
                       {"vi", sentence(Code::kReloadNeedsRestart, Language::kVietnamese,
                                       {{"section", section}})}});
  }
}

void Reloader::reload() {
  const auto text = text_of(parts_.path);
  const auto digest = sha256({as_bytes(text)});
  const auto fresh = load_config(parts_.path);
  if (!fresh) return refused(fresh.error(), digest);
  if (const auto applied = apply(fresh.value()); !applied) return refused(applied.error(), digest);
  tell_what_waits(text);
  parts_.outcome(fresh.value().audit.config_sha256, nullptr);
  parts_.log->write(Log::Level::kInfo, "reloaded");
}

// Once, when a list's successor is overdue: from then on its issuer's clients are turned away.
void Reloader::tell_of_ended_lists() {
  if (!lists_end_ || parts_.clock->utc_now() <= *lists_end_) return;
  const Params params{{"key", "http.tls_client_crls"},
                      {"file", joined(tls_.client_crls)},
                      {"until", to_rfc3339(*lists_end_)}};
  lists_end_.reset();
  parts_.log->write(Log::Level::kError, "client_crl_ended",
                    {{"code", std::string(info(Code::kSetupListEnded).name)},
                     {"vi", sentence(Code::kSetupListEnded, Language::kVietnamese, params)},
                     {"action", advice(Code::kSetupListEnded, Language::kVietnamese, params)}});
}

// Certificate and key are two files: whoever replaces them one after the other is looked at
// between, so a pair that does not fit is tried again at the next look and told of once.
void Reloader::look() {
  tell_of_ended_lists();
  auto now = stamps();
  if (now == seen_) return;
  seen_ = std::move(now);
  auto tls = TlsContext::load(tls_);
  if (!tls) return refused(tls.error(), sha256({as_bytes(text_of(parts_.path))}));
  lists_end_ = tls.value()->lists_end();
  parts_.server->use_tls(std::move(tls).value());
  parts_.log->write(Log::Level::kInfo, "tls_reloaded");
}

}  // namespace antin::service
