#include "service/antind/worker_pool.h"

#include <csignal>
#include <set>
#include <thread>

#include <gtest/gtest.h>

#include "service/ipc/self_test.h"
#include "service/ipc/worker_protocol.h"
#include "service/sandbox/process_state.h"
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
               .callbacks = {{worker::kFindOriginal, worker::kVersion,
                              [this](Message& asked) { return kill_the_first(asked); }}},
               .confinement = WorkerPool::Confinement::kLeftOut},
              log_, metrics_) {}
  Result<Message> kill_the_first(Message& asked) {
    if (killed_++ == 0)
      ::kill(static_cast<pid_t>(cbor::integer_at(asked.body, "pid").value()), SIGKILL);
    Message reply;
    reply.body = cbor::Map{};
    return reply;
  }
  void SetUp() override { ASSERT_TRUE(pool_.start()); }
  Result<Message> ask(const char* name, milliseconds within = kLong) {
    return pool_.ask(worker::kVerify, cbor::Map{{"name", name}}, {}, within);
  }
  SystemClock clock_;
  Log log_{-1, clock_};
  Metrics metrics_;
  int killed_ = 0;
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

TEST_F(WorkerPoolTest, OneThatSomebodyElseKilledIsNoWordAboutTheDocument) {
  const auto twice = ask("killed");
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().code, Code::kWorkerKilled);
  EXPECT_EQ(info(twice.error().code).http_status, 503);
  const auto count = [&] {
    const auto text = metrics_.text();
    const auto at =
        text.find("antin_worker_replaced_total{pool=\"test\",code=\"service.ipc_closed\"}");
    return at == std::string::npos ? "" : text.substr(text.find(' ', at) + 1, 1);
  };
  EXPECT_EQ(count(), "2") << "it was not tried once more";
  EXPECT_TRUE(ask("fine"));
}

// The one beside it that stays although its channel is closed is killed by us, and is no such case.
TEST_F(WorkerPoolTest, OneThatStaysBehindAClosedChannelHasCrashed) {
  EXPECT_EQ(ask("stay").error().code, Code::kWorkerCrashed);
  EXPECT_TRUE(ask("fine"));
}

TEST_F(WorkerPoolTest, TriesAgainWhatAnotherWorkerCanDo) {
  const auto reply = ask("killed once");
  EXPECT_TRUE(reply) << to_log_line(reply.error());
  EXPECT_EQ(killed_, 2) << "asked once by each of two workers";
}

TEST_F(WorkerPoolTest, EndsWorkersAtWorkWhenItStops) {
  std::thread asker([&] { EXPECT_EQ(ask("hang").error().code, Code::kHttpStopping); });
  // The request is under way when a worker is busy; stopping earlier refuses it, which is the same
  // answer.
  pool_.stop();
  asker.join();
  EXPECT_EQ(ask("fine").error().code, Code::kHttpStopping);
}

class HostileWorkerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!sandbox::can_be_confined()) GTEST_SKIP() << "a sanitizer needs what is taken away here";
    ASSERT_TRUE(pool_.start());
  }
  Result<Message> ask(const char* name, milliseconds within = kLong) {
    return pool_.ask(worker::kVerify, cbor::Map{{"name", name}}, {}, within);
  }
  SystemClock clock_;
  Log log_{-1, clock_};
  Metrics metrics_;
  WorkerPool pool_{{.name = "hostile",
                    .program = ANTIN_HOSTILE_WORKER,
                    .count = 1,
                    .configuration = cbor::encode(cbor::Map{}),
                    .callbacks = {}},
                   log_,
                   metrics_};
};

TEST_F(HostileWorkerTest, IsStoppedAndTheNextRequestIsAnswered) {
  for (const auto* how : {"open", "socket", "exec", "fork", "ptrace", "proc", "kill", "limits"}) {
    const auto reply = ask(how);
    ASSERT_FALSE(reply) << how;
    EXPECT_EQ(reply.error().code, Code::kWorkerCrashed) << how;
    EXPECT_NE(to_log_line(reply.error()).find("signal " + std::to_string(SIGSYS)),
              std::string::npos)
        << how;
    EXPECT_TRUE(ask("fine")) << how;
  }
}

TEST_F(HostileWorkerTest, EndsWhereItsBoundsAre) {
  for (const auto* how : {"memory", "map", "memfd"}) {
    EXPECT_EQ(ask(how).error().code, Code::kResourceLimit) << how;
    EXPECT_TRUE(ask("fine")) << how;
  }
  for (const auto* how : {"processor", "sleep"}) {
    EXPECT_EQ(ask(how, milliseconds(100)).error().code, Code::kResourceLimit) << how;
    EXPECT_TRUE(ask("fine")) << how;
  }
}

// The kernel counts what all processes of one user have under way (unix(7), ETOOMANYREFS).
TEST_F(HostileWorkerTest, ABusyNeighbourKeepsNoneFromAnswering) {
  auto queue = Channel::pair();
  ASSERT_TRUE(queue);
  constexpr int kUnderWay = 100;
  for (int i = 0; i < kUnderWay; ++i) {
    Message message;
    auto memfd = new_memfd("under-way");
    ASSERT_TRUE(memfd);
    message.descriptors.push_back(std::move(memfd).value());
    ASSERT_TRUE(queue.value().first.send(message, after(kLong)));
  }
  const auto reply = ask("attach");
  ASSERT_TRUE(reply) << to_log_line(reply.error());
  EXPECT_EQ(reply.value().descriptors.size(), 1U);
}

TEST_F(HostileWorkerTest, CannotWriteInTheLog) {
  ::testing::internal::CaptureStderr();
  EXPECT_TRUE(ask("log"));
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
}

TEST_F(HostileWorkerTest, IsReplacedWhenItHasGrownOrServedLong) {
  const auto pid = [&](const char* name) {
    const auto reply = ask(name);
    EXPECT_TRUE(reply) << name;
    return reply ? cbor::integer_at(reply.value().body, "pid").value() : 0;
  };
  const auto first = pid("fine");
  EXPECT_EQ(pid("fine"), first);
  EXPECT_EQ(pid("grow"), first);
  const auto second = pid("fine");
  EXPECT_NE(second, first);
  std::size_t served = 1;
  while (pid("fine") == second && served < 2'000) ++served;
  EXPECT_EQ(served, 1'000U);
  EXPECT_NE(metrics_.text().find("antin_worker_recycled_total"), std::string::npos);
}

TEST_F(HostileWorkerTest, AFreshOneIsAskedOnce) {
  std::set<std::int64_t> seen;
  for (int i = 0; i < 3; ++i) {
    const auto reply = pool_.ask_fresh(worker::kVerify, cbor::Map{{"name", "fine"}}, {}, kLong);
    ASSERT_TRUE(reply) << to_log_line(reply.error());
    EXPECT_TRUE(seen.insert(cbor::integer_at(reply.value().body, "pid").value()).second);
  }
  const auto usual = ask("fine");
  ASSERT_TRUE(usual);
  EXPECT_FALSE(seen.contains(cbor::integer_at(usual.value().body, "pid").value()));
  // Each ends where it would end that did not come from a nursery, and the next is another.
  for (const auto* how : {"open", "socket", "fork", "double", "limits", "kill"}) {
    const auto stopped = pool_.ask_fresh(worker::kVerify, cbor::Map{{"name", how}}, {}, kLong);
    ASSERT_FALSE(stopped) << how;
    EXPECT_EQ(stopped.error().code, Code::kWorkerCrashed) << how;
    EXPECT_NE(to_log_line(stopped.error()).find("signal " + std::to_string(SIGSYS)),
              std::string::npos)
        << how;
  }
  for (const auto* how : {"map"})
    EXPECT_EQ(pool_.ask_fresh(worker::kVerify, cbor::Map{{"name", how}}, {}, kLong).error().code,
              Code::kResourceLimit)
        << how;
  EXPECT_EQ(pool_.ask_fresh(worker::kVerify, cbor::Map{{"name", "sleep"}}, {}, milliseconds(100))
                .error()
                .code,
            Code::kResourceLimit);
  EXPECT_TRUE(pool_.ask_fresh(worker::kVerify, cbor::Map{{"name", "fine"}}, {}, kLong));
}

// Copies lie in memory as their nursery does: after one that fell there is another nursery.
TEST_F(HostileWorkerTest, NoNurseryOutlivesACopyThatFell) {
  const auto nursery = [&](const char* name) {
    const auto reply = pool_.ask_fresh(worker::kVerify, cbor::Map{{"name", name}}, {}, kLong);
    return reply ? cbor::integer_at(reply.value().body, "nursery").value() : 0;
  };
  const auto first = nursery("fine");
  EXPECT_NE(first, 0);
  EXPECT_EQ(nursery("fine"), first);
  EXPECT_EQ(nursery("open"), 0);
  EXPECT_NE(nursery("fine"), first);
}

TEST_F(HostileWorkerTest, ANurseryThatWasKilledIsReplaced) {
  const auto ask_fine = [&] {
    return pool_.ask_fresh(worker::kVerify, cbor::Map{{"name", "fine"}}, {}, kLong);
  };
  const auto reply = ask_fine();
  ASSERT_TRUE(reply);
  ::kill(static_cast<pid_t>(cbor::integer_at(reply.value().body, "nursery").value()), SIGKILL);
  EXPECT_TRUE(ask_fine());
}

TEST(WorkerPool, DoesNotUseAWorkerThatIsNotConfined) {
  if (!sandbox::can_be_confined()) GTEST_SKIP() << "a sanitizer needs what is taken away here";
  SystemClock clock;
  Log log(-1, clock);
  Metrics metrics;
  WorkerPool pool({.name = "test",
                   .program = ANTIN_FAKE_WORKER,
                   .count = 1,
                   .configuration = cbor::encode(cbor::Map{}),
                   .callbacks = {}},
                  log, metrics);
  const auto started = pool.start();
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, Code::kSandboxIncomplete);
}

TEST(WorkerPool, ASelfTestIsAskedOfTheProgramItself) {
  if (!sandbox::can_be_confined()) GTEST_SKIP() << "a sanitizer needs what is taken away here";
  EXPECT_TRUE(require_self_test(ANTIN_HOSTILE_WORKER));
  for (const auto* program : {ANTIN_FAKE_WORKER, "/bin/true"}) {
    const auto refused = require_self_test(program);
    ASSERT_FALSE(refused) << program;
    EXPECT_EQ(refused.error().code, Code::kSandboxIncomplete) << program;
  }
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
