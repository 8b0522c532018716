#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "certs/core/finding.h"
#include "certs/core/time.h"
#include "service/digitise/table.h"
#include "service/holdings/vault.h"
#include "service/store/store.h"

/// Results of procedures that are still in force and were digitised, as the office holds them.
namespace antin::holdings {

enum class State : std::uint8_t {
  kTaken,      ///< the scan is kept
  kSealed,     ///< its electronic copy carries the agency's seal and is in the register
  kWithdrawn,  ///< was wrong; stays with its reason
};
std::string_view name(State state) noexcept;
std::string_view words(State state, Language language) noexcept;
std::optional<State> state_named(std::string_view name) noexcept;

struct Held {
  std::string id, unit;  ///< UUIDv7, code
  State state = State::kTaken;
  std::string owner;      ///< the system that sent it
  digitise::Facts facts;  ///< holder_id is "" in what is read: see Holdings::holder_id()
  int ordinal = 0;        ///< NN of its code (R-15)
  Bytes fingerprint;      ///< of the request
  Bytes scan_sha256;      ///< empty: it was erased
  std::size_t scan_size = 0;
  std::int64_t pages = 0;
  std::string job;  ///< that seals it
  std::int64_t tries = 0;
  std::string original;  ///< in the register
  std::string reason;    ///< of a withdrawal
  UtcTime created{std::chrono::sys_seconds{}}, updated{std::chrono::sys_seconds{}};
  std::string entry_state;  ///< of `original`: "released", "recalled", …; "" before
};

/// "" and 0 for what is not asked for. The holder's name is found without accents and case.
struct Search {
  std::vector<std::string> units = {};  ///< none: all
  std::optional<State> state = {};
  std::string procedure = {}, kind = {}, holder = {}, number = {};
  int year = 0;             ///< of the paper
  std::string before = {};  ///< id: those that came earlier, newest first
  std::size_t most = 50;
};

/// A row that was not taken, and why.
struct Fault {
  std::string unit, reference, procedure;
  int year = 0;       ///< 0: the row does not say
  std::string codes;  ///< "digitise.cell capture.dpi"
  UtcTime created{std::chrono::sys_seconds{}};
};

struct Progress {
  std::string unit, procedure;
  int year = 0;
  std::int64_t planned = 0, taken = 0, sealed = 0, faulty = 0;  ///< taken: sealed ones included
};

/// In the store, whichever database it has. Thread-safe, also between nodes. Beside what the
/// functions name they fail as Database does.
class Holdings {
 public:
  Holdings(service::Store& store, const Vault& vault) : store_(store), vault_(vault) {}

  /// The row that was taken under this unit and reference before, by the same request.
  Result<std::optional<Held>> before(const std::string& unit, const std::string& reference,
                                     const Bytes& fingerprint);
  /// Keeps a new one with the next number of its code, and forgets its fault. Sent again: what was
  /// kept. Fails with kDigitisedAlready ({ma}: id of the one that is held), kDigitisedReference
  /// when another row has its reference, kDigitiseFileTwice when another has its scan,
  /// kDigitisedFull.
  Result<Held> take(const Held& fresh, const std::string& actor);
  /// What an officer should look at: the same number of the same issuer with another holder or day,
  /// the same identifier with another name.
  Result<Findings> doubts(const Held& held);
  /// Nothing of it is kept but this; the row's last word counts.
  Status fail(const std::vector<Fault>& faults);
  Status plan(const Progress& planned, UtcTime now);

  /// Those that wait for the seal, oldest first, of this unit; `procedure` "": all.
  Result<std::vector<Held>> to_seal(const std::string& unit, const std::string& procedure,
                                    std::size_t most);
  /// Taken, and the job that seals it is done: nobody was there when it ended.
  Result<std::vector<Held>> with_ended_job(const std::string& unit, std::size_t most);
  /// A job is to seal it. Fails with kDigitisedState when it is not taken any more.
  Status sealing(const std::string& id, const std::string& job, std::int64_t tries, UtcTime now);
  Status sealed(const std::string& id, const std::string& original, const std::string& actor,
                UtcTime now);
  /// Fails with kDigitisedState for what is sealed: that is recalled in the register.
  Result<Held> withdraw(const std::string& id, const std::string& reason, const std::string& actor,
                        UtcTime now);

  Result<std::optional<Held>> find(const std::string& id);
  Result<std::optional<Held>> of_job(const std::string& job);
  Result<std::vector<Held>> search(const Search& search);
  Result<std::vector<Progress>> progress(const std::vector<std::string>& units, int year);
  Result<std::vector<Fault>> faults(const std::vector<std::string>& units, std::size_t most);
  /// Sealed and released in the register, of this holder; "" for what is not asked for.
  Result<std::vector<Held>> of_holder(const std::string& holder_id, const std::string& kind,
                                      const std::string& procedure,
                                      const std::vector<std::string>& units, std::size_t most);
  Result<std::string> holder_id(const Held& held);
  /// "{Số định danh}.{Mã giấy tờ}.{Số ký hiệu}.{NN}". Fails with kPaperCode.
  Result<std::string> code(const Held& held);

  /// Notes that something was told or given away, before it is.
  Status hand_out(const service::StoreEvent& event);

 private:
  Status insert(service::Database& database, const Held& fresh);
  Status note(service::Database& database, const Held& held, const std::string& actor);
  Status change(const std::string& id, const std::string& actor,
                const std::function<Status(Held&)>& edit, Held& after);

  service::Store& store_;
  const Vault& vault_;
};

}  // namespace antin::holdings
