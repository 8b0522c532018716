// Honest clients that ask one thing again and again over kept connections, and rude ones beside
// them.
//
//   http_load --port N --target PATH [--method M] [--body FILE] [--field "Name: value"]…
//             [--connections N] [--fresh N] [--seconds N] [--expect TEXT] [--idempotency PREFIX]
//             [--per-second N]
//             [--speaks tls] [--drip-head N] [--drip-body N] [--slow-read N] [--half-open N]
//             [--pipeline N] [--idle N] [--tls-silent N] [--tls-drip-record N] [--tls-stall N]
//             [--tls-half-hello N] [--tls-drip-hello N] [--tls-unfinished N]
//
// With --per-second requests fall due at that pace, and their times count from then, so that who
// comes late is not forgiven; without it every connection asks again as soon as it has its answer.
// --fresh: honest clients that connect anew for each request, and measure that as well.
// One line of JSON: answers a second, their times in milliseconds, by status; `unexpected` had no
// TEXT, `lost` no answer; `thrown_out` counts connections that rude clients lost, and `processor`
// the seconds that this program itself took of one. Rude clients come from 127.0.1.1 onwards, 50 an
// address.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <span>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#include "tests/bench/load/clients.h"

namespace antin::bench {
namespace {

constexpr std::uint32_t kFirstRude = 0x7F00'0101;
constexpr std::size_t kRudePerAddress = 50;
constexpr int kTick = 20;
constexpr int kTickOfPace = 2;

struct Options {
  Run run;
  std::size_t connections = 4, fresh = 0;
  int seconds = 10;
  std::array<std::size_t, kRudeNames.size()> rude{};
};

[[noreturn]] void stop(const std::string& why) {
  std::fprintf(stderr, "http_load: %s\n", why.c_str());
  std::exit(2);
}

std::string contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) stop("cannot read " + path);
  return {std::istreambuf_iterator<char>(file), {}};
}

bool rude(Options& options, std::string_view word, const std::string& value) {
  for (std::size_t i = 0; i < kRudeNames.size(); ++i) {
    if (word != kRudeNames.at(i)) continue;
    options.rude.at(i) = std::stoul(value);
    return true;
  }
  return false;
}

Options read_options(std::span<char*> words) {
  Options options;
  auto& run = options.run;
  for (std::size_t i = 1; i + 1 < words.size(); i += 2) {
    const std::string word = words[i];
    const std::string value = words[i + 1];
    if (word == "--port")
      run.port = static_cast<std::uint16_t>(std::stoul(value));
    else if (word == "--target")
      run.target = value;
    else if (word == "--method")
      run.method = value;
    else if (word == "--body")
      run.body = contents(value);
    else if (word == "--field")
      run.fields += value + "\r\n";
    else if (word == "--connections")
      options.connections = std::stoul(value);
    else if (word == "--per-second")
      run.per_second = std::stod(value);
    else if (word == "--fresh")
      options.fresh = std::stoul(value);
    else if (word == "--speaks" && value == "tls")
      run.speaks = Run::Speaks::kTls;
    else if (word == "--seconds")
      options.seconds = std::stoi(value);
    else if (word == "--expect")
      run.expect = value;
    else if (word == "--idempotency")
      run.idempotency = value;
    else if (!word.starts_with("--") || !rude(options, std::string_view(word).substr(2), value))
      stop("unknown option " + word);
  }
  if (run.port == 0 || (run.target.empty() && options.connections > 0)) stop("--port and --target");
  return options;
}

double milliseconds_at(const std::vector<std::chrono::microseconds>& sorted, double share) {
  if (sorted.empty()) return 0;
  const auto last = static_cast<double>(sorted.size() - 1);
  return static_cast<double>(sorted[static_cast<std::size_t>(last * share)].count()) / 1000;
}

void tell(Run& run, double seconds) {
  std::sort(run.took.begin(), run.took.end());
  std::string statuses;
  for (const auto& [status, count] : run.statuses)
    statuses += (statuses.empty() ? "\"" : ", \"") + std::to_string(status) +
                "\": " + std::to_string(count);
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  const auto time = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  std::printf(
      "{\"answers\": %zu, \"per_second\": %.1f, \"p50\": %.2f, \"p90\": %.2f, \"p99\": %.2f, "
      "\"max\": %.2f, "
      "\"statuses\": {%s}, \"unexpected\": %zu, \"lost\": %zu, \"thrown_out\": %zu, \"processor\": "
      "%.2f}\n",
      run.took.size(), static_cast<double>(run.took.size()) / seconds,
      milliseconds_at(run.took, 0.5), milliseconds_at(run.took, 0.9),
      milliseconds_at(run.took, 0.99), milliseconds_at(run.took, 1), statuses.c_str(),
      run.unexpected, run.lost, run.thrown_out, time(used.ru_utime) + time(used.ru_stime));
}

void serve(Options& options, int poll) {
  auto& run = options.run;
  std::vector<std::unique_ptr<Client>> clients;
  std::size_t rude_ones = 0;
  for (std::size_t kind = 0; kind < options.rude.size(); ++kind) {
    for (std::size_t i = 0; i < options.rude.at(kind); ++i, ++rude_ones)
      clients.push_back(std::make_unique<Slow>(
          run, poll, static_cast<Rude>(kind),
          kFirstRude + static_cast<std::uint32_t>(rude_ones / kRudePerAddress)));
  }
  for (std::size_t i = 0; i < options.connections + options.fresh; ++i)
    clients.push_back(std::make_unique<Honest>(
        run, poll, i < options.connections ? Honest::Again::kSame : Honest::Again::kNew));
  const int tick = run.per_second > 0 ? kTickOfPace : kTick;
  const auto started = run.started = std::chrono::steady_clock::now();
  const auto until = started + std::chrono::seconds(options.seconds);
  for (auto& client : clients) client->begin(started);
  std::array<epoll_event, 256> events{};
  auto ticked = started;
  for (auto now = started; now < until; now = std::chrono::steady_clock::now()) {
    const int count = ::epoll_wait(poll, events.data(), static_cast<int>(events.size()), tick);
    now = std::chrono::steady_clock::now();
    for (int i = 0; i < count; ++i) {
      const auto& event = events.at(static_cast<std::size_t>(i));
      auto* const client = static_cast<Client*>(event.data.ptr);
      if (client->open()) client->ready(event.events, now);
    }
    if (now - ticked < std::chrono::milliseconds(tick)) continue;
    ticked = now;
    for (auto& client : clients) client->tick(now);
  }
  run.ending = true;
  tell(run, static_cast<double>(options.seconds));
}

}  // namespace
}  // namespace antin::bench

int main(int argc, char** argv) {
  auto options = antin::bench::read_options({argv, static_cast<std::size_t>(argc)});
  const int poll = ::epoll_create1(EPOLL_CLOEXEC);
  antin::bench::serve(options, poll);
  ::close(poll);
  return 0;
}
