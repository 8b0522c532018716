#include "service/antind/worker_pool.h"

#include <thread>

#include <gtest/gtest.h>

#include "service/ipc/worker_protocol.h"
#include "service/system/real.h"

namespace antin::service {
namespace {

using std::chrono::milliseconds;
constexpr milliseconds kLong{60'000};

class WorkerPoolTest : public ::testing::Test {
 protected:
  WorkerPoolTest()
      : pool_({.name = "test",
               .program = ANTIN_FAKE_WORKER,
               .count = 2,
               .configuration = cbor::encode(cbor::Map{}),
               .callbacks = {}},
              log_, metrics_) {}
  void SetUp() override { ASSERT_TRUE(pool_.start()); }
  Result<Message> ask(const char* name, milliseconds within = kLong) {
    return pool_.ask(worker::kVerify, cbor::Map{{"name", name}}, {}, within);
  }
  SystemClock clock_;
  Log log_{-1, clock_};
  Metrics metrics_;
  WorkerPool pool_;
};

TEST_F(WorkerPoolTest, BringsAnswersAndErrors) {
  EXPECT_TRUE(ask("fine"));
  EXPECT_EQ(ask("refuse").error().code, Code::kPdfNotPdf);
  EXPECT_EQ(pool_.ready(), 2U);
}

TEST_F(WorkerPoolTest, ReplacesAWorkerThatCrashesLeavesOrHangs) {
  for (const auto* how : {"crash", "leave"}) {
    EXPECT_EQ(ask(how).error().code, Code::kWorkerCrashed) << how;
    EXPECT_TRUE(ask("fine")) << how;
    EXPECT_TRUE(ask("fine")) << how;
  }
  for (const auto* how : {"greedy", "slow"}) {
    EXPECT_EQ(ask(how).error().code, Code::kResourceLimit) << how;
    EXPECT_TRUE(ask("fine")) << how;
  }
  EXPECT_EQ(ask("hang", milliseconds(50)).error().code, Code::kResourceLimit);
  EXPECT_TRUE(ask("fine"));
  EXPECT_NE(metrics_.text().find("antin_worker_replaced_total"), std::string::npos);
}

TEST_F(WorkerPoolTest, EndsWorkersAtWorkWhenItStops) {
  std::thread asker([&] { EXPECT_EQ(ask("hang").error().code, Code::kHttpStopping); });
  // The request is under way when a worker is busy; stopping earlier refuses it, which is the same
  // answer.
  pool_.stop();
  asker.join();
  EXPECT_EQ(ask("fine").error().code, Code::kHttpStopping);
}

TEST(WorkerPool, DoesNotStartWithoutItsProgram) {
  SystemClock clock;
  Log log(-1, clock);
  Metrics metrics;
  for (const auto* program : {"/nonexistent", "/bin/true"}) {
    WorkerPool pool(
        {.name = "test", .program = program, .count = 1, .configuration = {}, .callbacks = {}}, log,
        metrics);
    EXPECT_FALSE(pool.start()) << program;
  }
}

}  // namespace
}  // namespace antin::service
