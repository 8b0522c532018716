#pragma once

#include <chrono>
#include <string>

#include "certs/core/time.h"
#include "service/antind/prepared_check.h"
#include "service/antind/worker_pool.h"

namespace antin::service {

/// A signature on a stored document in its two halves, whoever has the key: the agency's through
/// antin-tokend, or a person's on a device of their own. A worker does the work on the PDF; what it
/// says is held against the stored octets (prepared_check.h) and before another worker that has
/// seen nothing else. Thread-safe; each call waits for workers, complete() for a timestamp server
/// too.
class SignatureMaker {
 public:
  struct Parts {
    WorkerPool* workers;   ///< which prepare and complete
    WorkerPool* checkers;  ///< whose fresh copies judge
    const Clock* clock;
    std::chrono::milliseconds within;  ///< for one question
  };
  explicit SignatureMaker(Parts parts) : parts_(parts) {}

  struct Prepared {
    PreparedUpdate update;
    Checked checked;  ///< its attributes are what is to be signed
    cbor::Array warnings;
  };
  /// `request`: body of kPrepare but for "now". Fails as the worker does, with kPreparedRange,
  /// kPreparedAttributes, kPreparedChanges.
  Result<Prepared> prepare(cbor::Map request, const SharedBytes& document, DigestAlgorithm digest,
                           const CertificateDer& certificate);

  /// What was made outside over the attributes.
  struct Made {
    enum class Form : std::uint8_t { kValue, kCms } form = Form::kValue;
    Bytes octets = {};
  };
  struct Finished {
    SharedBytes tail;
    std::string level;
    std::int64_t signing_time = 0;
    cbor::Value body;  ///< of the reply to kComplete
  };
  /// Fails as the worker does, with kCompletedDiffers, kCompletedUnsound, kExtendedChanges. Nothing
  /// is kept of what failed.
  Result<Finished> complete(const Kept& kept, const Made& made, const SharedBytes& document);

  /// One that has never seen a document, and sees no other: what changed the first cannot have
  /// changed this one.
  Status check_by_another(const SharedBytes& document, const SharedBytes& tail,
                          cbor::Value question);

 private:
  std::int64_t now() const {
    return parts_.clock->utc_now().since_epoch().time_since_epoch().count();
  }
  const Parts parts_;
};

}  // namespace antin::service
