#include "service/antind/signing_sessions.h"

#include "tests/fakes/store_fixture.h"

namespace antin::service {
namespace {

using State = SigningItem::State;

class SigningSessionsTest : public fakes::StoreFixture {
 protected:
  void SetUp() override {
    fakes::StoreFixture::SetUp();
    if (IsSkipped()) return;
    sessions_.emplace(*store_);
    ASSERT_TRUE(sessions_->open(session_, {item(1, "a"), item(2, "b")}));
  }
  static SigningItem item(std::int64_t number, const std::string& case_id) {
    return {.number = number, .case_id = case_id, .version = 3, .name = "Giấy khai sinh"};
  }
  // As the worker's answer leaves it.
  void prepare() {
    for (;;) {
      auto next = sessions_->next(session_.id, now_);
      ASSERT_TRUE(next);
      if (!next.value()) return;
      auto one = std::move(*next.value());
      one.state = State::kPrepared;
      one.kept = one.tail = one.attributes = Bytes{1, 2, 3};
      ASSERT_TRUE(sessions_->keep(session_.id, one, now_));
    }
  }
  Code give(const std::string& case_id, const Bytes& octets) {
    const auto given = sessions_->give(session_, case_id, {.octets = octets}, now_);
    return given ? Code::kInternal : given.error().code;
  }
  static UtcTime after(UtcTime at, std::chrono::seconds span) {
    return UtcTime{at.since_epoch() + span};
  }

  UtcTime now_ = *from_rfc3339("2026-11-21T02:00:00Z");
  const SigningSession session_{.id = "session",
                                .owner = "key",
                                .certificate = {1},
                                .chain = {{2}, {3}},
                                .algorithm = "ECDSA",
                                .digest = "SHA-256",
                                .created = now_,
                                .expires = after(now_, SigningSessions::kGoodFor)};
  std::optional<SigningSessions> sessions_;
};

TEST_F(SigningSessionsTest, AreReadBackByTheirKeyAlone) {
  const auto found = sessions_->find("session", "key");
  ASSERT_TRUE(found);
  EXPECT_EQ(found.value().chain, session_.chain);
  EXPECT_EQ(found.value().algorithm, "ECDSA");
  const auto other = sessions_->find("session", "another");
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, Code::kSigningSessionUnknown);
}

TEST_F(SigningSessionsTest, TakeASignatureOnceAndHearItAgain) {
  EXPECT_EQ(give("a", {7}), Code::kSigningCaseNotPrepared);
  prepare();
  EXPECT_EQ(give("a", {7}), Code::kInternal);
  EXPECT_EQ(give("a", {7}), Code::kInternal);
  EXPECT_EQ(give("a", {8}), Code::kSigningSessionUsed);
  EXPECT_EQ(give("c", {8}), Code::kSigningCaseNotPrepared);
  auto next = sessions_->next("session", now_);
  ASSERT_TRUE(next && next.value());
  EXPECT_EQ(next.value()->made.octets, Bytes{7});
  next.value()->state = State::kDone;
  ASSERT_TRUE(sessions_->keep("session", *next.value(), now_));
  EXPECT_EQ(give("a", {7}), Code::kInternal);
  EXPECT_EQ(give("a", {8}), Code::kSigningSessionUsed);
  const auto kept = sessions_->item("session", "a");
  ASSERT_TRUE(kept);
  EXPECT_TRUE(kept.value().kept.empty() && kept.value().tail.empty());
}

TEST_F(SigningSessionsTest, OfWhatWasRefusedNothingIsKept) {
  prepare();
  ASSERT_EQ(give("a", {7}), Code::kInternal);
  auto next = sessions_->next("session", now_);
  ASSERT_TRUE(next && next.value());
  next.value()->state = State::kRefused;
  ASSERT_TRUE(sessions_->keep("session", *next.value(), now_));
  const auto kept = sessions_->item("session", "a");
  ASSERT_TRUE(kept);
  EXPECT_TRUE(kept.value().kept.empty() && kept.value().tail.empty() &&
              kept.value().made.octets.empty());
  EXPECT_EQ(give("a", {7}), Code::kSigningSessionUsed);
}

TEST_F(SigningSessionsTest, EndAfterAQuarterOfAnHour) {
  prepare();
  now_ = after(session_.expires, std::chrono::seconds(-1));
  EXPECT_EQ(give("a", {7}), Code::kInternal);
  now_ = session_.expires;
  EXPECT_EQ(give("b", {7}), Code::kSigningSessionExpired);
  // What was given in time is completed, what waits is emptied.
  ASSERT_TRUE(sessions_->clean(now_));
  const auto next = sessions_->next("session", now_);
  ASSERT_TRUE(next && next.value());
  EXPECT_EQ(next.value()->case_id, "a");
  EXPECT_FALSE(next.value()->kept.empty());
  EXPECT_TRUE(sessions_->item("session", "b").value().kept.empty());
  now_ = after(now_, std::chrono::hours(25));
  ASSERT_TRUE(sessions_->clean(now_));
  EXPECT_TRUE(sessions_->find("session", "key"));
}

TEST_F(SigningSessionsTest, AreWorkedOnByOneAtATime) {
  EXPECT_TRUE(sessions_->hold("session", now_).value());
  EXPECT_FALSE(sessions_->hold("session", now_).value());
  EXPECT_TRUE(sessions_->waiting(now_).value().empty());
  // Whoever held it is gone.
  const auto later = after(now_, SigningSessions::kHeldFor);
  EXPECT_EQ(sessions_->waiting(later).value(), std::vector<std::string>{"session"});
  EXPECT_TRUE(sessions_->hold("session", later).value());
  EXPECT_FALSE(sessions_->let_go("session", later).value());
  prepare();
  EXPECT_TRUE(sessions_->let_go("session", later).value());
  EXPECT_TRUE(sessions_->waiting(later).value().empty());
}

TEST_F(SigningSessionsTest, OfOneKeyAreNotWithoutEnd) {
  for (std::int64_t i = 1; i < SigningSessions::kMostOpen; ++i) {
    auto another = session_;
    another.id += std::to_string(i);
    ASSERT_TRUE(sessions_->open(another, {item(1, "a")}));
  }
  auto last = session_;
  last.id = "one too many";
  const auto opened = sessions_->open(last, {item(1, "a")});
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Code::kSigningSessionsFull);
  last.owner = "another";
  EXPECT_TRUE(sessions_->open(last, {item(1, "a")}));
}

}  // namespace
}  // namespace antin::service
