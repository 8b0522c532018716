#include "signer/batch.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <new>
#include <set>
#include <thread>
#include <utility>

#include "certs/ossl/digest.h"

namespace antin::signer {
namespace {

// After these every further document would fail the same way, or cost the person a PIN attempt.
bool stops_everything(Code code) {
  switch (code) {
    case Code::kTokenRemoved:
    case Code::kTokenLoginRequired:
    case Code::kTokenPinLocked:
    case Code::kTokenPinIncorrect:
    case Code::kTokenModuleUnusable:
    case Code::kTokenKeyNotFound:
    case Code::kCertificateExpired:
    case Code::kCertificateRevoked:
    case Code::kCancelled:
      return true;
    default:
      return false;
  }
}

class Batch {
 public:
  Batch(const std::vector<BatchItem>& items, BatchHost& host, const BatchOptions& options)
      : items_(items), host_(host), options_(options), outcomes_(items.size()) {}

  std::vector<BatchOutcome> run() {
    const auto count = std::clamp<std::size_t>(options_.threads, 1, items_.size());
    std::vector<std::thread> threads;
    for (std::size_t i = 1; i < count; ++i) threads.emplace_back([this] { work(); });
    work();
    for (auto& thread : threads) thread.join();
    const std::lock_guard lock(mutex_);
    flush();
    for (auto index = next_.load(); index < items_.size(); ++index) not_attempted(index);
    return std::move(outcomes_);
  }

 private:
  void work() {
    while (!stopped_) {
      const auto index = next_.fetch_add(1);
      if (index >= items_.size()) return;
      auto outcome = attempt(index);
      const std::lock_guard lock(mutex_);
      end_item(index, std::move(outcome));
    }
  }

  BatchOutcome attempt(std::size_t index) {
    try {
      BatchOutcome outcome;
      if (auto done = attempt_item(items_[index], outcome); !done) {
        outcome.state = BatchOutcome::State::kFailed;
        outcome.error = std::move(done).error();
      }
      return outcome;
    } catch (const std::bad_alloc&) {
      BatchOutcome outcome;
      outcome.state = BatchOutcome::State::kFailed;
      outcome.error = make_error(Code::kResourceLimit, "memory");
      return outcome;
    }
  }

  Status attempt_item(const BatchItem& item, BatchOutcome& outcome) {
    ANTIN_TRY(const auto input, host_.load(item));
    outcome.input_sha256 = ossl::sha256(input.view());
    if (options_.existing == BatchOptions::Existing::kResume) {
      ANTIN_TRY(const auto existing, host_.existing_output(item));
      if (existing) {
        const auto finished = host_.is_finished(item, input, *existing);
        if (!finished || !finished.value())
          return make_error(Code::kFileExists, item.output, {{"file", item.output}});
        outcome.state = BatchOutcome::State::kAlreadyDone;
        outcome.output_sha256 = ossl::sha256(existing->view());
        outcome.output_octets = existing->size();
        return Done{};
      }
    }
    ANTIN_TRY(const auto document, host_.sign(item, input));
    ANTIN_CHECK(host_.store(item, document));
    outcome.state = BatchOutcome::State::kSigned;
    outcome.field = document.field;
    outcome.level = document.level_reached;
    outcome.signing_time = document.signing_time;
    outcome.warnings = document.warnings;
    outcome.output_octets = document.original.size() + document.tail.size();
    outcome.output_sha256 =
        ossl::digest(DigestAlgorithm::kSha256, {document.original.view(), document.tail});
    return Done{};
  }

  // The rest runs under mutex_.
  void end_item(std::size_t index, BatchOutcome outcome) {
    const bool stored = outcome.state == BatchOutcome::State::kSigned;
    outcomes_[index] = std::move(outcome);
    if (stored) {
      waiting_.push_back(index);
      if (waiting_.size() >= std::max<std::size_t>(options_.commit_every, 1)) flush();
      return;
    }
    const auto& ended = outcomes_[index];
    if (ended.error && stops_everything(ended.error->code) && !stopped_.exchange(true))
      stopped_by_ = ended.error;
    host_.report(index, ended);
  }

  void flush() {
    if (waiting_.empty()) return;
    std::vector<BatchItem> stored;
    stored.reserve(waiting_.size());
    for (const auto index : waiting_) stored.push_back(items_[index]);
    const auto durable = host_.commit(stored);
    for (const auto index : waiting_) {
      if (!durable) {
        outcomes_[index].state = BatchOutcome::State::kFailed;
        outcomes_[index].error = durable.error();
      }
      host_.report(index, outcomes_[index]);
    }
    waiting_.clear();
  }

  void not_attempted(std::size_t index) {
    auto& outcome = outcomes_[index];
    outcome.state = BatchOutcome::State::kNotAttempted;
    outcome.error = stopped_by_ ? while_doing(*stopped_by_, Code::kBatchStopped, "batch")
                                : make_error(Code::kBatchStopped, "batch");
    host_.report(index, outcome);
  }

  const std::vector<BatchItem>& items_;
  BatchHost& host_;
  const BatchOptions& options_;
  std::atomic<std::size_t> next_{0};
  std::atomic<bool> stopped_{false};
  std::mutex mutex_;
  std::vector<BatchOutcome> outcomes_;
  std::vector<std::size_t> waiting_;
  std::optional<Error> stopped_by_;
};

}  // namespace

Result<std::vector<BatchOutcome>> run_batch(const std::vector<BatchItem>& items, BatchHost& host,
                                            const BatchOptions& options) {
  if (items.size() > options.max_documents)
    return make_error(Code::kBatchTooLarge, "batch",
                      {{"so_tep", std::to_string(items.size())},
                       {"gioi_han", std::to_string(options.max_documents)}});
  std::set<std::string> outputs;
  for (const auto& item : items) {
    if (!outputs.insert(item.output).second)
      return make_error(Code::kUsage, "two inputs would become " + item.output);
  }
  if (items.empty()) return std::vector<BatchOutcome>{};
  return Batch(items, host, options).run();
}

}  // namespace antin::signer
