#include "signer/batch.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <set>

#include <gtest/gtest.h>

#include "certs/ossl/digest.h"

namespace antin::signer {
namespace {

using State = BatchOutcome::State;

// Files in memory. A document "signs" by growing one octet.
class MemoryHost final : public BatchHost {
 public:
  std::map<std::string, Bytes> files;
  std::map<std::string, Code> failing;  ///< sign() of this input fails
  Code commit_fails = Code::kSigned;
  std::vector<std::size_t> group_sizes;
  std::vector<std::pair<std::size_t, State>> reports;
  std::set<std::string> signed_inputs;

  Result<SharedBytes> load(const BatchItem& item) override {
    const std::lock_guard lock(mutex_);
    const auto found = files.find(item.input);
    if (found == files.end())
      return make_error(Code::kFileUnreadable, item.input, {{"file", item.input}});
    return SharedBytes(Bytes(found->second));
  }
  Result<std::optional<SharedBytes>> existing_output(const BatchItem& item) override {
    const std::lock_guard lock(mutex_);
    const auto found = files.find(item.output);
    if (found == files.end()) return std::optional<SharedBytes>{};
    return std::optional(SharedBytes(Bytes(found->second)));
  }
  Result<bool> is_finished(const BatchItem&, const SharedBytes& input,
                           const SharedBytes& output) override {
    return output.size() == input.size() + 1;
  }
  Result<SignedDocument> sign(const BatchItem& item, const SharedBytes& input) override {
    const std::lock_guard lock(mutex_);
    if (const auto fails = failing.find(item.input); fails != failing.end())
      return make_error(fails->second, "as the test wants");
    EXPECT_TRUE(signed_inputs.insert(item.input).second) << "signed twice";
    return SignedDocument{.original = input,
                          .tail = {0x21},
                          .field = "Sig",
                          .signing_time = UtcTime{std::chrono::sys_seconds{}},
                          .warnings = {}};
  }
  Status store(const BatchItem& item, const SignedDocument& document) override {
    const std::lock_guard lock(mutex_);
    auto whole = to_bytes(document.original.view());
    whole.insert(whole.end(), document.tail.begin(), document.tail.end());
    files[item.output] = whole;
    return Done{};
  }
  Status commit(const std::vector<BatchItem>& stored) override {
    group_sizes.push_back(stored.size());
    if (commit_fails != Code::kSigned) return make_error(commit_fails, "as the test wants");
    return Done{};
  }
  void report(std::size_t index, const BatchOutcome& outcome) override {
    reports.emplace_back(index, outcome.state);
  }

 private:
  std::mutex mutex_;
};

class Batch : public ::testing::Test {
 protected:
  void make(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      const auto number = std::to_string(i);
      items_.push_back({.input = "in/" + number, .output = "out/" + number});
      host_.files["in/" + number] = to_bytes("document " + number);
    }
  }
  std::vector<BatchOutcome> run() { return run_batch(items_, host_, options_).value(); }
  static std::size_t count(const std::vector<BatchOutcome>& outcomes, State state) {
    return static_cast<std::size_t>(std::count_if(
        outcomes.begin(), outcomes.end(), [&](const auto& one) { return one.state == state; }));
  }

  std::vector<BatchItem> items_;
  MemoryHost host_;
  BatchOptions options_;
};

TEST_F(Batch, SignsEveryFileOnceAndReportsEachOnce) {
  make(100);
  options_.threads = 4;
  const auto outcomes = run();
  EXPECT_EQ(count(outcomes, State::kSigned), 100U);
  EXPECT_EQ(host_.signed_inputs.size(), 100U);
  std::set<std::size_t> reported;
  for (const auto& [index, state] : host_.reports) EXPECT_TRUE(reported.insert(index).second);
  EXPECT_EQ(reported.size(), 100U);
  EXPECT_EQ(outcomes[7].output_sha256, ossl::sha256(host_.files["out/7"]));
}

TEST_F(Batch, SyncsInGroupsBeforeItReports) {
  make(10);
  options_.threads = 1;
  options_.commit_every = 4;
  run();
  EXPECT_EQ(host_.group_sizes, (std::vector<std::size_t>{4, 4, 2}));
}

TEST_F(Batch, SaysFailedWhenFilesDidNotBecomeDurable) {
  make(3);
  host_.commit_fails = Code::kFileUnwritable;
  const auto outcomes = run();
  EXPECT_EQ(count(outcomes, State::kFailed), 3U);
  EXPECT_EQ(outcomes[0].error->code, Code::kFileUnwritable);
}

TEST_F(Batch, GoesOnAfterABadFile) {
  make(5);
  host_.failing["in/1"] = Code::kPdfMalformed;
  host_.files.erase("in/3");
  const auto outcomes = run();
  EXPECT_EQ(outcomes[1].error->code, Code::kPdfMalformed);
  EXPECT_EQ(outcomes[3].error->code, Code::kFileUnreadable);
  EXPECT_EQ(count(outcomes, State::kSigned), 3U);
}

TEST_F(Batch, StopsWhenTheTokenIsGoneAndSaysWhy) {
  make(6);
  options_.threads = 1;
  host_.failing["in/2"] = Code::kTokenRemoved;
  const auto outcomes = run();
  EXPECT_EQ(count(outcomes, State::kSigned), 2U);
  EXPECT_EQ(outcomes[2].error->code, Code::kTokenRemoved);
  for (std::size_t i = 3; i < 6; ++i) {
    EXPECT_EQ(outcomes[i].state, State::kNotAttempted);
    EXPECT_EQ(outcomes[i].error->code, Code::kBatchStopped);
    EXPECT_EQ(outcomes[i].error->cause->code, Code::kTokenRemoved);
  }
  EXPECT_EQ(host_.reports.size(), 6U);
}

TEST_F(Batch, ResumesWhereItStopped) {
  make(4);
  host_.failing["in/2"] = Code::kTokenRemoved;
  options_.threads = 1;
  run();
  host_.failing.clear();
  host_.signed_inputs.clear();
  const auto outcomes = run();
  EXPECT_EQ(count(outcomes, State::kAlreadyDone), 2U);
  EXPECT_EQ(count(outcomes, State::kSigned), 2U);
  EXPECT_EQ(host_.signed_inputs, (std::set<std::string>{"in/2", "in/3"}));
}

TEST_F(Batch, KeepsAnOutputThatIsNotItsOwn) {
  make(2);
  host_.files["out/0"] = to_bytes("somebody's letter");
  auto outcomes = run();
  EXPECT_EQ(outcomes[0].error->code, Code::kFileExists);
  EXPECT_EQ(host_.files["out/0"], to_bytes("somebody's letter"));
  options_.existing = BatchOptions::Existing::kRedo;
  host_.signed_inputs.clear();
  outcomes = run();
  EXPECT_EQ(count(outcomes, State::kSigned), 2U);
}

TEST_F(Batch, RefusesMoreFilesThanOnePinMaySign) {
  make(201);
  const auto refused = run_batch(items_, host_, options_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::kBatchTooLarge);
  EXPECT_TRUE(host_.signed_inputs.empty());
}

TEST_F(Batch, RefusesTwoFilesWithOneName) {
  make(2);
  items_[1].output = items_[0].output;
  const auto refused = run_batch(items_, host_, options_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::kUsage);
  EXPECT_TRUE(host_.signed_inputs.empty());
}

TEST_F(Batch, OfNothingIsNothing) {
  EXPECT_TRUE(run().empty());
}

}  // namespace
}  // namespace antin::signer
