#include "service/setup/installation.h"

#include <filesystem>

#include "certs/certificate.h"
#include "service/antind/letter_maker.h"
#include "service/antind/office_rules.h"
#include "service/courier/couriers.h"
#include "service/system/files.h"
#include "service/tls/tls_context.h"

namespace antin::service::setup {
namespace {

using Weight = Problem::Weight;

constexpr std::size_t kMaxCertificates = 16U << 20U;

// What receivers of documents and events need: their secrets are as much worth as ours.
void add_receivers(const Config& config, std::vector<NamedPath>& paths) {
  for (const auto& target : config.targets) {
    for (const auto& file : target.secrets)
      paths.push_back({"outbox.target.secrets", file, Use::kSecret});
    paths.push_back({"outbox.target.password", target.password, Use::kSecret});
    paths.push_back({"outbox.target.tls_roots", target.tls_roots, Use::kFile});
    paths.push_back({"outbox.target.folder", target.folder, Use::kOwnFolder});
  }
}

std::vector<NamedPath> paths_of(const Config& config) {
  std::vector<NamedPath> paths{
      {"verify.trust", config.verify.trust, Use::kFolder},
      {"verify.crls", config.verify.crls, Use::kFolder},
      {"verify.policy", config.verify.policy, Use::kFile},
      {"verify.units", config.verify.units, Use::kFile},
      {"office.legal", config.office.legal, Use::kFolder},
      {"office.people", config.office.people, Use::kFile},
      {"office.layouts", config.office.layouts, Use::kFolder},
      {"office.signatures", config.office.signatures, Use::kFolder},
      {"digitise.table", config.digitise.table, Use::kFile},
      {"agency.certificate", config.agency.certificate, Use::kFile},
      {"agency.appearances", config.agency.appearances, Use::kFolder},
      {"agency.tokend", config.agency.tokend, Use::kSocket},
      {"http.tls_certificate", config.http.tls.certificate, Use::kFile},
      {"http.tls_key", config.http.tls.key, Use::kSecret},
      {"http.tls_client_ca", config.http.tls.client_ca, Use::kFile},
      {"store.folder", config.store.folder, Use::kOwnFolder},
      {"store.key_file", config.store.key_file, Use::kSecret},
  };
  for (const auto& file : config.http.tls.client_crls)
    paths.push_back({"http.tls_client_crls", file, Use::kFile});
  for (const auto& file : config.agency.chain) paths.push_back({"agency.chain", file, Use::kFile});
  add_receivers(config, paths);
  std::erase_if(paths, [](const NamedPath& named) { return named.path.empty(); });
  return paths;
}

void add(Problems& problems, Code code, const Params& params, Weight weight,
         Where where = Where::here()) {
  problems.push_back(
      {make_error(code, params.empty() ? "" : params.front().second, params, where), weight});
}

// Expired, not yet valid, or soon to end. Signing or judging says so as well, but later.
void check_validity(const NamedPath& named, const Clock& clock, Problems& problems) {
  const auto octets = read_file(named.path, kMaxCertificates);
  if (!octets) return;  // said by check_path()
  const auto read = certs::Certificate::from_file_bytes(octets.value());
  if (!read || read.value().empty()) {
    const std::string reason = "X.509";
    return add(problems, Code::kSetupFileUnusable,
               {{"file", named.path}, {"key", named.key}, {"reason", reason}}, Weight::kStops);
  }
  const auto& certificate = read.value().front();
  const auto now = clock.utc_now();
  const auto until = to_vietnam_day_text(certificate.not_after());
  if (now < certificate.not_before() || now > certificate.not_after())
    return add(problems, Code::kSetupCertificateExpired,
               {{"file", named.path},
                {"key", named.key},
                {"from", to_vietnam_day_text(certificate.not_before())},
                {"until", until}},
               Weight::kWarns);
  const auto left = certificate.not_after().since_epoch() - now.since_epoch();
  const auto days = std::chrono::duration_cast<std::chrono::days>(left).count();
  if (days < kSpeakOfEndDays)
    add(problems, Code::kSetupCertificateEnds,
        {{"file", named.path},
         {"key", named.key},
         {"days", std::to_string(days)},
         {"until", until}},
        Weight::kWarns);
}

// A file of the folder that holds no certificate stops antind; no certificate at all makes every
// signature INSUFFICIENT, which nobody would connect with an empty folder.
void check_trust(const std::string& folder, Problems& problems) {
  if (folder.empty()) return;
  const auto names = list_files(folder);
  if (!names) return;  // said by check_path()
  std::size_t found = 0;
  const auto inside = folder + "/";
  for (const auto& name : names.value()) {
    const auto octets = read_file(inside + name, kMaxCertificates);
    if (!octets) continue;
    const auto read = certs::Certificate::from_file_bytes(octets.value());
    if (read) found += read.value().size();
  }
  if (found == 0)
    add(problems, Code::kSetupTrustEmpty, {{"file", folder}, {"key", "verify.trust"}},
        Weight::kWarns);
}

// The certificate of antind's own TLS: its end, and whether certificate, key and issuers of clients
// go together, by loading them as the server would.
void check_tls(const TlsFiles& files, const Clock& clock, Problems& problems) {
  if (files.certificate.empty()) return;
  check_validity({"http.tls_certificate", files.certificate}, clock, problems);
  auto readable = files;
  readable.key = source_of_credential(files.key);
  auto loaded = TlsContext::load(readable);
  if (!loaded) {
    problems.push_back({std::move(loaded).error(), Weight::kStops});
    return;
  }
  const auto end = loaded.value()->lists_end();
  if (!end || clock.utc_now() <= *end) return;
  std::string lists;
  for (const auto& file : files.client_crls) lists += (lists.empty() ? "" : ", ") + file;
  add(problems, Code::kSetupListEnded,
      {{"file", lists}, {"key", "http.tls_client_crls"}, {"until", to_vietnam_day_text(*end)}},
      Weight::kWarns);
}

// The tables of the office, by reading them as the service would at its start or on SIGHUP.
void check_office(const Config& config, Problems& problems) {
  if (config.office.legal.empty()) return;
  auto office = LegalOffice::open(config, nullptr);
  if (!office) problems.push_back({std::move(office).error(), Weight::kStops});
  if (config.office.layouts.empty()) return;
  for (const auto* name : {"loi-chung-ban-sao", "so-chung-thuc", "so-dang-ky"}) {
    if (auto read = read_template(config.office.layouts, name); !read)
      problems.push_back({std::move(read).error(), Weight::kStops});
  }
}

void check_backups(const std::vector<NamedPath>& paths, const std::string& folder,
                   Problems& problems) {
  for (const auto& named : paths) {
    if (named.use == Use::kSecret && lies_in(named.path, folder))
      add(problems, Code::kSetupSecretInBackup,
          {{"file", named.path}, {"key", named.key}, {"folder", folder}}, Weight::kStops);
  }
}

void check_development(const Config& config, Problems& problems) {
  const auto say = [&problems](const char* key) {
    add(problems, Code::kSetupDevelopment, {{"key", key}}, Weight::kWarns);
  };
  if (config.verify.allow_test_pki) say("verify.allow_test_pki = true");
  if (!config.agency.key.empty() && !config.agency.check_trust) say("agency.check_trust = false");
}

// Read as they will be when the first document leaves, which may be weeks after the start.
void check_receivers(const Config& config, Problems& problems) {
  const auto read = [&](const std::string& file, const std::string& target, auto reader) {
    const auto source = source_of_credential(file);
    std::error_code ignored;
    if (file.empty() || !std::filesystem::exists(source, ignored)) return;  // said by check_path()
    if (auto secret = reader(source, target); !secret)
      problems.push_back({std::move(secret).error(), Weight::kStops});
  };
  for (const auto& target : config.targets) {
    for (const auto& file : target.secrets) read(file, target.name, courier::read_secret);
    read(target.password, target.name, courier::read_password);
  }
}

}  // namespace

Problems check_installation(const Config& config, const Account& account, const Clock& clock) {
  Problems problems;
  const auto paths = paths_of(config);
  for (const auto& named : paths) check_path(named, account, problems);
  if (!config.agency.certificate.empty())
    check_validity({"agency.certificate", config.agency.certificate}, clock, problems);
  check_receivers(config, problems);
  check_tls(config.http.tls, clock, problems);
  check_trust(config.verify.trust, problems);
  check_office(config, problems);
  check_backups(paths, config.store.folder, problems);
  check_development(config, problems);
  return problems;
}

}  // namespace antin::service::setup
