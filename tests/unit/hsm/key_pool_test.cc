#include "hsm/tokend/key_pool.h"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "tests/fakes/frozen_clock.h"
#include "tests/unit/hsm/listed_keys.h"

namespace antin::hsm {
namespace {

using std::chrono::seconds;

constexpr SignatureScheme kScheme{SignatureAlgorithm::kEcdsa, DigestAlgorithm::kSha256};
const ToBeSigned kSomething{Bytes{1, 2, 3}};

// Keys of which some are away.
class Shelf final : public KeyHolder {
 public:
  Result<Listing> tokens() override { return listed.tokens(); }
  Result<std::vector<TokenKey>> keys(const KeyQuery& query) override {
    ANTIN_TRY(auto found, listed.keys(query));
    std::erase_if(found, [this](const TokenKey& key) { return away.contains(key.uri); });
    return found;
  }
  Status login(const TokenStatus& token, PinSource& pins) override {
    return listed.login(token, pins);
  }
  Result<SignatureValue> sign(const std::string& uri, SignatureScheme scheme,
                              const ToBeSigned& what) override {
    asked.push_back(uri);
    if (away.contains(uri)) return make_error(Code::kTokenRemoved, "away", {{"token", uri}});
    if (failure) return make_error(*failure, "as told");
    return listed.sign(uri, scheme, what);
  }

  ListedKeys listed;
  std::set<std::string> away;
  std::vector<std::string> asked;
  std::optional<Code> failure;
};

class KeyPoolTest : public testing::Test {
 protected:
  KeyPoolTest() {
    for (const char* const uri : {"pkcs11:a", "pkcs11:b", "pkcs11:alone", "pkcs11:bare",
                                  "pkcs11:bare2", "pkcs11:ruled-out"}) {
      auto key = ListedKeys::key(uri, uri);
      const std::string name{uri};
      if (name == "pkcs11:a" || name == "pkcs11:b" || name == "pkcs11:ruled-out")
        key.certificate = CertificateDer{Bytes{1}};
      if (name == "pkcs11:alone") key.certificate = CertificateDer{Bytes{2}};
      shelf_.listed.list.push_back(std::move(key));
    }
    EXPECT_TRUE(pool_.discover());
  }
  std::string sign(const std::string& uri) {
    shelf_.asked.clear();
    const auto signature = pool_.sign(uri, kScheme, kSomething);
    return signature ? "ok" : std::string{info(signature.error().code).name};
  }
  KeyPool::Member member(const std::string& uri) {
    const auto all = pool_.members();
    const auto found =
        std::find_if(all.begin(), all.end(), [&uri](const auto& one) { return one.uri == uri; });
    return found == all.end() ? KeyPool::Member{} : *found;
  }
  using Asked = std::vector<std::string>;

  fakes::FrozenClock clock_{UtcTime{std::chrono::sys_seconds{}}};
  Shelf shelf_;
  int looked_ = 0;
  KeyPool pool_{shelf_,
                clock_,
                {.rule_of = [](const std::string& uri) -> std::optional<std::size_t> {
                   if (uri == "pkcs11:ruled-out") return std::nullopt;
                   return 0;
                 },
                 .look_again = [this] { ++looked_; },
                 .first_rest = seconds{1},
                 .longest_rest = seconds{10}}};
};

TEST_F(KeyPoolTest, TellsOfTheSameKeyOnce) {
  const auto keys = pool_.keys({}).value();
  Asked uris;
  for (const auto& key : keys) uris.push_back(key.uri);
  EXPECT_EQ(uris, (Asked{"pkcs11:a", "pkcs11:alone", "pkcs11:bare", "pkcs11:bare2"}));
}

TEST_F(KeyPoolTest, SharesTheLoad) {
  for (int i = 0; i < 10; ++i) EXPECT_EQ(sign("pkcs11:a"), "ok");
  EXPECT_EQ(member("pkcs11:a").signatures, 5U);
  EXPECT_EQ(member("pkcs11:b").signatures, 5U);
  EXPECT_EQ(member("pkcs11:alone").signatures, 0U);
}

TEST_F(KeyPoolTest, PassesOverATokenThatIsAwayUntilItIsBack) {
  shelf_.away = {"pkcs11:a"};
  EXPECT_EQ(sign("pkcs11:a"), "ok");
  EXPECT_EQ(shelf_.asked, (Asked{"pkcs11:a", "pkcs11:b"}));
  EXPECT_TRUE(member("pkcs11:a").resting);
  EXPECT_EQ(sign("pkcs11:a"), "ok");
  EXPECT_EQ(shelf_.asked, Asked{"pkcs11:b"});
  EXPECT_EQ(pool_
                .keys({.uri = "pkcs11:a",
                       .certificate_sha256 = std::nullopt,
                       .id = std::nullopt,
                       .label = std::nullopt})
                .value()
                .front()
                .uri,
            "pkcs11:a")
      << "the other one speaks for it";

  // Each time it is not back the rest is twice as long.
  for (const int rest : {1, 2, 4, 8, 10, 10}) {
    clock_.advance(seconds{rest - 1});
    const auto before = member("pkcs11:a").failures;
    pool_.probe();
    EXPECT_EQ(member("pkcs11:a").failures, before) << rest;
    clock_.advance(seconds{1});
    pool_.probe();
    EXPECT_EQ(member("pkcs11:a").failures, before + 1) << rest;
  }
  EXPECT_EQ(looked_, 6);
  shelf_.away.clear();
  clock_.advance(seconds{10});
  pool_.probe();
  EXPECT_FALSE(member("pkcs11:a").resting);
  EXPECT_EQ(sign("pkcs11:a"), "ok");
  EXPECT_EQ(shelf_.asked, Asked{"pkcs11:a"}) << "it has signed less";
  EXPECT_EQ(member("pkcs11:a").failures_in_row, 0U);
}

TEST_F(KeyPoolTest, TriesAllWhenAllRest) {
  shelf_.away = {"pkcs11:a", "pkcs11:b"};
  EXPECT_EQ(sign("pkcs11:a"), "token.removed");
  EXPECT_EQ(shelf_.asked.size(), 2U);
  EXPECT_EQ(sign("pkcs11:a"), "token.removed");
  EXPECT_EQ(shelf_.asked.size(), 2U);
  shelf_.away = {"pkcs11:b"};
  EXPECT_EQ(sign("pkcs11:a"), "ok") << "nobody waits for a rest to end";
  EXPECT_FALSE(member("pkcs11:a").resting);
}

TEST_F(KeyPoolTest, AsksNobodyElseWhatNobodyCanDo) {
  shelf_.failure = Code::kTokenMechanism;
  EXPECT_EQ(sign("pkcs11:a"), "token.mechanism");
  EXPECT_EQ(shelf_.asked.size(), 1U);
  EXPECT_FALSE(member("pkcs11:a").resting);
}

TEST_F(KeyPoolTest, LetsNoKeyStandInForAnotherOne) {
  shelf_.away = {"pkcs11:alone", "pkcs11:bare"};
  EXPECT_EQ(sign("pkcs11:alone"), "token.removed");
  EXPECT_EQ(shelf_.asked, Asked{"pkcs11:alone"});
  EXPECT_EQ(sign("pkcs11:bare"), "token.removed") << "without a certificate nothing is the same";
  EXPECT_EQ(shelf_.asked, Asked{"pkcs11:bare"});
}

}  // namespace
}  // namespace antin::hsm
