#include "service/tokend/daemon.h"

#include <algorithm>
#include <array>
#include <condition_variable>
#include <csignal>
#include <map>
#include <mutex>
#include <poll.h>
#include <sys/signalfd.h>
#include <thread>
#include <unistd.h>

#include "hsm/pkcs11_uri.h"
#include "hsm/tokend/server.h"
#include "service/system/filter.h"
#include "service/system/log.h"
#include "service/system/real.h"
#include "service/tokend/hardening.h"
#include "service/tokend/listener.h"
#include "service/tokend/pins.h"
#include "service/tokend/status.h"

namespace antin::service {
namespace {

/// From the signal to the end, whatever a module still does: everything that left is on the disk.
constexpr unsigned kSecondsToEnd = 9;
constexpr std::size_t kMostOperators = 8;
constexpr std::size_t kMostTurnedAway = 16;
constexpr std::chrono::seconds kProbeEvery{1};

std::string code_of(const Error& error) {
  return std::string{info(error.code).name};
}

// SIGTERM and SIGINT as a descriptor; blocked in every thread that is started from here on.
Descriptor stop_signals() {
  sigset_t set;
  ::sigemptyset(&set);
  ::sigaddset(&set, SIGTERM);
  ::sigaddset(&set, SIGINT);
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
  return Descriptor{::signalfd(-1, &set, SFD_CLOEXEC)};
}

// Finds the keys when it starts, and looks after those that rest.
class Caretaker {
 public:
  Caretaker(hsm::KeyPool& pool, Log& log) : pool_(pool), log_(log), thread_([this] { run(); }) {}
  Caretaker(const Caretaker&) = delete;
  Caretaker& operator=(const Caretaker&) = delete;
  ~Caretaker() {
    {
      const std::lock_guard lock{mutex_};
      over_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }

 private:
  void run() {
    if (const auto found = pool_.discover(); !found)
      log_.write(Log::Level::kWarning, "keys_unknown",
                 {{"code", code_of(found.error())}, {"detail", to_log_line(found.error())}});
    std::unique_lock lock{mutex_};
    while (!changed_.wait_for(lock, kProbeEvery, [this] { return over_; })) {
      lock.unlock();
      pool_.probe();
      tell();
      lock.lock();
    }
  }
  // What began or ended to rest since the last time.
  void tell() {
    for (const auto& member : pool_.members()) {
      auto& resting = resting_[member.uri];
      if (std::exchange(resting, member.resting) == member.resting) continue;
      log_.write(member.resting ? Log::Level::kWarning : Log::Level::kInfo,
                 member.resting ? "key_resting" : "key_ready",
                 {{"key", member.uri},
                  {"detail", member.last_error ? to_log_line(*member.last_error) : ""}});
    }
  }

  hsm::KeyPool& pool_;
  Log& log_;
  std::map<std::string, bool> resting_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool over_ = false;
  std::thread thread_;
};

// One listening socket: who may come, and who serves them.
struct Door {
  const Listener* listener;
  std::vector<uid_t> welcome;
  hsm::TokendServer* server;
  std::string most;
};

class Reception {
 public:
  Reception(std::vector<Door> doors, Log& log)
      : doors_(std::move(doors)), log_(log), turned_away_(kMostTurnedAway) {}

  void run(const Descriptor& stop) {
    std::vector<pollfd> waiting;
    waiting.push_back({stop.get(), POLLIN, 0});
    for (const auto& door : doors_) waiting.push_back({door.listener->fd(), POLLIN, 0});
    for (;;) {
      if (::poll(waiting.data(), waiting.size(), -1) < 0) continue;
      if (waiting.front().revents != 0) return;
      for (std::size_t i = 0; i < doors_.size(); ++i) {
        if (waiting[i + 1].revents != 0) receive(doors_[i]);
      }
    }
  }

 private:
  void receive(const Door& door) {
    auto accepted = door.listener->accept();
    if (!accepted) return;
    auto& [channel, uid, pid] = *accepted;
    const auto account = std::to_string(uid);
    if (std::find(door.welcome.begin(), door.welcome.end(), uid) == door.welcome.end()) {
      log_.write(Log::Level::kWarning, "peer_refused",
                 {{"uid", account}, {"pid", std::to_string(pid)}});
      refuse(channel, make_error(Code::kTokendPeerRefused, "uid " + account, {{"uid", account}}));
      return;
    }
    if (!door.server->serve(channel)) {
      log_.write(Log::Level::kWarning, "connections_exhausted", {{"uid", account}});
      refuse(channel, make_error(Code::kTokendBusy, "connections", {{"most", door.most}}));
    }
  }
  // Beyond a few at a time they learn nothing: the connection just ends.
  void refuse(Channel& channel, Error why) {
    static_cast<void>(turned_away_.run(
        channel, [why = std::move(why)](Channel& peer) { hsm::turn_away(peer, why); }));
  }

  const std::vector<Door> doors_;
  Log& log_;
  hsm::ConnectionThreads turned_away_;
};

// What was signed before this start: allowances, and the largest checkpoints.
hsm::JournalVisitor recall(hsm::Rules& rules, hsm::CheckpointMemory& memory) {
  return [&rules, &memory](const hsm::JournalRecord& record) {
    const auto& entry = record.entry;
    rules.count_past(entry.key_uri, record.at);
    if (entry.kind == hsm::JournalEntry::Kind::kCheckpoint)
      memory.bring_forward(entry.public_key, entry.origin, entry.size, entry.root);
  };
}

Result<std::unique_ptr<hsm::Pkcs11KeyHolder>> open_modules(const TokendConfig& config,
                                                           const std::string& credentials) {
  hsm::Pkcs11Options options;
  options.modules = config.modules;
  options.child_program = own_program("antin-pkcs11");
  options.load_timeout = config.service.load_within;
  options.operation_timeout = config.service.call_within;
  options.module_memory = config.service.module_megabytes << 20U;
  ANTIN_TRY(options.unattended, pins_at_start(config, credentials));
  return hsm::Pkcs11KeyHolder::create(std::move(options));
}

// No entry of the configuration holds a usable PIN for this token.
bool pin_missing(hsm::Pkcs11KeyHolder& holder, const hsm::TokenStatus& token) {
  const auto entries = holder.entrusted();
  return std::none_of(entries.begin(), entries.end(), [&token](const hsm::EntrustedPin& entry) {
    const auto uri = hsm::Pkcs11Uri::parse(entry.token_uri);
    return entry.state == hsm::EntrustedPin::State::kHeld && uri &&
           hsm::allows_token(uri.value(), token);
  });
}

Result<std::optional<Listener>> open_socket(std::optional<Listener> passed, const std::string& path,
                                            const std::string& group) {
  if (passed || path.empty()) return passed ? std::move(passed) : std::nullopt;
  ANTIN_TRY(auto bound, Listener::bind(path, group));
  return std::optional<Listener>{std::move(bound)};
}

}  // namespace

Status run_tokend(const TokendConfig& config, const std::string& credentials) {
  auto passed = passed_sockets();
  ANTIN_CHECK(harden_key_holder());
  static_cast<void>(::signal(SIGPIPE, SIG_IGN));
  const auto stop = stop_signals();
  SystemClock clock;
  Log log(STDERR_FILENO, clock);
  const auto& service = config.service;
  ANTIN_TRY(auto clients, accounts(service.clients, "service.clients"));
  ANTIN_TRY(auto operators, accounts(service.operators, "service.operators"));

  ANTIN_TRY(const auto rules, hsm::Rules::create(config.keys, clock));
  ANTIN_TRY(const auto memory, hsm::CheckpointMemory::open(service.folder + "/checkpoints"));
  const auto journal_file = service.folder + "/journal";
  ANTIN_TRY(const auto journal,
            hsm::FileJournal::open(journal_file, clock, recall(*rules, *memory)));
  if (const auto torn = journal->found().torn_octets; torn > 0)
    log.write(Log::Level::kWarning, "journal_torn",
              {{"detail", sentence(Code::kTokendJournalTorn, Language::kEnglish,
                                   {{"octets", std::to_string(torn)}, {"file", journal_file}})}});
  ANTIN_TRY(const auto holder, open_modules(config, credentials));

  hsm::KeyPool pool(*holder, clock,
                    {.rule_of = [&rules](const std::string& uri) { return rules->covering(uri); },
                     .look_again = [&holder] { holder->look_again(); }});
  const StatusParts status{.config = &config,
                           .holder = holder.get(),
                           .pool = &pool,
                           .journal = journal.get(),
                           .clock = &clock,
                           .started = clock.utc_now()};
  hsm::Tokend tokend(
      {.keys = &pool,
       .checkpoints = holder.get(),
       .memory = memory.get(),
       .journal = journal.get(),
       .rules = rules.get(),
       .pin_missing =
           [&holder](const hsm::TokenStatus& token) { return pin_missing(*holder, token); },
       .unlock = [&holder, &log](const std::string& token, const Descriptor& memfd) -> Status {
         ANTIN_TRY(auto pin, pin_from_memfd(memfd));
         auto done = holder->entrust(token, std::move(pin));
         log.write(done ? Log::Level::kInfo : Log::Level::kWarning, "unlock",
                   {{"token", token}, {"result", done ? "done" : code_of(done.error())}});
         return done;
       },
       .status = [&status] { return tokend_status(status); }});

  ANTIN_TRY(const auto client_socket,
            open_socket(std::move(passed.client), service.socket, service.socket_group));
  ANTIN_TRY(
      const auto operator_socket,
      open_socket(std::move(passed.operators), service.operator_socket, service.operator_group));
  hsm::TokendServer client_server(tokend, hsm::Peer::kClient, service.max_connections);
  hsm::TokendServer operator_server(tokend, hsm::Peer::kOperator, kMostOperators);
  std::vector<Door> doors;
  if (client_socket)
    doors.push_back({&*client_socket, std::move(clients), &client_server,
                     std::to_string(service.max_connections)});
  if (operator_socket)
    doors.push_back({&*operator_socket, std::move(operators), &operator_server,
                     std::to_string(kMostOperators)});
  if (doors.empty())
    return make_error(Code::kConfigValue, "no socket",
                      {{"key", "service.socket"}, {"reason", "must be given"}});
  const Caretaker caretaker(pool, log);
  if (config.modules.empty()) log.write(Log::Level::kWarning, "no_modules");
  log.write(Log::Level::kInfo, "started",
            {{"socket", service.socket},
             {"modules", std::to_string(config.modules.size())},
             {"journal", std::to_string(journal->found().last)}});
  Reception(std::move(doors), log).run(stop);
  log.write(Log::Level::kInfo, "stopping");
  // A module that hangs is left to the kernel.
  static_cast<void>(::signal(SIGALRM, SIG_DFL));
  ::alarm(kSecondsToEnd);
  return Done{};
}

}  // namespace antin::service
