#include "service/outbox/runner.h"

#include "tests/unit/service/outbox/outbox_fixture.h"

namespace antin::outbox {
namespace {

/// Fails as it is told to, and remembers what it carried.
class ScriptedCourier final : public Courier {
 public:
  Status carry(const Parcel& parcel) override {
    carried.push_back(id_of(parcel.delivery.event));
    bodies.push_back(parcel.body);
    if (!fails) return Done{};
    return *fails;
  }
  std::optional<Error> fails = {};
  std::vector<std::string> carried = {}, bodies = {};
};

class Documents final : public Handouts {
 public:
  Result<Handout> of(const Delivery& delivery) override {
    if (frozen) return make_error(Code::kOutboxFrozen, delivery.id);
    Handout handout;
    handout.document = SharedBytes(Bytes{1, 2, 3});
    return handout;
  }
  bool frozen = false;
};

class RunnerTest : public OutboxFixture {
 protected:
  void make(std::vector<Target> targets) {
    std::vector<Runner::Lane> lanes;
    for (auto& target : targets) {
      auto courier = std::make_unique<ScriptedCourier>();
      couriers_[target.name] = courier.get();
      lanes.push_back({.target = target, .courier = std::move(courier)});
    }
    runner_ =
        std::make_unique<Runner>(Runner::Parts{.store = store_.get(),
                                               .handouts = &documents_,
                                               .clock = &clock_,
                                               .random = &random_,
                                               .tried =
                                                   [this](const Delivery&, const Outcome& outcome) {
                                                     const std::lock_guard lock(mutex_);
                                                     outcomes_.push_back(outcome.state);
                                                     tried_.notify_all();
                                                   },
                                               .failed = [](const Error&) {},
                                               .figures = [](const auto&) {}},
                                 std::move(lanes));
  }
  void run() {
    const auto due = runner_->look();
    ASSERT_TRUE(due) << to_log_line(due.error());
    for (const auto& target : due.value()) {
      for (auto more = runner_->send_one(target); more && more.value();)
        more = runner_->send_one(target);
    }
  }
  Delivery only() { return Deliveries(*store_, "x").find({}).value().at(0); }

  Documents documents_;
  std::map<std::string, ScriptedCourier*> couriers_;
  std::mutex mutex_;
  std::condition_variable tried_;
  std::vector<DeliveryState> outcomes_;
  std::unique_ptr<Runner> runner_;
};

TEST_F(RunnerTest, C17_FourPausesThenSomebodyHasToLook) {
  make({mail()});
  couriers_["thu"]->fails = make_error(Code::kNetUnreachable, "", {{"host", "thu"}});
  owe(released("c", 8));
  run();
  std::vector<std::int64_t> pauses;
  while (only().state == DeliveryState::kWaiting) {
    const auto pause = only().due.since_epoch() - clock_.utc_now().since_epoch();
    pauses.push_back(pause.count());
    run();
    EXPECT_EQ(couriers_["thu"]->carried.size(), pauses.size()) << "not before it is due";
    clock_.advance(pause);
    run();
  }
  ASSERT_EQ(pauses.size(), 4U);
  const std::vector<std::int64_t> wanted{60, 300, 1'800, 7'200};
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_GE(pauses[i], wanted[i] * 8 / 10);
    EXPECT_LE(pauses[i], wanted[i] * 12 / 10);
  }
  EXPECT_EQ(only().state, DeliveryState::kDead);
  EXPECT_EQ(only().reason, Code::kNetUnreachable);
  EXPECT_EQ(couriers_["thu"]->carried.size(), 5U);
}

TEST_F(RunnerTest, TheSameOctetsAtEveryTry) {
  make({http("cong")});
  couriers_["cong"]->fails = make_error(Code::kNetTimeout, "", {{"host", "cong"}});
  owe(event("c", 1, "case.received"));
  run();
  clock_.advance(std::chrono::minutes{1});
  couriers_["cong"]->fails.reset();
  run();
  const auto& bodies = couriers_["cong"]->bodies;
  ASSERT_EQ(bodies.size(), 2U);
  EXPECT_EQ(bodies[0], bodies[1]);
  EXPECT_EQ(bodies[0], R"({"schema":"antin-event/1","id":"c-1","type":"case.received",)"
                       R"("at":"2026-11-21T02:05:07Z","unit":"H40.7","product":"certified_copy",)"
                       R"("case":{"id":"c","version":1,"state":"received","reason":"mờ"}})");
  EXPECT_EQ(only().state, DeliveryState::kSent);
}

TEST_F(RunnerTest, R14_WhatWasRecalledMeanwhileIsHandedToNobody) {
  make({mail()});
  documents_.frozen = true;
  owe(released("c", 8));
  run();
  EXPECT_TRUE(couriers_["thu"]->carried.empty());
  EXPECT_EQ(only().state, DeliveryState::kDead);
  EXPECT_EQ(only().reason, Code::kOutboxFrozen);
}

TEST_F(RunnerTest, ADocumentThatIsTooLargeForItIsSaidSoAtOnce) {
  auto small = mail();
  small.max_document_octets = 2;
  make({small});
  owe(released("c", 8));
  run();
  EXPECT_EQ(only().reason, Code::kOutboxTooLarge);
  EXPECT_EQ(only().state, DeliveryState::kDead);
}

TEST_F(RunnerTest, WhatIsOwedToATargetThatIsGoneIsGivenUpAloud) {
  make({http("cong")});
  owe(event("c", 1, "case.received"));
  ASSERT_TRUE(runner_->look());
  make({http("khac")});
  run();
  EXPECT_EQ(only().state, DeliveryState::kDead);
  EXPECT_EQ(only().reason, Code::kOutboxNoTarget);
}

TEST_F(RunnerTest, ARestoredStoreSendsNothingUntilItIsReleased) {
  make({http("cong")});
  owe(event("c", 1, "case.received"));
  ASSERT_TRUE(database()->execute(
      "INSERT INTO store_state(name, value) VALUES('held', '2026-11-21T02:05:07Z')"));
  run();
  EXPECT_TRUE(couriers_["cong"]->carried.empty());
}

TEST_F(RunnerTest, ItsThreadsSendByThemselvesAndEnd) {
  make({http("cong"), http("khac")});
  owe(event("c", 1, "case.received"));
  runner_->start();
  runner_->nudge();
  {
    std::unique_lock lock(mutex_);
    ASSERT_TRUE(
        tried_.wait_for(lock, std::chrono::seconds{20}, [&] { return outcomes_.size() == 2; }));
  }
  runner_->stop();
  EXPECT_EQ(couriers_["cong"]->carried, std::vector<std::string>{"c-1"});
  EXPECT_EQ(couriers_["khac"]->carried, std::vector<std::string>{"c-1"});
}

}  // namespace
}  // namespace antin::outbox
