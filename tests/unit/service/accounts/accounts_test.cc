#include "service/accounts/accounts.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "service/accounts/nonces.h"
#include "service/accounts/sign_in.h"
#include "tests/fakes/counting_random.h"
#include "tests/fakes/frozen_clock.h"
#include "tests/fakes/store_fixture.h"

namespace antin::accounts {
namespace {

using service::Database;

constexpr ossl::ScryptCost kCheap{.log2_n = 4, .r = 1, .p = 1};
const UtcTime kNow = *from_rfc3339("2026-11-23T04:30:00Z");
const Rules kRules{.rights = {"cases", "reception", "officer", "clerk", "admin"},
                   .roles = {{"chief", {"admin", "cases"}}, {"seal", {"clerk"}}}};

class AccountsTest : public fakes::StoreFixture {
 protected:
  void SetUp() override {
    fakes::StoreFixture::SetUp();
    if (IsSkipped()) return;
    const Sink sink = [this](Database& database, const Told& event) -> Status {
      static_cast<void>(database);
      if (log_is_away_) return make_error(Code::kDatabaseGone, "log");
      told_.push_back(event);
      return Done{};
    };
    accounts_.emplace(Accounts::Parts{
        .store = store_.get(), .clock = &clock_, .random = &random_, .sink = sink, .cost = kCheap});
    sign_in_.emplace(SignIn::Parts{.store = store_.get(),
                                   .clock = &clock_,
                                   .random = &random_,
                                   .sink = sink,
                                   .new_id = [this] { return "s" + std::to_string(++ids_); },
                                   .cost = kCheap});
  }
  std::string add(const std::string& name, const std::string& person,
                  const std::set<std::string>& rights) {
    const auto made = accounts_->add(
        {.name = name, .person = person, .grants = {.rights = rights, .roles = {}, .units = {}}},
        kRules, "");
    EXPECT_TRUE(made) << to_log_line(made.error());
    return made ? made.value() : std::string();
  }
  Code refused(const Accounts::Fresh& fresh) {
    const auto made = accounts_->add(fresh, kRules, "");
    return made ? Code::kInternal : made.error().code;
  }
  static Code of(const Status& done) { return done ? Code::kInternal : done.error().code; }
  template <class T>
  static Code of(const Result<T>& done) {
    return done ? Code::kInternal : done.error().code;
  }
  SignIn::Place from(const std::string& address) {
    return {.address = address, .network = address, .replaces = {}};
  }
  std::vector<Live> live() {
    std::vector<Live> found;
    EXPECT_TRUE(store_->in_snapshot([&](Database& database) -> Status {
      ANTIN_TRY(found, Sessions(database).live(clock_.utc_now()));
      return Done{};
    }));
    return found;
  }
  bool told(const std::string& kind) const {
    return std::any_of(told_.begin(), told_.end(),
                       [&](const Told& one) { return one.kind == kind; });
  }

  fakes::FrozenClock clock_{kNow};
  fakes::CountingRandom random_;
  std::vector<Told> told_;
  bool log_is_away_ = false;
  int ids_ = 0;
  std::optional<Accounts> accounts_;
  std::optional<SignIn> sign_in_;
};
using SignInTest = AccountsTest;
using NoncesTest = AccountsTest;

TEST_F(AccountsTest, A01_AnAccountIsMadeForAPersonWithRightsThatThereAre) {
  const auto password = add("le.thi.thu", "thu", {"cases", "clerk"});
  const auto made = accounts_->find("le.thi.thu");
  ASSERT_TRUE(made);
  EXPECT_TRUE(made.value().must_change_password);
  EXPECT_EQ(made.value().grants.rights, (std::set<std::string>{"cases", "clerk"}));
  ASSERT_EQ(told_.size(), 1U);
  EXPECT_EQ(told_[0].kind, "account_added");
  EXPECT_EQ(told_[0].subject, "account:le.thi.thu");
  for (const auto& [name, value] : told_[0].facts) EXPECT_NE(value, password) << name;

  EXPECT_EQ(refused({.name = "le.thi.thu", .person = {}, .grants = {{"cases"}, {}, {}}}),
            Code::kAccountNameTaken);
  EXPECT_EQ(refused({.name = "thu2", .person = "thu", .grants = {{"cases"}, {}, {}}}),
            Code::kAccountNameTaken);
  EXPECT_EQ(refused({.name = "an", .person = {}, .grants = {{"king"}, {}, {}}}),
            Code::kAccountRights);
  EXPECT_EQ(refused({.name = "an", .person = {}, .grants = {{}, {"nobody"}, {}}}),
            Code::kAccountRights);
  EXPECT_EQ(refused({.name = "an", .person = {}, .grants = {}}), Code::kAccountRights);
  for (const auto* name : {"", "a", "Lê Thị Thư", "An", "an an", "-an", "an.", "an/an"})
    EXPECT_EQ(refused({.name = name, .person = {}, .grants = {{"cases"}, {}, {}}}),
              Code::kAccountName)
        << name;
}

TEST_F(AccountsTest, A01_NobodyInParticularSignsOrKeepsTheSeal) {
  EXPECT_EQ(refused({.name = "an", .person = {}, .grants = {{"officer"}, {}, {}}}),
            Code::kPersonUnknown);
  EXPECT_EQ(refused({.name = "an", .person = {}, .grants = {{"cases"}, {"seal"}, {}}}),
            Code::kPersonUnknown);
  // A role that was given a right later gives it to people only.
  const Grants grants{.rights = {"cases"}, .roles = {"seal"}, .units = {}};
  EXPECT_EQ(rights_of(grants, "", kRules), (std::set<std::string>{"cases"}));
  EXPECT_EQ(rights_of(grants, "thu", kRules), (std::set<std::string>{"cases", "clerk"}));
}

TEST_F(AccountsTest, TheLastAdministratorStaysOne) {
  add("chief", "", {"admin"});
  EXPECT_EQ(of(accounts_->lock("chief", kRules, "")), Code::kAccountLastAdmin);
  EXPECT_EQ(of(accounts_->end("chief", kRules, "")), Code::kAccountLastAdmin);
  EXPECT_EQ(of(accounts_->give("chief", {{"cases"}, {}, {}}, kRules, "")), Code::kAccountLastAdmin);
  ASSERT_TRUE(
      accounts_->add({.name = "second", .person = {}, .grants = {{}, {"chief"}, {}}}, kRules, ""));
  EXPECT_TRUE(accounts_->lock("chief", kRules, ""));
  EXPECT_EQ(of(accounts_->lock("second", kRules, "")), Code::kAccountLastAdmin);
}

TEST_F(AccountsTest, WhatEndedStaysEndedAndItsNameIsNotUsedAgain) {
  add("le.thi.thu", "thu", {"clerk"});
  ASSERT_TRUE(accounts_->end("le.thi.thu", kRules, "account:chief"));
  EXPECT_EQ(of(accounts_->unlock("le.thi.thu", kRules, "")), Code::kAccountState);
  EXPECT_EQ(of(accounts_->one_time_password("le.thi.thu", "")), Code::kAccountState);
  EXPECT_EQ(refused({.name = "le.thi.thu", .person = "thu", .grants = {{"cases"}, {}, {}}}),
            Code::kAccountNameTaken);
  add("le.thi.thu.2", "thu", {"clerk"});
  EXPECT_EQ(of(accounts_->lock("nobody", kRules, "")), Code::kAccountUnknown);
}

TEST_F(SignInTest, AWrongNameAndAWrongPasswordAreOneAnswer) {
  const auto password = add("le.thi.thu", "thu", {"cases"});
  EXPECT_EQ(of(sign_in_->by_password("le.thi.thu", "wrong", from("a"))), Code::kSignInWrong);
  EXPECT_EQ(of(sign_in_->by_password("nobody", password, from("a"))), Code::kSignInWrong);
  EXPECT_EQ(of(sign_in_->by_password("", "", from("a"))), Code::kSignInWrong);
  const auto begun = sign_in_->by_password(" Le.Thi.Thu ", password, from("a"));
  ASSERT_TRUE(begun) << to_log_line(begun.error());
  EXPECT_EQ(begun.value().token.size(), 32U);
  EXPECT_EQ(begun.value().session.expires, *from_rfc3339("2026-11-23T14:30:00Z"));
  ASSERT_EQ(live().size(), 1U);
  EXPECT_EQ(live()[0].digest, token_digest(begun.value().token));
  EXPECT_NE(csrf_of(begun.value().token), to_hex(live()[0].digest));
  EXPECT_TRUE(told("signed_in"));
  EXPECT_FALSE(told("sign_in_failed"));
  ASSERT_TRUE(sign_in_->write_failures());
  ASSERT_TRUE(told("sign_in_failed"));
  EXPECT_EQ(told_.back().subject, "account:le.thi.thu");
  EXPECT_EQ(told_.back().facts.at("times"), "1");
}

TEST_F(SignInTest, A02_AWrongPasswordThatTheLogCouldNotTakeIsToldWithTheNext) {
  add("le.thi.thu", "thu", {"cases"});
  EXPECT_EQ(of(sign_in_->by_password("le.thi.thu", "wrong", from("a"))), Code::kSignInWrong);
  log_is_away_ = true;
  EXPECT_EQ(of(sign_in_->write_failures()), Code::kDatabaseGone);
  log_is_away_ = false;
  EXPECT_EQ(of(sign_in_->by_password("le.thi.thu", "wrong", from("a"))), Code::kSignInWrong);
  ASSERT_TRUE(sign_in_->write_failures());
  ASSERT_TRUE(told("sign_in_failed"));
  EXPECT_EQ(told_.back().facts.at("times"), "2");
}

TEST_F(SignInTest, WrongTriesMakeWaitAndLockNothing) {
  const auto password = add("le.thi.thu", "thu", {"cases"});
  ASSERT_TRUE(sign_in_->by_password("le.thi.thu", password, from("office")));
  for (int i = 0; i < 5; ++i)
    EXPECT_EQ(of(sign_in_->by_password("le.thi.thu", "wrong", from("b"))), Code::kSignInWrong);
  const auto early = sign_in_->by_password("le.thi.thu", password, from("b"));
  ASSERT_EQ(of(early), Code::kSignInWait);
  EXPECT_EQ(early.error().params[0].second, "1");
  clock_.advance(std::chrono::seconds(1));
  EXPECT_TRUE(sign_in_->by_password("le.thi.thu", password, from("b")));
  // From everywhere: the office goes on.
  for (int i = 0; i < 60; ++i)
    static_cast<void>(
        sign_in_->by_password("le.thi.thu", "wrong", from("bot " + std::to_string(i))));
  EXPECT_EQ(of(sign_in_->by_password("le.thi.thu", password, from("new"))), Code::kSignInWait);
  EXPECT_TRUE(sign_in_->by_password("le.thi.thu", password, from("office")));
  EXPECT_EQ(accounts_->find("le.thi.thu").value().state, State::kActive);
}

TEST_F(SignInTest, ALockedAccountIsToldToWhoKnowsItsPasswordAndItsSessionsEnd) {
  const auto password = add("le.thi.thu", "thu", {"cases"});
  ASSERT_TRUE(sign_in_->by_password("le.thi.thu", password, from("a")));
  ASSERT_EQ(live().size(), 1U);
  ASSERT_TRUE(accounts_->lock("le.thi.thu", kRules, "account:chief"));
  EXPECT_TRUE(live().empty());
  EXPECT_EQ(of(sign_in_->by_password("le.thi.thu", password, from("a"))), Code::kAccountLocked);
  ASSERT_TRUE(sign_in_->write_failures());
  ASSERT_TRUE(told("sign_in_failed"));
  EXPECT_EQ(told_.back().subject, "account:le.thi.thu");
  EXPECT_EQ(told_.back().facts.at("method"), "password");
  EXPECT_EQ(of(sign_in_->by_password("le.thi.thu", "wrong", from("a"))), Code::kSignInWrong);
  ASSERT_TRUE(accounts_->unlock("le.thi.thu", kRules, "account:chief"));
  EXPECT_TRUE(sign_in_->by_password("le.thi.thu", password, from("a")));
}

TEST_F(SignInTest, OtherRightsAndAnotherPasswordEndEverySession) {
  const auto password = add("le.thi.thu", "thu", {"cases"});
  ASSERT_TRUE(sign_in_->by_password("le.thi.thu", password, from("a")));
  ASSERT_TRUE(accounts_->give("le.thi.thu", {{"cases", "clerk"}, {}, {"H40.7"}}, kRules, ""));
  EXPECT_TRUE(live().empty());
  ASSERT_TRUE(sign_in_->by_password("le.thi.thu", password, from("a")));
  EXPECT_EQ(live().at(0).account.grants.units, (std::set<std::string>{"H40.7"}));
  const auto fresh = accounts_->one_time_password("le.thi.thu", "");
  ASSERT_TRUE(fresh);
  EXPECT_TRUE(live().empty());
  EXPECT_EQ(of(sign_in_->by_password("le.thi.thu", password, from("a"))), Code::kSignInWrong);
  EXPECT_TRUE(sign_in_->by_password("le.thi.thu", fresh.value(), from("a")));
}

TEST_F(SignInTest, APersonChoosesAPasswordAndOnlyTheSessionInWhichItWasChosenGoesOn) {
  const auto password = add("le.thi.thu", "thu", {"cases"});
  ASSERT_TRUE(sign_in_->by_password("le.thi.thu", password, from("elsewhere")));
  const auto begun = sign_in_->by_password("le.thi.thu", password, from("a"));
  ASSERT_TRUE(begun);
  clock_.advance(std::chrono::hours(1));
  SignIn::Change change{.session = begun.value().session,
                        .old_password = "wrong",
                        .new_password = "trời xanh mây trắng",
                        .network = "a"};
  EXPECT_EQ(of(sign_in_->change_password(change)), Code::kSignInWrong);
  change.old_password = password;
  change.new_password = password;
  EXPECT_EQ(of(sign_in_->change_password(change)), Code::kPasswordSame);
  change.new_password = "ngắn";
  EXPECT_EQ(of(sign_in_->change_password(change)), Code::kPasswordLength);
  change.new_password = "le.thi.thu 2026";
  EXPECT_EQ(of(sign_in_->change_password(change)), Code::kPasswordCommon);
  change.new_password = "trời xanh mây trắng";
  const auto renewed = sign_in_->change_password(change);
  ASSERT_TRUE(renewed) << to_log_line(renewed.error());
  ASSERT_EQ(live().size(), 1U);
  EXPECT_EQ(live()[0].digest, token_digest(renewed.value().token));
  EXPECT_NE(renewed.value().token, begun.value().token);
  EXPECT_EQ(renewed.value().session.expires, begun.value().session.expires);
  EXPECT_FALSE(live()[0].account.must_change_password);
  EXPECT_TRUE(told("password_changed"));
}

TEST_F(SignInTest, ASessionEndsAfterTenHoursAndWhenItIsReplaced) {
  const auto password = add("le.thi.thu", "thu", {"cases"});
  const auto first = sign_in_->by_password("le.thi.thu", password, from("a"));
  ASSERT_TRUE(first);
  auto place = from("a");
  place.replaces = first.value().token;
  const auto second = sign_in_->by_password("le.thi.thu", password, place);
  ASSERT_TRUE(second);
  ASSERT_EQ(live().size(), 1U);
  EXPECT_EQ(live()[0].session.id, second.value().session.id);
  clock_.advance(kLongest - std::chrono::seconds(1));
  EXPECT_EQ(live().size(), 1U);
  clock_.advance(std::chrono::seconds(1));
  EXPECT_TRUE(live().empty());
}

TEST_F(SignInTest, SigningOutEndsItOnce) {
  const auto password = add("le.thi.thu", "thu", {"cases"});
  const auto begun = sign_in_->by_password("le.thi.thu", password, from("a"));
  ASSERT_TRUE(begun);
  EXPECT_TRUE(sign_in_->end(begun.value().session, "account:le.thi.thu"));
  EXPECT_TRUE(live().empty());
  EXPECT_TRUE(told("signed_out"));
  EXPECT_EQ(of(sign_in_->end(begun.value().session, "")), Code::kSessionUnknown);
}

TEST_F(SignInTest, ACertificatesPersonSignsInOnceWithANonce) {
  add("le.thi.thu", "thu", {"cases"});
  const auto nonces = Nonces::open(*store_, random_);
  ASSERT_TRUE(nonces);
  const std::string origin = "https://antin.xa.example";
  const auto made = nonces.value().make(origin, random_, clock_.utc_now());
  const auto use = [&](Database& database) {
    return nonces.value().use(database, made.nonce, origin, clock_.utc_now());
  };
  EXPECT_EQ(of(sign_in_->of_person("stranger", from("a"), use)), Code::kLoginCertificate);
  EXPECT_EQ(of(sign_in_->of_person("", from("a"), use)), Code::kLoginCertificate);
  // What was refused used nothing up.
  const auto begun = sign_in_->of_person("thu", from("a"), use, {{"certificate", "ab"}});
  ASSERT_TRUE(begun) << to_log_line(begun.error());
  EXPECT_EQ(begun.value().session.account, "le.thi.thu");
  EXPECT_EQ(begun.value().session.method, "certificate");
  EXPECT_EQ(told_.back().facts.at("certificate"), "ab");
  EXPECT_EQ(of(sign_in_->of_person("thu", from("a"), use)), Code::kChallengeOver);
  EXPECT_EQ(live().size(), 1U);
  ASSERT_TRUE(accounts_->lock("le.thi.thu", kRules, ""));
  const auto again = nonces.value().make(origin, random_, clock_.utc_now());
  EXPECT_EQ(of(sign_in_->of_person("thu", from("a"),
                                   [&](Database& database) {
                                     return nonces.value().use(database, again.nonce, origin,
                                                               clock_.utc_now());
                                   })),
            Code::kAccountLocked);
}

TEST_F(NoncesTest, IsGoodForTwoMinutesForOneOriginAndUntouched) {
  const auto nonces = Nonces::open(*store_, random_);
  ASSERT_TRUE(nonces);
  const std::string origin = "https://antin.xa.example";
  const auto made = nonces.value().make(origin, random_, kNow);
  EXPECT_EQ(made.nonce.size(), 112U);
  EXPECT_EQ(made.expires, *from_rfc3339("2026-11-23T04:32:00Z"));
  EXPECT_TRUE(nonces.value().check(made.nonce, origin, *from_rfc3339("2026-11-23T04:31:59Z")));
  EXPECT_FALSE(nonces.value().check(made.nonce, origin, *from_rfc3339("2026-11-23T04:32:00Z")));
  EXPECT_FALSE(nonces.value().check(made.nonce, "https://antin.xa.example.org", kNow));
  for (const std::size_t at : {0U, 15U, 16U, 47U, 48U, 111U}) {
    auto other = made.nonce;
    other[at] = other[at] == '0' ? '1' : '0';
    EXPECT_FALSE(nonces.value().check(other, origin, kNow)) << at;
  }
  auto capitals = made.nonce;
  for (auto& c : capitals) c = c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c;
  ASSERT_NE(capitals, made.nonce);
  EXPECT_FALSE(nonces.value().check(capitals, origin, kNow));
  EXPECT_FALSE(nonces.value().check("", origin, kNow));
  // Another node knows it; one that was opened again, too.
  const auto again = Nonces::open(*store_, random_);
  ASSERT_TRUE(again);
  EXPECT_TRUE(again.value().check(made.nonce, origin, kNow));
}

}  // namespace
}  // namespace antin::accounts
