#include "hsm/tokend/rules.h"

#include <gtest/gtest.h>

#include "tests/fakes/frozen_clock.h"

namespace antin::hsm {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using tokend::Role;

constexpr SignatureScheme kRsa{SignatureAlgorithm::kRsaPkcs1, DigestAlgorithm::kSha256};
constexpr SignatureScheme kRsa512{SignatureAlgorithm::kRsaPkcs1, DigestAlgorithm::kSha512};
constexpr Hours kOffice{
    {true, true, true, true, true, false, false}, hours{7} + minutes{30}, hours{17}};
const std::string kKey = "pkcs11:token=t;object=seal;type=private?module-path=/m.so";

// Monday, 23 November 2026, at this time in Viet Nam.
UtcTime monday(hours hour, minutes minute = minutes{0}) {
  return UtcTime{std::chrono::sys_days{std::chrono::year{2026} / 11 / 23} + hour - hours{7} +
                 minute};
}

KeyRule rule(std::string uri = "pkcs11:token=t;object=seal") {
  return {.uri = std::move(uri),
          .purpose = Purpose::kDocument,
          .roles = {Role::kAgency},
          .schemes = {kRsa},
          .per_minute = 2,
          .per_day = 5,
          .hours = kOffice};
}

std::string outcome(const Result<std::size_t>& result) {
  return result ? "ok" : std::string{info(result.error().code).name};
}
std::string outcome(const Status& result) {
  return result ? "ok" : std::string{info(result.error().code).name};
}
std::string until(const Error& error) {
  for (const auto& [name, value] : error.params) {
    if (name == "until") return value;
  }
  return "";
}

TEST(Hours, AreThoseOfLegalTime) {
  EXPECT_TRUE(allows(kOffice, monday(hours{7}, minutes{30})));
  EXPECT_FALSE(allows(kOffice, monday(hours{7}, minutes{29})));
  EXPECT_TRUE(allows(kOffice, monday(hours{16}, minutes{59})));
  EXPECT_FALSE(allows(kOffice, monday(hours{17})));
  EXPECT_FALSE(allows(kOffice, monday(hours{-24 + 8}))) << "Sunday";
  EXPECT_TRUE(allows(kOffice, monday(hours{4 * 24 + 8}))) << "Friday";
  EXPECT_FALSE(allows(kOffice, monday(hours{5 * 24 + 8}))) << "Saturday";
  EXPECT_FALSE(allows({}, monday(hours{8}))) << "nothing said, nothing allowed";
}

TEST(Hours, MayPassMidnight) {
  Hours night;
  night.days[0] = true;
  night.from = hours{22};
  night.to = hours{5};
  EXPECT_TRUE(allows(night, monday(hours{22})));
  EXPECT_TRUE(allows(night, monday(hours{24 + 4})));
  EXPECT_FALSE(allows(night, monday(hours{24 + 5})));
  EXPECT_FALSE(allows(night, monday(hours{4}))) << "Sunday's night is not allowed";
  EXPECT_FALSE(allows(night, monday(hours{24 + 22})));
}

TEST(Hours, TellWhenTheyBegin) {
  EXPECT_EQ(next_allowed(kOffice, monday(hours{18})), monday(hours{24 + 7}, minutes{30}));
  EXPECT_EQ(next_allowed(kOffice, monday(hours{4 * 24 + 17})),
            monday(hours{7 * 24 + 7}, minutes{30}));
  EXPECT_EQ(next_allowed({}, monday(hours{8})), std::nullopt);
}

class RulesTest : public testing::Test {
 protected:
  std::unique_ptr<Rules> rules(const std::vector<KeyRule>& all) {
    return Rules::create(all, clock_).value();
  }
  fakes::FrozenClock clock_{monday(hours{8})};
};

TEST_F(RulesTest, PermitWhatTheySayAndNothingElse) {
  const auto made = rules({rule()});
  EXPECT_EQ(outcome(made->permit_document(kKey, Role::kAgency, kRsa)), "ok");
  EXPECT_EQ(outcome(made->permit_document(kKey, Role::kPerson, kRsa)), "tokend.role_refused");
  EXPECT_EQ(outcome(made->permit_document(kKey, Role::kAgency, kRsa512)), "tokend.scheme_refused");
  EXPECT_EQ(outcome(made->permit_checkpoint(kKey)), "tokend.purpose_refused");
  EXPECT_EQ(outcome(made->permit_document("pkcs11:token=t;object=other", Role::kAgency, kRsa)),
            "token.key_refused");
  EXPECT_EQ(outcome(made->permit_document("no uri", Role::kAgency, kRsa)), "token.uri_invalid");
  clock_.advance(hours{10});
  const auto late = made->permit_document(kKey, Role::kAgency, kRsa);
  EXPECT_EQ(outcome(late), "tokend.out_of_hours");
  EXPECT_EQ(until(late.error()), "24/11/2026 07:30:00");
}

TEST_F(RulesTest, AllowNothingBeforeItIsSaid) {
  const auto none = rules({});
  EXPECT_EQ(outcome(none->permit_document(kKey, Role::kAgency, kRsa)), "token.key_refused");
  KeyRule empty;
  empty.uri = "pkcs11:token=t";
  const auto silent = rules({empty});
  EXPECT_EQ(outcome(silent->permit_document(kKey, Role::kAgency, kRsa)), "tokend.role_refused");
  EXPECT_EQ(outcome(silent->take(0)), "tokend.rate_limited");
}

TEST_F(RulesTest, UseAKeyOfTwoPurposesForNeither) {
  auto other = rule("pkcs11:token=t");
  other.purpose = Purpose::kCheckpoint;
  const auto made = rules({rule(), other});
  EXPECT_EQ(outcome(made->permit_document(kKey, Role::kAgency, kRsa)), "token.key_refused");
  EXPECT_EQ(outcome(made->permit_checkpoint(kKey)), "token.key_refused");
}

TEST_F(RulesTest, AllowSoManySignaturesAMinuteAndADay) {
  const auto made = rules({rule()});
  EXPECT_TRUE(made->take(0));
  EXPECT_TRUE(made->take(0));
  const auto minute = made->take(0);
  ASSERT_EQ(outcome(minute), "tokend.rate_limited");
  EXPECT_EQ(until(minute.error()), "23/11/2026 08:00:30");
  clock_.advance(seconds{29});
  EXPECT_FALSE(made->take(0));
  clock_.advance(seconds{1});
  EXPECT_TRUE(made->take(0));
  clock_.advance(minutes{1});
  EXPECT_TRUE(made->take(0));
  EXPECT_TRUE(made->take(0));
  clock_.advance(minutes{1});
  const auto day = made->take(0);
  ASSERT_EQ(outcome(day), "tokend.rate_limited");
  made->give_back(0);
  EXPECT_TRUE(made->take(0)) << "what was not used may be used";
  clock_.advance(hours{24});
  EXPECT_TRUE(made->take(0));
}

TEST_F(RulesTest, CountWhatWasSignedBeforeTheStart) {
  const auto made = rules({rule()});
  for (int i = 0; i < 4; ++i) made->count_past(kKey, monday(hours{2}));
  made->count_past(kKey, monday(hours{-24}));
  EXPECT_TRUE(made->take(0));
  EXPECT_EQ(outcome(made->take(0)), "tokend.rate_limited");
}

}  // namespace
}  // namespace antin::hsm
