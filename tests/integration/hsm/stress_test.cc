// 32 threads sign at once, P-256 mostly, every eighth RSA-2048. Each signature is verified.
// ANTIN_HSM_SIGNATURES: how many; the ctest entry "long" asks for 10,000.

#include <atomic>
#include <thread>

#include <gtest/gtest.h>

#include "tests/integration/hsm/fixture.h"

namespace antin::hsm {
namespace {

unsigned wanted() {
  const char* const text = std::getenv("ANTIN_HSM_SIGNATURES");  // NOLINT(concurrency-mt-unsafe)
  return text == nullptr ? 1'000U : static_cast<unsigned>(std::stoul(text));
}

TEST(Stress, ThirtyTwoThreadsSignWithoutAnError) {
  constexpr unsigned kThreads = 32;
  const fakes::SoftHsmToken token;
  const auto keys = holder(options({fakes::SoftHsmToken::kModule}));
  ASSERT_EQ(outcome(log_in(*keys)), "ok");
  const auto p256 = must(find_one(*keys, labelled("p256")));
  const auto rsa = must(find_one(*keys, labelled("rsa2048")));
  const auto total = wanted();
  std::atomic<unsigned> next{0};
  std::atomic<unsigned> good{0};
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      for (unsigned number = next++; number < total; number = next++) {
        const bool use_rsa = number % 8 == 7;
        const auto& key = use_rsa ? rsa : p256;
        const auto scheme = use_rsa ? kRsa256 : kEcdsa256;
        const auto what = attributes(number);
        const auto value = keys->sign(key.uri, scheme, what);
        if (value && verifies(key.certificate.value(), scheme, what, value.value())) ++good;
        EXPECT_TRUE(value) << to_log_line(value.error());
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(good, total);
}

TEST(Stress, CrashesUnderLoadCostAnEntrustedKeyNoSignature) {
  const ShimmedToken shimmed;
  auto chosen = options({shim_module()});
  chosen.chatter = Pkcs11Options::Chatter::kDiscard;
  chosen.unattended.push_back(
      {"pkcs11:token=antin%20test", Secret{to_bytes(std::string_view{fakes::SoftHsmToken::kPin})}});
  const auto keys = holder(std::move(chosen));
  const auto uri = must(find_one(*keys, labelled("p256"))).uri;
  std::atomic<unsigned> good{0};
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (unsigned number = 0; number < 20; ++number) {
        const auto value = keys->sign(uri, kEcdsa256, attributes(number));
        EXPECT_TRUE(value) << to_log_line(value.error());
        if (value) ++good;
      }
    });
  }
  // One crash: whoever was signing is tried once more in the next child.
  shimmed.inject("C_Sign crash 1\n");
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(good, 160U);
}

}  // namespace
}  // namespace antin::hsm
