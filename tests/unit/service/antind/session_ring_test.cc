#include "service/antind/session_ring.h"

#include "service/accounts/accounts.h"
#include "service/accounts/sign_in.h"
#include "service/system/real.h"
#include "tests/fakes/frozen_clock.h"
#include "tests/fakes/store_fixture.h"

namespace antin::service {
namespace {

constexpr ossl::ScryptCost kCheap{.log2_n = 4, .r = 1, .p = 1};
const UtcTime kNow = *from_rfc3339("2026-11-23T04:30:00Z");
const accounts::Rules kRules{.rights = all_rights(), .roles = {{"counter", {"reception"}}}};

class SessionRingTest : public fakes::StoreFixture {
 protected:
  void SetUp() override {
    fakes::StoreFixture::SetUp();
    accounts_.emplace(accounts::Accounts::Parts{
        .store = store_.get(), .clock = &clock_, .random = &random_, .sink = {}, .cost = kCheap});
    sign_in_.emplace(
        accounts::SignIn::Parts{.store = store_.get(),
                                .clock = &clock_,
                                .random = &random_,
                                .sink = {},
                                .new_id = [this] { return "s" + std::to_string(++ids_); },
                                .cost = kCheap});
    const auto made = accounts_->add(
        {.name = "thu", .person = "le.thi.thu", .grants = {{"cases"}, {"counter"}, {"H40.7"}}},
        kRules, "");
    ASSERT_TRUE(made);
    password_ = made.value();
    ring_.emplace(*store_, clock_, SessionRing::Settings{.rules = kRules});
  }
  Bytes begin() {
    const auto begun = sign_in_->by_password("thu", password_, {"192.0.2.7", "192.0.2.7", {}});
    EXPECT_TRUE(begun);
    ring_->changed();
    return begun ? begun.value().token : Bytes{};
  }
  bool goes_on(const Bytes& token) {
    const auto seat = ring_->find(token);
    EXPECT_TRUE(seat);
    return seat && seat.value().has_value();
  }

  fakes::FrozenClock clock_{kNow};
  SystemRandom random_;
  int ids_ = 0;
  std::string password_;
  std::optional<accounts::Accounts> accounts_;
  std::optional<accounts::SignIn> sign_in_;
  std::optional<SessionRing> ring_;
};

TEST_F(SessionRingTest, KnowsWhoseCookieItIsAndWhatTheAccountMay) {
  const auto token = begin();
  const auto seat = ring_->find(token);
  ASSERT_TRUE(seat && seat.value());
  EXPECT_EQ(seat.value()->live.account.name, "thu");
  EXPECT_EQ(seat.value()->rights, (std::set<Scope>{Scope::kCases, Scope::kReception}));
  EXPECT_EQ(seat.value()->idle_until, *from_rfc3339("2026-11-23T04:45:00Z"));
  auto other = token;
  other[31] ^= 1U;
  EXPECT_FALSE(goes_on(other));
  EXPECT_FALSE(goes_on({}));
  ring_->use({.rules = {.rights = all_rights(), .roles = {}}, .idle = std::chrono::minutes(5)});
  EXPECT_EQ(ring_->find(token).value()->rights, (std::set<Scope>{Scope::kCases}));
}

TEST_F(SessionRingTest, ASessionThatIsUsedGoesOnAndAnIdleOneIsOver) {
  const auto token = begin();
  for (int i = 0; i < 3; ++i) {
    clock_.advance(std::chrono::minutes(14));
    EXPECT_TRUE(goes_on(token)) << i;
  }
  EXPECT_EQ(ring_->take_used().size(), 1U);
  EXPECT_TRUE(ring_->take_used().empty());
  clock_.advance(std::chrono::minutes(15));
  EXPECT_FALSE(goes_on(token));
}

TEST_F(SessionRingTest, TenHoursAreTheEndHoweverMuchItIsUsed) {
  const auto token = begin();
  for (int i = 0; i < 59; ++i) {
    clock_.advance(std::chrono::minutes(10));
    ASSERT_TRUE(goes_on(token)) << i;
  }
  EXPECT_EQ(ring_->find(token).value()->idle_until, *from_rfc3339("2026-11-23T14:30:00Z"));
  clock_.advance(std::chrono::minutes(10));
  EXPECT_FALSE(goes_on(token));
}

TEST_F(SessionRingTest, WhatIsLockedHereIsLockedAtOnceAndElsewhereWithinASecond) {
  const auto first = begin();
  EXPECT_TRUE(goes_on(first));
  ASSERT_TRUE(accounts_->lock("thu", kRules, ""));
  ring_->changed();
  EXPECT_FALSE(goes_on(first));
  ASSERT_TRUE(accounts_->unlock("thu", kRules, ""));
  const auto second = begin();
  EXPECT_TRUE(goes_on(second));
  // By another process, which tells nobody.
  ASSERT_TRUE(accounts_->lock("thu", kRules, ""));
  clock_.advance(std::chrono::seconds(1));
  EXPECT_FALSE(goes_on(second));
}

TEST_F(SessionRingTest, AnotherNodesSessionIsKnownWhenItIsFirstShown) {
  EXPECT_FALSE(goes_on(Bytes(32)));
  const auto begun = sign_in_->by_password("thu", password_, {"192.0.2.7", "192.0.2.7", {}});
  ASSERT_TRUE(begun);
  clock_.advance(std::chrono::seconds(1));
  EXPECT_TRUE(goes_on(begun.value().token));
}

}  // namespace
}  // namespace antin::service
