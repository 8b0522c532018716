#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "certs/core/bytes.h"
#include "certs/core/error.h"
#include "signer/pades.h"

namespace antin::signer {

/// One file of a batch. Names only; a BatchHost knows what they mean.
struct BatchItem {
  std::string input, output;
};

/// What became of it.
struct BatchOutcome {
  enum class State {
    kSigned,       ///< written and durable
    kAlreadyDone,  ///< output was there and is ours, made of this very input
    kFailed,       ///< `error` says why; no output
    kNotAttempted  ///< the batch stopped before; `error` is kBatchStopped over the cause
  };
  State state = State::kNotAttempted;
  std::optional<Error> error;
  std::string field;
  Level level = Level::kB;
  std::optional<UtcTime> signing_time;
  Bytes input_sha256, output_sha256;
  std::size_t output_octets = 0;
  Findings warnings;
};

/// The outside of a batch. sign() and the functions before it are called from several threads at
/// once; report() and commit() from one at a time.
class BatchHost {
 public:
  virtual ~BatchHost() = default;
  virtual Result<SharedBytes> load(const BatchItem& item) = 0;
  /// The output when a file of that name exists already.
  virtual Result<std::optional<SharedBytes>> existing_output(const BatchItem& item) = 0;
  /// Is `output` a finished signature of `input`? See is_finished_output().
  virtual Result<bool> is_finished(const BatchItem& item, const SharedBytes& input,
                                   const SharedBytes& output) = 0;
  /// Judges the input, signs, judges the output.
  virtual Result<SignedDocument> sign(const BatchItem& item, const SharedBytes& input) = 0;
  /// Writes the output under its name; it need not be durable before commit().
  virtual Status store(const BatchItem& item, const SignedDocument& document) = 0;
  virtual Status commit(const std::vector<BatchItem>& stored) = 0;
  /// Called once per item, in the order in which they end, after commit() for those stored.
  virtual void report(std::size_t index, const BatchOutcome& outcome) = 0;
};

struct BatchOptions {
  std::size_t threads = 2;
  std::size_t max_documents = 200;  ///< after one PIN entry, S-13
  std::size_t commit_every = 16;    ///< documents per group of syncs
  enum class Existing { kResume, kRedo };
  Existing existing = Existing::kResume;  ///< kRedo: an output that exists is made anew
};

/// Signs many files after one login. One bad file does not stop the rest; a token that is gone,
/// locked or wants its PIN again does (asking is not a batch's business). Two items with the same
/// output are refused before anything is signed.
/// Fails with kBatchTooLarge and kUsage, nothing done then; otherwise outcomes in the items' order.
Result<std::vector<BatchOutcome>> run_batch(const std::vector<BatchItem>& items, BatchHost& host,
                                            const BatchOptions& options);

}  // namespace antin::signer
