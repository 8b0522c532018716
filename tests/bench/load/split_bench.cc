// What it costs that a document is judged in another process: the same 100 KB document, judged by
// the same library in this process and by antin-worker through antind's pool, by turns.
//
//   cmake --build --preset release --target split_bench antin-worker &&
//   build/release/bench/split_bench
//
// Prints both medians and the difference; exit 1 when it is more than a quarter. What the service
// does besides, asking the register by the SHA-256 of each revision, is told in a line of its own.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <vector>

#include "service/antind/worker_pool.h"
#include "service/ipc/worker_protocol.h"
#include "service/system/real.h"
#include "tests/unit/verifier/sample.h"
#include "verifier/report.h"
#include "verifier/verify.h"

namespace antin::bench {
namespace {

namespace cbor = service::cbor;

constexpr std::size_t kDocument = 100'000;
constexpr int kRounds = 1'500;
constexpr int kWarm = 100;
constexpr double kMost = 1.25;

[[noreturn]] void stop(const std::string& why) {
  std::fprintf(stderr, "split_bench: %s\n", why.c_str());
  std::exit(2);
}

Bytes pki(const std::string& name) {
  std::ifstream file(std::string(ANTIN_SOURCE_DIR) + "/tests/pki/" + name, std::ios::binary);
  if (!file) stop("no " + name);
  return {std::istreambuf_iterator<char>(file), {}};
}

// What antind tells a worker: the anchors and lists that sample::input() has.
Bytes configuration() {
  cbor::Array trust;
  for (const auto* name : {"root.crt", "issuing-ca.crt"})
    trust.push_back(cbor::Map{{"name", name}, {"octets", pki("certs/" + std::string(name))}});
  cbor::Array crls;
  for (const auto* name : {"crl/root.crl", "crl/issuing-ca.crl"}) crls.emplace_back(pki(name));
  return cbor::encode(cbor::Map{{"trust", std::move(trust)},
                                {"crls", std::move(crls)},
                                {"policy", ""},
                                {"tsa", cbor::Array{}},
                                {"allow_test_pki", true}});
}

// The worker asks whether the register knows the document; it costs what it costs in the service.
Result<service::Message> no_original(service::Message& asked) {
  static_cast<void>(asked);
  service::Message reply;
  reply.body = cbor::Map{{"found", false}, {"several", false}};
  return reply;
}

double median(std::vector<double>& times) {
  std::sort(times.begin(), times.end());
  return times.at(times.size() / 2);
}

int run() {
  verifier::sample::Document document{kDocument};
  document.sign({});
  const auto trust = verifier::sample::trust();
  const auto input = verifier::sample::input(document, trust);
  const auto at = input.at.since_epoch().time_since_epoch().count();

  service::SystemClock clock;
  service::Log log(-1, clock);
  service::Metrics metrics;
  service::WorkerPool pool(
      {.name = "bench",
       .program = std::string(ANTIN_BIN) + "/antin-worker",
       .count = 1,
       .configuration = configuration(),
       .callbacks = {{service::worker::kFindOriginal, service::worker::kVersion, no_original}}},
      log, metrics);
  if (const auto started = pool.start(); !started) stop(to_log_line(started.error()));

  const auto here = [&] {
    const auto report = verifier::verify(input);
    return report ? verifier::to_json(report.value()) : to_log_line(report.error());
  };
  const cbor::Map plain{{"name", input.name}, {"password", ""}, {"profile", ""}, {"now", at},
                        {"format", "json"},   {"lang", ""},     {"at", at}};
  auto looking_up = plain;
  looking_up.emplace(
      "register",
      cbor::Map{{"named", false}, {"unit", ""}, {"id", ""}, {"found", false}, {"entry", ""}});
  const auto there = [&](const cbor::Map& request) {
    const auto reply =
        pool.ask(service::worker::kVerify, request, {input.document}, std::chrono::seconds(60));
    if (!reply) return to_log_line(reply.error());
    return std::string(cbor::text_at(reply.value().body, "report").value());
  };
  std::vector<double> times_here;
  std::vector<double> times_there;
  std::vector<double> times_looked_up;
  const auto timed = [](const std::function<std::string()>& judge, std::vector<double>& into) {
    const auto began = std::chrono::steady_clock::now();
    const auto report = judge();
    const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - began;
    if (report.find("\"verdict\":\"VALID\"") == std::string::npos) stop(report);
    into.push_back(took.count());
  };
  for (int i = 0; i < kWarm + kRounds; ++i) {
    if (i == kWarm) times_here.clear(), times_there.clear(), times_looked_up.clear();
    timed(here, times_here);
    timed([&] { return there(plain); }, times_there);
    timed([&] { return there(looking_up); }, times_looked_up);
  }
  const double own = median(times_here);
  const double other = median(times_there);
  const double looked_up = median(times_looked_up);
  const auto more = [own](double than) { return (than / own - 1) * 100; };
  std::printf("in this process %.0f us, through the pool %.0f us: %.1f %% more\n", own, other,
              more(other));
  std::printf("and with the question whether the register has it %.0f us: %.1f %% more\n",
              looked_up, more(looked_up));
  return other <= own * kMost ? 0 : 1;
}

}  // namespace
}  // namespace antin::bench

int main() {
  return antin::bench::run();
}
