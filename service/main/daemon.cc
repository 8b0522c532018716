#include "service/main/daemon.h"

#include <atomic>
#include <csignal>
#include <ctime>
#include <filesystem>
#include <malloc.h>
#include <thread>
#include <unistd.h>

#include "service/antind/account_rules.h"
#include "service/antind/api.h"
#include "service/antind/book_watch.h"
#include "service/antind/front.h"
#include "service/antind/key_client.h"
#include "service/antind/log_desk.h"
#include "service/antind/office_tables.h"
#include "service/antind/register_route.h"
#include "service/antind/sha256.h"
#include "service/ipc/worker_protocol.h"
#include "service/main/admin_sources.h"
#include "service/main/agency_key.h"
#include "service/main/confinement.h"
#include "service/main/draw_routes.h"
#include "service/main/evidence_routes.h"
#include "service/main/log_keys.h"
#include "service/main/outbox_desk.h"
#include "service/main/reload.h"
#include "service/main/store_settings.h"
#include "service/main/store_start.h"
#include "service/net/poco_fetcher.h"
#include "service/system/files.h"
#include "service/system/filter.h"
#include "service/system/real.h"

namespace antin::service {
namespace {

constexpr std::size_t kMaxConfigFile = 1U << 20U;
constexpr std::size_t kMaxUnits = 8U << 20U;
constexpr std::size_t kMaxTrustFile = 16U << 20U;
constexpr std::size_t kMaxCrlFile = 64U << 20U;
constexpr std::size_t kMaxLookFile = 4U << 20U;
/// From the signal to the end of the process, whatever still hangs. Everything worth keeping is on
/// disk before it is answered, so leaving is always safe.
constexpr std::chrono::milliseconds kGoneWithin{9'500};
constexpr std::chrono::seconds kLookEvery{5};
/// What signs gives way to what verifies where processors are short: a verification has somebody
/// waiting. More would starve it.
constexpr int kSigningNiceness = 5;

// A page that is drawn passes through here, tens of MiB for a moment. By default the allocator
// would learn from the first one to keep as much in hand for each of its arenas, for ever.
constexpr int kOwnMapping = 1 << 20;
constexpr int kMostInHand = 4 << 20;

void give_memory_back() {
  ::mallopt(M_MMAP_THRESHOLD, kOwnMapping);
  ::mallopt(M_TRIM_THRESHOLD, kMostInHand);
}

std::string beside(const std::filesystem::path& folder, const std::string& path) {
  if (path.empty() || path.front() == '/') return path;
  return (folder / path).lexically_normal().string();
}

Result<std::string> policy_text(const Config& config) {
  if (config.verify.policy.empty()) return std::string();
  ANTIN_TRY(const auto octets, read_file(config.verify.policy, kMaxConfigFile));
  return std::string(as_text(octets));
}

// What the workers judge by: the CBOR document of kConfigure (docs/PROTOCOL.worker.md).
Result<Bytes> worker_configuration(const Config& config) {
  cbor::Array trust;
  cbor::Array crls;
  if (!config.verify.trust.empty()) {
    ANTIN_TRY(const auto names, list_files(config.verify.trust));
    for (const auto& name : names) {
      ANTIN_TRY(auto octets, read_file(config.verify.trust + "/" + name, kMaxTrustFile));
      trust.push_back(cbor::Map{{"name", name}, {"octets", std::move(octets)}});
    }
  }
  if (!config.verify.crls.empty()) {
    ANTIN_TRY(const auto names, list_files(config.verify.crls));
    for (const auto& name : names) {
      ANTIN_TRY(auto octets, read_file(config.verify.crls + "/" + name, kMaxCrlFile));
      crls.emplace_back(std::move(octets));
    }
  }
  ANTIN_TRY(const auto policy, policy_text(config));
  cbor::Array tsa;
  for (const auto& url : config.agency.tsa) tsa.emplace_back(url);
  cbor::Map whole{{"trust", std::move(trust)},
                  {"crls", std::move(crls)},
                  {"policy", policy},
                  {"tsa", std::move(tsa)},
                  {"allow_test_pki", config.verify.allow_test_pki}};
  if (!config.verify.units.empty()) {
    ANTIN_TRY(const auto octets, read_file(config.verify.units, kMaxUnits));
    whole.emplace("units", std::string(as_text(octets)));
  }
  const auto& revocation = config.revocation;
  if (revocation.online) {
    const std::chrono::milliseconds total =
        std::min<std::chrono::milliseconds>(revocation.total, config.verify.within / 2);
    const auto one = std::min<std::chrono::milliseconds>(revocation.per_fetch, total);
    whole.emplace("online", cbor::Map{{"aia", revocation.aia},
                                      {"per_fetch_ms", std::int64_t{one.count()}},
                                      {"total_ms", std::int64_t{total.count()}}});
  }
  return cbor::encode(whole);
}

// [[agency.unit]]: read with the rest of the file at the start, and kept by nobody else.
Result<std::vector<UnitSealConfig>> unit_seals_of(const std::string& config_path) {
  ANTIN_TRY(const auto octets, read_file(config_path, kMaxConfigFile));
  ANTIN_TRY(auto seals, unit_seals_in(as_text(octets)));
  std::error_code ignored;
  const auto folder = std::filesystem::absolute(config_path, ignored).parent_path();
  for (auto& seal : seals) {
    seal.certificate = beside(folder, seal.certificate);
    for (auto& file : seal.chain) file = beside(folder, file);
  }
  return seals;
}

// NAME.toml of the folder is the appearance NAME; every other file may be an image of one.
Result<Appearances> load_appearances(const std::string& folder) {
  Appearances looks;
  if (folder.empty()) return looks;
  ANTIN_TRY(const auto names, list_files(folder));
  cbor::Array images;
  std::map<std::string, std::string> files;
  const auto inside = folder + "/";
  for (const auto& name : names) {
    ANTIN_TRY(auto octets, read_file(inside + name, kMaxLookFile));
    const std::filesystem::path path(name);
    if (path.extension() == ".toml")
      files.emplace(path.stem().string(), as_text(octets));
    else
      images.push_back(cbor::Map{{"name", name}, {"octets", std::move(octets)}});
  }
  for (const auto& [name, toml] : files)
    looks.emplace(name, cbor::Map{{"toml", toml}, {"files", images}});
  return looks;
}

// PERSON.png of the folder is the picture of that person's signature.
Result<SignaturePictures> load_signatures(const std::string& folder) {
  SignaturePictures pictures;
  if (folder.empty()) return pictures;
  ANTIN_TRY(const auto names, list_files(folder));
  for (const auto& name : names) {
    const std::filesystem::path path(name);
    if (path.extension() != ".png") continue;
    ANTIN_TRY(auto octets, read_file(folder + "/" + name, kMaxLookFile));
    pictures.emplace(path.stem().string(), std::move(octets));
  }
  return pictures;
}

// Workers for what may change while the service runs; all else stays as it was at the start.
Result<std::function<void()>> reconfigured(const Config& running, const Config& fresh,
                                           WorkerPool& verify, WorkerPool& check,
                                           WorkerPool* sign) {
  auto config = running;
  config.verify.trust = fresh.verify.trust;
  config.verify.crls = fresh.verify.crls;
  config.verify.policy = fresh.verify.policy;
  config.verify.units = fresh.verify.units;
  ANTIN_TRY(const auto judging, worker_configuration(config));
  ANTIN_TRY(auto use_verify, verify.reconfigure(judging));
  std::function<void()> use_check = [] {}, use_sign = [] {};
  if (sign != nullptr) {
    ANTIN_TRY(const auto checking, checking_configuration(config));
    ANTIN_TRY(use_check, check.reconfigure(checking));
    ANTIN_TRY(use_sign, sign->reconfigure(judging));
  }
  return std::function<void()>([=] {
    use_verify();
    use_check();
    use_sign();
  });
}

// What stands in the office's tables now, at the places where they were at the start.
Result<std::shared_ptr<const OfficeTables>> tables_again(const Config& running, const Config& fresh,
                                                         KeyClient* agency, WorkerPool& workers) {
  auto config = running;
  config.verify.units = fresh.verify.units;
  config.targets = fresh.targets;
  return read_office_tables(config, agency, workers);
}

// The one thing a worker may have fetched: an answer of a timestamp server of the configuration.
Route fetch_route(const Config& config, HttpFetcher& fetcher) {
  return {worker::kFetchTimestamp, worker::kVersion,
          [&config, &fetcher](Message& asked) -> Result<Message> {
            HttpRequest request{HttpRequest::Method::kPost, {}, {}, {}};
            ANTIN_TRY(request.url, cbor::text_at(asked.body, "url"));
            ANTIN_TRY(request.content_type, cbor::text_at(asked.body, "content_type"));
            ANTIN_TRY(request.body, cbor::bytes_at(asked.body, "body"));
            ANTIN_TRY(const auto within, cbor::integer_at(asked.body, "within_ms"));
            ANTIN_TRY(const auto most, cbor::integer_at(asked.body, "max"));
            const auto& known = config.agency.tsa;
            if (std::find(known.begin(), known.end(), request.url) == known.end() || within < 1 ||
                within > 600'000 || most < 1 || most > std::int64_t{4} << 20U)
              return make_error(Code::kIpcUnexpected, "fetch of " + request.url);
            ANTIN_TRY(
                auto response,
                fetcher.fetch(request, {.total_time = std::chrono::milliseconds(within),
                                        .max_response = OctetCount(static_cast<std::size_t>(most)),
                                        .max_redirects = 0}));
            Message reply;
            reply.body = cbor::Map{{"status", response.status},
                                   {"content_type", response.content_type},
                                   {"body", std::move(response.body)}};
            return reply;
          }};
}

// SIGTERM, SIGINT and SIGHUP as events of a thread of their own; blocked everywhere else.
class StopSignals {
 public:
  StopSignals() {
    ::sigemptyset(&set_);
    ::sigaddset(&set_, SIGTERM);
    ::sigaddset(&set_, SIGINT);
    ::sigaddset(&set_, SIGHUP);
    ::pthread_sigmask(SIG_BLOCK, &set_, nullptr);
  }
  /// Reloads at SIGHUP and looks for changed files now and then. Calls `stop` at any other signal,
  /// then ends the process when it is not gone in time.
  void watch(Reloader& reloader, std::function<void()> stop) {
    thread_ = std::thread([this, &reloader, stop = std::move(stop)] {
      const timespec moment{0, 100'000'000};
      auto look_at = after(kLookEvery);
      while (!over_) {
        const int signal = ::sigtimedwait(&set_, nullptr, &moment);
        if (signal == SIGHUP) reloader.reload();
        if (std::chrono::steady_clock::now() >= look_at) {
          reloader.look();
          look_at = after(kLookEvery);
        }
        if (signal < 0 || signal == SIGHUP) continue;
        stop();
        const auto until = after(kGoneWithin);
        while (!over_ && std::chrono::steady_clock::now() < until)
          std::this_thread::sleep_for(std::chrono::milliseconds(20));
        if (!over_) ::_exit(0);
        return;
      }
    });
  }
  ~StopSignals() {
    over_ = true;
    if (thread_.joinable()) thread_.join();
  }
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

 private:
  sigset_t set_{};
  std::atomic<bool> over_ = false;
  std::thread thread_;
};

}  // namespace

Result<Bytes> checking_configuration(const Config& config) {
  ANTIN_TRY(const auto policy, policy_text(config));
  return cbor::encode(cbor::Map{{"trust", cbor::Array{}},
                                {"crls", cbor::Array{}},
                                {"policy", policy},
                                {"tsa", cbor::Array{}},
                                {"allow_test_pki", false}});
}

Result<Config> load_config(const std::string& path) {
  ANTIN_TRY(const auto octets, read_file(path, kMaxConfigFile));
  ANTIN_TRY(auto config, read_config(as_text(octets)));
  config.audit.config_sha256 = sha256({octets});
  std::error_code ignored;
  const auto folder = std::filesystem::absolute(path, ignored).parent_path();
  for (auto* file :
       {&config.http.port_file, &config.verify.trust, &config.verify.crls, &config.verify.policy,
        &config.verify.units, &config.office.legal, &config.office.people, &config.office.layouts,
        &config.digitise.table, &config.office.signatures, &config.agency.tokend,
        &config.agency.certificate, &config.agency.appearances, &config.store.folder,
        &config.store.key_file, &config.http.tls.certificate, &config.http.tls.key,
        &config.http.tls.client_ca})
    *file = beside(folder, *file);
  auto& cache = config.revocation.cache;
  cache = cache.empty() ? config.store.folder + "/evidence" : beside(folder, cache);
  for (const auto& host : config.revocation.allow_hosts) {
    if (const auto good = check_allowed_host(host); !good)
      return make_error(Code::kConfigValue, host,
                        {{"key", "revocation.allow_hosts"}, {"reason", host}});
  }
  for (auto& file : config.agency.chain) file = beside(folder, file);
  for (auto& file : config.http.tls.client_crls) file = beside(folder, file);
  for (auto& target : config.targets) {
    for (auto* file : {&target.tls_roots, &target.folder, &target.password})
      *file = beside(folder, *file);
    for (auto& file : target.secrets) file = beside(folder, file);
  }
  return config;
}

Status run_daemon(const Config& config, const std::string& config_path,
                  const std::string& worker_program, WorkerPool::Confinement confinement) {
  give_memory_back();
  StopSignals signals;
  static_cast<void>(::signal(SIGPIPE, SIG_IGN));
  SystemClock clock;
  SystemRandom random;
  Log log(STDERR_FILENO, clock);
  Metrics metrics;
  const auto draw_program = own_program("antin-draw");
  ANTIN_CHECK(require_confinement(worker_program, draw_program, confinement, log));
  ANTIN_TRY(const auto configuration, worker_configuration(config));
  ANTIN_TRY(const auto checking, checking_configuration(config));
  ANTIN_TRY(auto appearances, load_appearances(config.agency.appearances));
  ANTIN_TRY(auto signatures, load_signatures(config.office.signatures));
  const auto stored = store_settings(config);
  ANTIN_TRY(const auto store, Store::open(stored));
  ANTIN_TRY(const auto store_lock, start_store(*store, stored, log));
  LogDesk logs({.store = store.get(),
                .log = &log,
                .metrics = &metrics,
                .clock = &clock,
                .random = &random,
                .origin = config.audit.origin,
                .key = checkpoint_key(config),
                .journal = tokend_journal(config)});
  ANTIN_CHECK(logs.open(config.audit.config_sha256));
  KeyRing keys(*store, clock, roles_of(config));
  SessionRing sessions(*store, clock, session_settings(config));
  ANTIN_TRY(const auto fetcher,
            PocoFetcher::create({.rule = {.reach = AddressRule::Reach::kAnywhere}}));

  std::unique_ptr<EvidenceDesk> desk;
  if (config.revocation.online) {
    ANTIN_TRY(desk, EvidenceDesk::open(config, clock));
  }

  DrawingDesk drawing(draw_program, log);
  auto verify_routes = desk ? desk->routes() : std::vector<Route>{};
  for (auto& route : drawing.routes()) verify_routes.push_back(std::move(route));
  const bool signing = !config.agency.key.empty();
  // People bring keys of their own.
  const bool preparing = signing || !config.office.legal.empty();
  verify_routes.push_back(find_original_route(*store));
  WorkerPool verify_workers({.name = "verify",
                             .program = worker_program,
                             .count = config.verify.workers,
                             .configuration = configuration,
                             .callbacks = std::move(verify_routes),
                             .confinement = confinement},
                            log, metrics);
  // A signature's worker asks for timestamps, and from level B-LT on for revocation data as well.
  auto sign_routes = desk ? desk->routes() : std::vector<Route>{};
  sign_routes.push_back(fetch_route(config, *fetcher));
  WorkerPool sign_workers({.name = "sign",
                           .program = worker_program,
                           .count = preparing ? config.agency.workers : 0,
                           .configuration = configuration,
                           .callbacks = std::move(sign_routes),
                           .spares = preparing ? 1U : 0U,
                           .confinement = confinement,
                           .niceness = kSigningNiceness},
                          log, metrics);
  // What these are asked needs no trust. Each is a copy of one that reads nothing else.
  WorkerPool check_workers({.name = "check",
                            .program = worker_program,
                            .count = 0,
                            .configuration = checking,
                            .callbacks = {},
                            .spares = 0,
                            .confinement = confinement,
                            .niceness = kSigningNiceness},
                           log, metrics);
  ANTIN_CHECK(verify_workers.start());
  if (preparing) ANTIN_CHECK(check_workers.start());
  ANTIN_CHECK(sign_workers.start());
  std::unique_ptr<KeyClient> agency;
  if (signing) {
    ANTIN_TRY(const auto seals, unit_seals_of(config_path));
    ANTIN_TRY(agency, open_agency_key(config.agency, seals, clock));
    if (const auto there = agency->reachable(); !there)
      log.write(Log::Level::kWarning, "key_holder_away", {{"detail", to_log_line(there.error())}});
    if (!config.agency.check_trust) log.write(Log::Level::kWarning, "agency_certificate_unchecked");
  }
  CurrentOffice office;
  ANTIN_TRY(const auto first_tables, read_office_tables(config, agency.get(), verify_workers));
  office.use(first_tables);
  BookWatch books(
      {.store = store.get(), .office = &office, .log = &log, .metrics = &metrics, .clock = &clock});
  ANTIN_TRY(const auto leaving, OutboxDesk::open({.store = store.get(),
                                                  .config = &config,
                                                  .tables = &office,
                                                  .clock = &clock,
                                                  .random = &random,
                                                  .log = &log,
                                                  .metrics = &metrics}));
  std::optional<holdings::Vault> vault;
  if (first_tables->sharing) {
    ANTIN_TRY(vault, holdings::Vault::open(*store, random));
  }
  const auto administration = admin_sources(config, config_path, clock);
  Api api({.config = &config,
           .store = store.get(),
           .keys = &keys,
           .verify_workers = &verify_workers,
           .sign_workers = preparing ? &sign_workers : nullptr,
           .check_workers = preparing ? &check_workers : nullptr,
           .confinement = confinement,
           .agency = agency.get(),
           .appearances = std::move(appearances),
           .log = &log,
           .metrics = &metrics,
           .clock = &clock,
           .random = &random,
           .logs = &logs,
           .office = first_tables->office.get(),
           .tables = &office,
           .nudge_outbox = [&leaving] { leaving->nudge(); },
           .vault = vault ? &*vault : nullptr,
           .signatures = std::move(signatures),
           .admin = &administration,
           .sessions = &sessions});
  HttpServer server(front_settings(config), api, clock, random);
  if (!config.http.tls.certificate.empty()) {
    ANTIN_TRY(auto tls, TlsContext::load(config.http.tls));
    server.use_tls(std::move(tls));
  }
  ANTIN_TRY(const auto port, server.listen(config.http.address, config.http.port));
  if (!config.http.port_file.empty())
    ANTIN_CHECK(write_file(config.http.port_file, {as_bytes(std::to_string(port) + "\n")},
                           IfExists::kReplace));
  ANTIN_CHECK(api.resume());
  Reloader reloader({.path = config_path,
                     .server = &server,
                     .keys = &keys,
                     .log = &log,
                     .workers = [&](const Config& fresh) -> Result<std::function<void()>> {
                       ANTIN_TRY(auto tables,
                                 tables_again(config, fresh, agency.get(), verify_workers));
                       ANTIN_TRY(const auto use_workers,
                                 reconfigured(config, fresh, verify_workers, check_workers,
                                              preparing ? &sign_workers : nullptr));
                       ANTIN_TRY(const auto use_receivers, leaving->ready(fresh.targets));
                       return std::function<void()>([&office, tables, use_workers, use_receivers] {
                         use_workers();
                         office.use(tables);
                         use_receivers();
                       });
                     },
                     .admission = [&api](const Config& fresh) { api.use_admission(fresh); },
                     .outcome =
                         [&logs](ByteView sha256, const Error* refused) {
                           if (refused == nullptr)
                             logs.configured(sha256);
                           else
                             logs.configuration_refused(sha256, *refused);
                         },
                     .clock = &clock},
                    config);
  logs.start();
  leaving->start();
  books.start();
  signals.watch(reloader, [&server, &log] {
    log.write(Log::Level::kInfo, "stopping");
    server.stop();
  });
  log.write(Log::Level::kInfo, "started",
            {{"address", config.http.address}, {"port", std::to_string(port)}});
  server.run();
  books.stop();
  api.stop();
  leaving->stop();
  logs.stop();
  log.write(Log::Level::kInfo, "stopped");
  return Done{};
}

}  // namespace antin::service
