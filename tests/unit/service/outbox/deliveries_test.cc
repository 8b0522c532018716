#include "service/outbox/deliveries.h"

#include "tests/unit/service/outbox/outbox_fixture.h"

namespace antin::outbox {
namespace {

class DeliveriesTest : public OutboxFixture {
 protected:
  static std::vector<Choice> to_portal(const Owed& owed) {
    return {{.target = "cong",
             .takes = owed.event.document_sha256.empty() ? Choice::Takes::kEvent
                                                         : Choice::Takes::kDocument}};
  }
  std::size_t spread(const Choose& choose = to_portal) {
    const auto events = one().spread(choose, kNow);
    EXPECT_TRUE(events) << to_log_line(events.error());
    return events.value();
  }
  std::optional<Delivery> take(Deliveries& by, UtcTime now = kNow) {
    auto taken = by.take(cong_, now);
    EXPECT_TRUE(taken) << to_log_line(taken.error());
    return taken ? taken.value() : std::nullopt;
  }
  bool settle(Deliveries& by, const Delivery& taken, const Outcome& outcome) {
    const auto counts = by.settle(taken, cong_, outcome, kNow);
    EXPECT_TRUE(counts);
    return counts && counts.value();
  }
  // The store is opened in SetUp().
  Deliveries& one() {
    if (!one_) one_.emplace(*store_, "node-1");
    return *one_;
  }

  const Taker cong_{.target = "cong", .purpose = "báo cổng"};
  std::optional<Deliveries> one_;
};

TEST_F(DeliveriesTest, AnEventIsOwedExactlyWhenItsChangeIs) {
  const auto undone = store_->in_transaction([&](Database& db) -> Status {
    ANTIN_CHECK(enqueue(db, event("c", 1, "case.received")));
    return make_error(Code::kInternal, "undo");
  });
  EXPECT_FALSE(undone);
  EXPECT_EQ(spread(), 0U);
  owe(event("c", 1, "case.received"));
  EXPECT_EQ(spread(), 1U);
  EXPECT_EQ(spread(), 0U);
  const auto taken = take(one());
  ASSERT_TRUE(taken);
  EXPECT_EQ(id_of(taken->event), "c-1");
  EXPECT_EQ(taken->tries, 1);
  // Of the facts only what may be told: no name, no address.
  EXPECT_EQ(taken->about, R"({"state":"received","reason":"mờ"})");
}

TEST_F(DeliveriesTest, WhatNobodyTakesIsForgotten) {
  owe(event("c", 1, "case.received"));
  EXPECT_EQ(spread([](const Owed&) { return std::vector<Choice>(); }), 1U);
  EXPECT_EQ(count("outbox_event"), 0);
  EXPECT_EQ(count("outbox_delivery"), 0);
}

TEST_F(DeliveriesTest, EventsOfOneCaseLeaveInOrderAndThoseOfOthersDoNotWait) {
  owe(event("c", 1, "case.received"));
  owe(event("c", 2, "case.refused"));
  owe(event("d", 1, "case.received"));
  EXPECT_EQ(spread(), 3U);
  const auto first = take(one()), second = take(one());
  ASSERT_TRUE(first && second);
  EXPECT_NE(first->event.stream, second->event.stream);
  EXPECT_EQ(first->event.number + second->event.number, 2);
  const auto& of_c = first->event.stream == "c" ? *first : *second;
  // Its first waits for its next try, and the second behind it.
  EXPECT_TRUE(settle(one(), of_c,
                     {.state = DeliveryState::kWaiting,
                      .due = after(kNow, std::chrono::seconds{60}),
                      .error = make_error(Code::kNetTimeout, "", {{"host", "cong"}})}));
  EXPECT_FALSE(take(one()));
  const auto again = take(one(), after(kNow, std::chrono::seconds{60}));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->id, of_c.id);
  EXPECT_EQ(again->tries, 2);
  EXPECT_EQ(again->reason, Code::kNetTimeout);
  // Given up, it holds nobody up any more: a recall must get through.
  EXPECT_TRUE(settle(one(), *again, {.state = DeliveryState::kDead}));
  const auto next = take(one());
  ASSERT_TRUE(next);
  EXPECT_EQ(id_of(next->event), "c-2");
}

TEST_F(DeliveriesTest, TwoNodesNeverHaveTheSameAndADeadOnesAreTakenOver) {
  if (!on_postgresql()) GTEST_SKIP() << "one node";
  Deliveries other(*store_, "node-2");
  owe(event("c", 1, "case.received"));
  spread();
  const auto taken = take(one());
  ASSERT_TRUE(taken);
  EXPECT_TRUE(other.due(kNow).value().empty());
  EXPECT_FALSE(take(other));
  ASSERT_TRUE(database()->execute("UPDATE outbox_delivery SET lease_until=1"));
  const auto over = take(other);
  ASSERT_TRUE(over);
  EXPECT_EQ(over->id, taken->id);
  EXPECT_EQ(id_of(over->event), id_of(taken->event));
  // Whoever was away too long has no say.
  EXPECT_FALSE(settle(one(), *taken, {.state = DeliveryState::kDead}));
  EXPECT_TRUE(settle(other, *over, {}));
  EXPECT_EQ(other.find({.stream = "c"}).value()[0].state, DeliveryState::kSent);
}

TEST_F(DeliveriesTest, WhatAKilledProcessHadIsSentAgainUnderTheSameId) {
  if (on_postgresql()) GTEST_SKIP() << "its lease has to end first";
  owe(event("c", 1, "case.received"));
  spread();
  const auto taken = take(one());
  ASSERT_TRUE(taken);
  EXPECT_FALSE(take(one())) << "this process is still at it";
  Deliveries next(*store_, "node-2");
  EXPECT_EQ(next.due(kNow).value(), std::vector<std::string>{"cong"});
  const auto again = take(next);
  ASSERT_TRUE(again);
  EXPECT_EQ(id_of(again->event), id_of(taken->event));
  EXPECT_EQ(again->tries, 2);
}

TEST_F(DeliveriesTest, ThatADocumentLeavesIsLoggedBeforeItDoes) {
  owe(released("c", 8));
  spread();
  const auto taken = take(one());
  ASSERT_TRUE(taken);
  EXPECT_EQ(told_, (std::vector<std::string>{"sending"}));
  settle(one(), *taken, {});
  EXPECT_EQ(told_, (std::vector<std::string>{"sending", "sent"}));
}

TEST_F(DeliveriesTest, C17_ByHandItIsSentAgainOrNotAtAll) {
  owe(released("c", 8));
  spread();
  const auto taken = take(one());
  ASSERT_TRUE(taken);
  auto& all = one();
  const auto code = [](const auto& result) {
    return result ? Code::kInternal : result.error().code;
  };
  EXPECT_EQ(code(all.again(taken->id, "", "key-1", kNow)), Code::kOutboxUnderWay);
  EXPECT_EQ(code(all.cancel(taken->id, "key-1", kNow)), Code::kOutboxUnderWay);
  EXPECT_EQ(code(all.again("none", "", "key-1", kNow)), Code::kOutboxUnknown);
  settle(all, *taken,
         {.state = DeliveryState::kDead,
          .error = make_error(Code::kOutboxAnswered, "", {{"noi_nhan", "cong"}, {"ma", "500"}})});
  const auto dead = all.find({.state = DeliveryState::kDead}).value();
  ASSERT_EQ(dead.size(), 1U);
  EXPECT_EQ(dead[0].reason, Code::kOutboxAnswered);
  EXPECT_EQ(sentence(*dead[0].reason, Language::kVietnamese, dead[0].params),
            "cong không nhận: trả lời HTTP 500.");
  EXPECT_EQ(all.figures().value().at("cong").dead, 1);
  const auto again = all.again(taken->id, "chi@example.vn", "key-1", kNow);
  ASSERT_TRUE(again);
  EXPECT_EQ(again.value().address, "chi@example.vn");
  EXPECT_EQ(all.figures().value().at("cong").waiting, 1);
  const auto sent = take(all);
  ASSERT_TRUE(sent);
  EXPECT_EQ(sent->tries, 1);
  EXPECT_EQ(sent->event.document_sha256, taken->event.document_sha256);
  settle(all, *sent, {});
  EXPECT_EQ(code(all.cancel(taken->id, "key-1", kNow)), Code::kOutboxSent);
  EXPECT_EQ(told_, (std::vector<std::string>{"sending", "given_up", "again_elsewhere", "sending",
                                             "sent"}));
}

TEST_F(DeliveriesTest, AClockThatWasPutBackHoldsNothingUp) {
  owe(event("c", 1, "case.received"));
  spread();
  EXPECT_TRUE(take(one(), after(kNow, -Deliveries::kLongestPause - std::chrono::hours{1})));
}

TEST_F(DeliveriesTest, ListsAreThoseOfTheUnitsAsked) {
  owe(event("c", 1, "case.received"));
  auto elsewhere = event("d", 1, "case.received");
  elsewhere.unit = "H40.8";
  owe(elsewhere);
  spread();
  EXPECT_EQ(one().find({}).value().size(), 2U);
  EXPECT_EQ(one().find({.units = {"H40.8"}}).value().at(0).event.stream, "d");
  EXPECT_TRUE(one().find({.target = "khac"}).value().empty());
  const auto first = one().find({.most = 1}).value();
  ASSERT_EQ(first.size(), 1U);
  EXPECT_EQ(one().find({.before = first[0].id}).value().size(), 1U);
}

}  // namespace
}  // namespace antin::outbox
