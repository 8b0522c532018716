// Verification as a ratio to its floor, measured in the same run: SHA-256 of the octets and two
// RSA-2048 verifications (the signature's and its certificate's).
//
//   cmake --build --preset release --target verify_bench && build/release/bench/verify_bench
//
// Targets: 100 KB at most 4 times the floor, 20 MB at most 1.5 times. A file with three visible
// signatures, an agency's seal over an officer's among them: 5 ms with everything that came after
// each explained; and where evidence follows a single signature, explaining that may at most double
// what judging it costs. The document is signed
// PAdES B-B by an officer of tests/pki whose issuing CA is the anchor; its CRL is given, already
// parsed, and its signature is checked each time. Exit 1 when a target is missed.

#include <benchmark/benchmark.h>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <openssl/evp.h>

#include "certs/ossl/digest.h"
#include "certs/ossl/handles.h"
#include "pdf/read/changes.h"
#include "tests/bench/verify/signed_files.h"
#include "tests/unit/verifier/sample.h"
#include "verifier/report.h"
#include "verifier/verify.h"

namespace {

using namespace antin;  // NOLINT(google-build-using-namespace)
using verifier::sample::Document;

constexpr std::size_t kSmall = 100'000;
constexpr std::size_t kLarge = 20'000'000;

const Document& document(std::size_t octets) {
  static std::map<std::size_t, Document> kMade;
  const auto found = kMade.find(octets);
  if (found != kMade.end()) return found->second;
  Document made{octets};
  made.sign({});
  return kMade.emplace(octets, std::move(made)).first->second;
}

certs::TrustStore issuing_ca() {
  auto trust = verifier::sample::trust();
  for (auto& anchor : trust.anchors) anchor.certificate = trust.intermediates.at(0);
  return trust;
}

void verify_document(benchmark::State& state) {
  const auto trust = issuing_ca();
  auto input = verifier::sample::input(document(static_cast<std::size_t>(state.range(0))), trust);
  for (auto _ : state) {
    const auto report = verifier::verify(input);
    if (!report || report.value().verdict != verifier::Verdict::kValid) {
      state.SkipWithError("the document is not VALID");
      break;
    }
    benchmark::DoNotOptimize(report);
  }
}

void floor_of(benchmark::State& state) {
  const auto octets = document(static_cast<std::size_t>(state.range(0))).octets();
  const ossl::PublicKeyPtr key{EVP_RSA_gen(2048)};
  const ossl::Handle<EVP_PKEY_CTX, &EVP_PKEY_CTX_free> signer{EVP_PKEY_CTX_new(key.get(), nullptr)};
  const ossl::Handle<EVP_PKEY_CTX, &EVP_PKEY_CTX_free> judge{EVP_PKEY_CTX_new(key.get(), nullptr)};
  const Bytes digest(32, 7);
  Bytes value(256);
  auto length = value.size();
  EVP_PKEY_sign_init(signer.get());
  EVP_PKEY_CTX_set_signature_md(signer.get(), EVP_sha256());
  EVP_PKEY_sign(signer.get(), value.data(), &length, digest.data(), digest.size());
  EVP_PKEY_verify_init(judge.get());
  EVP_PKEY_CTX_set_signature_md(judge.get(), EVP_sha256());
  for (auto _ : state) {
    benchmark::DoNotOptimize(ossl::sha256(octets.view()));
    for (int i = 0; i < 2; ++i) {
      if (EVP_PKEY_verify(judge.get(), value.data(), length, digest.data(), digest.size()) != 1)
        std::abort();
    }
  }
}

void report_as_json(benchmark::State& state) {
  const auto trust = issuing_ca();
  const auto report = verifier::verify(verifier::sample::input(document(kSmall), trust)).value();
  for (auto _ : state) benchmark::DoNotOptimize(verifier::to_json(report));
}

const Bytes& signed_file(const std::string& name) {
  static const auto kFiles = bench::signed_files();
  for (const auto& file : kFiles) {
    if (file.name == name) return file.octets;
  }
  std::abort();
}

// The whole judgement of a file as an office makes it.
void verify_signed(benchmark::State& state, const std::string& name) {
  const auto trust = issuing_ca();
  auto input = verifier::sample::input(document(kSmall), trust);
  input.document = SharedBytes{signed_file(name)};
  for (auto _ : state) {
    const auto report = verifier::verify(input);
    if (!report || report.value().verdict != verifier::Verdict::kValid) {
      state.SkipWithError("the document is not VALID");
      break;
    }
    benchmark::DoNotOptimize(report);
  }
}

// The part of it that explains what came after each signature.
void explain_changes(benchmark::State& state, const std::string& name) {
  const SharedBytes octets{signed_file(name)};
  for (auto _ : state) {
    state.PauseTiming();
    const auto document = pdf::Document::open(octets, {});
    if (!document || !document.value().signature_fields() || !document.value().page_count()) {
      state.SkipWithError("the document cannot be read");
      break;
    }
    state.ResumeTiming();
    pdf::ChangeBudget budget;
    const auto newest = document.value().revisions().revisions.size();
    for (std::size_t from = 1; from + 1 < newest; ++from) {
      benchmark::DoNotOptimize(pdf::changes_since(document.value(), from, {}, budget));
    }
  }
}

BENCHMARK_CAPTURE(verify_signed, single, "single")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(verify_signed, evidence, "evidence")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(explain_changes, evidence, "evidence")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(verify_signed, three, "three")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(explain_changes, three, "three")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(verify_signed, small, "small")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(explain_changes, small, "small")->Unit(benchmark::kMicrosecond);
BENCHMARK(floor_of)->Arg(kSmall)->Arg(kLarge)->Unit(benchmark::kMicrosecond);
BENCHMARK(verify_document)->Arg(kSmall)->Arg(kLarge)->Unit(benchmark::kMicrosecond);
BENCHMARK(report_as_json)->Unit(benchmark::kMicrosecond);

class Collector : public benchmark::ConsoleReporter {
 public:
  void ReportRuns(const std::vector<Run>& runs) override {
    ConsoleReporter::ReportRuns(runs);
    for (const auto& run : runs) {
      if (run.error_occurred) failed = true;
      // The fastest repetition: others on the machine only ever make it slower.
      const auto name = run.run_name.function_name + "/" + run.run_name.args;
      if (run.run_type != Run::RT_Iteration) continue;
      const auto time = run.GetAdjustedCPUTime();
      const auto known = times.find(name);
      if (known == times.end() || time < known->second) times[name] = time;
    }
  }
  std::map<std::string, double> times;
  bool failed = false;
};

bool within(const Collector& collector, const std::string& size, double target) {
  const auto floor = collector.times.find("floor_of/" + size);
  const auto verify = collector.times.find("verify_document/" + size);
  if (floor == collector.times.end() || verify == collector.times.end()) return true;
  const auto ratio = verify->second / floor->second;
  std::printf("verify %s octets: %.2f times the floor (target %.1f)%s\n", size.c_str(), ratio,
              target, ratio <= target ? "" : "  MISSED");
  return ratio <= target;
}

/// The fastest time of a benchmark in µs; nullopt when it did not run.
std::optional<double> fastest(const Collector& collector, const std::string& name) {
  for (const auto& [known, time] : collector.times) {
    if (known.starts_with(name)) return time;
  }
  return std::nullopt;
}

bool explains_fast_enough(const Collector& collector) {
  constexpr double kThree = 5'000, kTwice = 2;
  bool good = true;
  for (const std::string name : {"three", "small"}) {
    const auto time = fastest(collector, "verify_signed/" + name);
    if (!time) continue;
    std::printf("three signatures, %zu KB: %.2f ms (target 5)%s\n",
                signed_file(name).size() / 1'000, *time / 1'000, *time <= kThree ? "" : "  MISSED");
    good = good && *time <= kThree;
  }
  const auto whole = fastest(collector, "verify_signed/evidence");
  const auto changes = fastest(collector, "explain_changes/evidence");
  if (whole && changes) {
    const auto ratio = *whole / (*whole - *changes);
    std::printf("with its changes explained: %.2f times without (target 2)%s\n", ratio,
                ratio <= kTwice ? "" : "  MISSED");
    good = good && ratio <= kTwice;
  }
  return good;
}

}  // namespace

int main(int argc, char** argv) {
  // --files FOLDER: writes the signed files there, for others to be measured on, and stops.
  if (argc == 3 && std::string{argv[1]} == "--files") {
    for (const auto& file : bench::signed_files()) {
      std::ofstream out(std::string{argv[2]} + "/" + file.name + ".pdf", std::ios::binary);
      out << as_text(file.octets);
    }
    return 0;
  }
  benchmark::Initialize(&argc, argv);
  Collector collector;
  benchmark::RunSpecifiedBenchmarks(&collector);
  const bool small = within(collector, std::to_string(kSmall), 4.0);
  const bool large = within(collector, std::to_string(kLarge), 1.5);
  const bool changes = explains_fast_enough(collector);
  return small && large && changes && !collector.failed ? 0 : 1;
}
