#include "service/agent/daemon.h"

#include <algorithm>
#include <charconv>
#include <csignal>
#include <memory>
#include <pthread.h>
#include <thread>
#include <unistd.h>

#include "service/agent/api.h"
#include "service/agent/platform.h"
#include "service/net/poco_fetcher.h"
#include "service/system/files.h"
#include "service/system/filter.h"
#include "service/system/real.h"

namespace antin::service::agent {
namespace {

constexpr std::size_t kMostConnections = 64;
constexpr std::size_t kMostBody = 16'384;
constexpr std::size_t kMostAnswer = 65'536;
constexpr std::chrono::seconds kAskWithin{3};

HttpSettings settings() {
  HttpSettings settings;
  settings.limits.body_octets = kMostBody;
  settings.max_connections = kMostConnections;
  settings.max_per_address = kMostConnections;
  return settings;
}

// The ports that pages try, or any free one.
std::vector<std::uint16_t> ports_of(const AgentConfig& config) {
  if (config.port == 0) return {0};
  std::vector<std::uint16_t> ports;
  for (std::uint16_t i = 0; i < AgentConfig::kPorts; ++i)
    ports.push_back(static_cast<std::uint16_t>(config.port + i));
  return ports;
}

std::string folder_of(const std::string& path) {
  return path.substr(0, path.rfind('/'));
}

// Both loopback addresses at one port; a computer without IPv6 has one of them.
class Listeners {
 public:
  Listeners(AgentApi& api, const Clock& clock, RandomSource& random)
      : four_(settings(), api, clock, random), six_(settings(), api, clock, random) {}

  Result<std::uint16_t> listen(const AgentConfig& config) {
    std::string tried;
    for (const auto wanted : ports_of(config)) {
      const auto port = four_.listen("127.0.0.1", wanted);
      if (port) {
        has_six_ = static_cast<bool>(six_.listen("::1", port.value()));
        return port.value();
      }
      tried += (tried.empty() ? "" : ", ") + std::to_string(wanted);
    }
    return make_error(Code::kAgentPortsTaken, tried, {{"cong", tried}});
  }
  void run() {
    std::thread other;
    if (has_six_) other = std::thread([this] { six_.run(); });
    four_.run();
    six_.stop();
    if (other.joinable()) other.join();
  }
  void stop() noexcept { four_.stop(); }

 private:
  HttpServer four_, six_;
  bool has_six_ = false;
};

}  // namespace

Status run_agent(const AgentConfig& config) {
  sigset_t ending;
  ::sigemptyset(&ending);
  for (const int one : {SIGTERM, SIGINT}) ::sigaddset(&ending, one);
  ::pthread_sigmask(SIG_BLOCK, &ending, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
  ANTIN_CHECK(harden_agent());
  ANTIN_CHECK(make_folder(config.state));
  ANTIN_CHECK(make_folder(folder_of(config.port_file)));
  ANTIN_TRY(const auto only, OnlyOne::take(config.port_file + ".lock"));

  const SystemClock clock;
  SystemRandom random;
  Log log(STDERR_FILENO, clock);
  // The page's own service, wherever the person has paired it: an office's network is private.
  ANTIN_TRY(const auto fetcher,
            PocoFetcher::create({.rule = {.reach = AddressRule::Reach::kAnywhere},
                                 .extra_tls_roots = config.ca_file,
                                 .user_agent = "antin-agent"}));
  Pkcs11KeyRing ring(config.modules, own_program("antin-pkcs11"));
  const auto person = make_person(config.dialog);
  Pairings pairings(config.pages_file(), config.origins);
  constexpr std::size_t kPins = 3;  // S-14
  Rate pins(kPins, std::chrono::seconds(10));
  AgentApi api(
      {.config = &config,
       .means = {.ring = &ring,
                 .person = person.get(),
                 .clock = &clock,
                 .pins = &pins,
                 .language = config.language},
       .pairings = &pairings,
       .log = &log,
       .random = &random,
       .service =
           [&fetcher](const Origin& origin, const std::string& session, const std::string& ticket) {
             return std::make_unique<HttpSigningService>(*fetcher, origin.text(), session, ticket);
           },
       .own_users =
           [](const Peer& peer, std::uint16_t own_port) {
             return is_own_users(peer.address, peer.port, own_port);
           }});
  Listeners listeners(api, clock, random);
  ANTIN_TRY(const auto port, listeners.listen(config));
  api.listens_at(port);
  const auto written = std::to_string(port) + "\n";
  ANTIN_CHECK(write_file(config.port_file, {as_bytes(written)}, IfExists::kReplace));
  log.write(Log::Level::kInfo, "listening", {{"port", std::to_string(port)}});
  std::thread waiting([&] {
    int got = 0;
    ::sigwait(&ending, &got);
    listeners.stop();
  });
  listeners.run();
  // When it ended by itself the thread still waits for the signal.
  ::pthread_kill(waiting.native_handle(), SIGTERM);
  waiting.join();
  api.stop();
  ::unlink(config.port_file.c_str());
  return Done{};
}

Result<std::uint16_t> running_port(const AgentConfig& config) {
  const auto not_running = [&](const std::string& why) {
    return make_error(Code::kAgentNotRunning, why);
  };
  constexpr std::size_t kMostFile = 16;
  const auto octets = read_file(config.port_file, kMostFile);
  if (!octets) return not_running(config.port_file);
  const auto text = as_text(octets.value());
  std::uint16_t port = 0;
  if (std::from_chars(text.data(), text.data() + text.size(), port).ec != std::errc{})
    return not_running("port file");
  ANTIN_TRY(const auto fetcher,
            PocoFetcher::create({.rule = {.reach = AddressRule::Reach::kAnywhere}}));
  const auto answer = fetcher->fetch(
      {.method = HttpRequest::Method::kGet,
       .url = "http://127.0.0.1:" + std::to_string(port) + "/antin-agent/1/hello",
       .content_type = {},
       .body = {}},
      {.total_time = kAskWithin, .max_response = OctetCount{kMostAnswer}, .max_redirects = 0});
  if (!answer) return not_running(to_log_line(answer.error()));
  if (as_text(answer.value().body).find("\"antin-agent\"") == std::string_view::npos)
    return not_running("another program answers");
  return port;
}

}  // namespace antin::service::agent
