#pragma once

#include <optional>
#include <string>

#include "certs/core/random.h"
#include "certs/core/time.h"
#include "service/audit/log_writer.h"
#include "service/audit/verify.h"
#include "service/store/store.h"

namespace antin::audit {

/// Entries in both logs for everything that the store tells. `clock` and `random` outlive it.
service::EventSink store_events(const Clock& clock, RandomSource& random);

/// SHA-256 over what the register holds now about the subject of an event of this kind (its rows as
/// an array in deterministic CBOR); nullopt when there is nothing, or for a kind without rows.
Result<std::optional<Bytes>> register_digest(Database& database, const std::string& kind,
                                             const std::string& subject);

/// Compares the register with the audit log while that is verified: every signature and the state
/// of every entry as the log has them, and none that the log does not know.
class RegisterCheck {
 public:
  RegisterCheck(Database& database, VerifyReport& findings)
      : database_(database), findings_(findings) {}
  Status on_record(const AuditRecord& record);
  /// After the last record.
  Status finish();

 private:
  Status differs(const std::string& kind, const std::string& id);
  Status missing(const std::string& kind, const std::string& sql);
  Database& database_;
  VerifyReport& findings_;
  std::uint64_t forgotten_until_ = 0;  ///< what was logged before may lack its record by right
};

}  // namespace antin::audit
