// What KeyHolder::sign() costs beside the raw C_Sign of the same module in the same run: a child
// process, two messages, the check of the attributes. Each thread of the raw side has a session of
// its own. Both sides hash and sign the same SignedAttributes with the same key of SoftHSM2.
//
//   cmake --build build/release --target hsm_sign_bench && build/release/bench/hsm_sign_bench
//
// The counter cpu_us is CPU time per signature of this process and its children, from getrusage and
// /proc, so that work moved into the child is counted.

#include <benchmark/benchmark.h>
#include <cstdlib>
#include <dlfcn.h>
#include <fstream>
#include <memory>
#include <mutex>
#include <string>
#include <sys/resource.h>
#include <unistd.h>

#include <p11-kit/pkcs11.h>

#include "certs/ossl/digest.h"
#include "tests/integration/hsm/fixture.h"

namespace antin::hsm {
namespace {

// User and system time of this process and of all living children named antin-pkcs11, in µs.
double cpu_microseconds() {
  rusage own{};
  ::getrusage(RUSAGE_SELF, &own);
  const auto micro = [](const timeval& span) {
    return static_cast<double>(span.tv_sec) * 1e6 + static_cast<double>(span.tv_usec);
  };
  double total = micro(own.ru_utime) + micro(own.ru_stime);
  const auto children = "/proc/self/task/" + std::to_string(::getpid()) + "/children";
  std::ifstream list{children};
  for (std::string pid; list >> pid;) {
    // schedstat: nanoseconds on a CPU, per thread.
    for (const auto& task : std::filesystem::directory_iterator{"/proc/" + pid + "/task"}) {
      std::ifstream stat{task.path() / "schedstat"};
      double nanoseconds = 0;
      stat >> nanoseconds;
      total += nanoseconds / 1e3;
    }
  }
  return total;
}

class World {
 public:
  static World& instance() {
    static World world;
    return world;
  }

  std::string uri(const std::string& label) { return must(find_one(*keys, labelled(label))).uri; }

  CK_SESSION_HANDLE session() const {
    CK_SESSION_HANDLE handle = 0;
    if (raw->C_OpenSession(slot, CKF_SERIAL_SESSION, nullptr, nullptr, &handle) != CKR_OK)
      std::abort();
    return handle;
  }

  CK_OBJECT_HANDLE key(CK_SESSION_HANDLE session, std::string label) const {
    CK_OBJECT_CLASS kind = CKO_PRIVATE_KEY;
    CK_ATTRIBUTE wanted[] = {{CKA_CLASS, &kind, sizeof kind},  // NOLINT
                             {CKA_LABEL, label.data(), label.size()}};
    CK_OBJECT_HANDLE found = 0;
    CK_ULONG count = 0;
    if (raw->C_FindObjectsInit(session, wanted, 2) != CKR_OK ||
        raw->C_FindObjects(session, &found, 1, &count) != CKR_OK || count != 1)
      std::abort();
    raw->C_FindObjectsFinal(session);
    return found;
  }

  fakes::SoftHsmToken token;
  std::unique_ptr<Pkcs11KeyHolder> keys;
  CK_FUNCTION_LIST_PTR raw = nullptr;
  CK_SLOT_ID slot = 0;

 private:
  World() {
    auto chosen = options({fakes::SoftHsmToken::kModule});
    keys = holder(std::move(chosen));
    if (!log_in(*keys)) std::abort();
    must(keys->sign(uri("p256"), kEcdsa256, attributes()));  // starts the child first
    void* const library = ::dlopen(fakes::SoftHsmToken::kModule, RTLD_NOW);
    const auto get = reinterpret_cast<CK_C_GetFunctionList>(::dlsym(library, "C_GetFunctionList"));
    CK_C_INITIALIZE_ARGS threads{};
    threads.flags = CKF_OS_LOCKING_OK;
    CK_ULONG count = 1;
    CK_SLOT_ID slots[8] = {};  // NOLINT
    if (get(&raw) != CKR_OK || raw->C_Initialize(&threads) != CKR_OK ||
        raw->C_GetSlotList(CK_TRUE, nullptr, &count) != CKR_OK || count > 8 ||
        raw->C_GetSlotList(CK_TRUE, slots, &count) != CKR_OK)
      std::abort();
    slot = slots[0];
    std::string pin = fakes::SoftHsmToken::kPin;
    login_ = session();
    if (raw->C_Login(login_, CKU_USER, reinterpret_cast<CK_UTF8CHAR_PTR>(pin.data()), pin.size()) !=
        CKR_OK)
      std::abort();
  }
  CK_SESSION_HANDLE login_ = 0;
};

// CPU per signature over the whole run of all threads: thread 0 reads the meter.
class Meter {
 public:
  explicit Meter(benchmark::State& state) : state_(state) {
    if (state_.thread_index() == 0) start_ = cpu_microseconds();
  }
  ~Meter() {
    if (state_.thread_index() != 0) return;
    const auto signatures = static_cast<double>(state_.iterations()) * state_.threads();
    state_.counters["cpu_us"] = (cpu_microseconds() - start_) / signatures;
  }
  Meter(const Meter&) = delete;
  Meter& operator=(const Meter&) = delete;

 private:
  benchmark::State& state_;
  double start_ = 0;
};

void raw_sign(benchmark::State& state, const std::string& label, CK_MECHANISM_TYPE type) {
  auto& world = World::instance();
  const auto session = world.session();
  const auto key = world.key(session, label);
  const auto what = attributes().value();
  Bytes signature(512);
  {
    const Meter meter{state};
    for (auto _ : state) {
      auto data = type == CKM_ECDSA ? ossl::sha256(what) : what;
      CK_MECHANISM mechanism{type, nullptr, 0};
      CK_ULONG octets = signature.size();
      if (world.raw->C_SignInit(session, &mechanism, key) != CKR_OK ||
          world.raw->C_Sign(session, data.data(), data.size(), signature.data(), &octets) != CKR_OK)
        state.SkipWithError("C_Sign");
    }
  }
  state.SetItemsProcessed(state.iterations());
  world.raw->C_CloseSession(session);
}

void our_sign(benchmark::State& state, const std::string& label, SignatureScheme scheme) {
  auto& world = World::instance();
  const auto uri = world.uri(label);
  const auto what = attributes();
  {
    const Meter meter{state};
    for (auto _ : state) {
      if (!world.keys->sign(uri, scheme, what)) state.SkipWithError("sign");
    }
  }
  state.SetItemsProcessed(state.iterations());
}

BENCHMARK_CAPTURE(raw_sign, p256, "p256", CKM_ECDSA)
    ->Threads(1)
    ->Threads(2)
    ->Threads(8)
    ->Threads(32)
    ->UseRealTime();
BENCHMARK_CAPTURE(our_sign, p256, "p256", kEcdsa256)
    ->Threads(1)
    ->Threads(2)
    ->Threads(8)
    ->Threads(32)
    ->UseRealTime();
BENCHMARK_CAPTURE(raw_sign, rsa2048, "rsa2048", CKM_SHA256_RSA_PKCS)
    ->Threads(1)
    ->Threads(2)
    ->Threads(8)
    ->Threads(32)
    ->UseRealTime();
BENCHMARK_CAPTURE(our_sign, rsa2048, "rsa2048", kRsa256)
    ->Threads(1)
    ->Threads(2)
    ->Threads(8)
    ->Threads(32)
    ->UseRealTime();

}  // namespace
}  // namespace antin::hsm

BENCHMARK_MAIN();
