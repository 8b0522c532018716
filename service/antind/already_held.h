#pragma once

#include <optional>
#include <string>
#include <vector>

#include "service/antind/api_keys.h"
#include "service/antind/digitise_api.h"
#include "service/holdings/holdings.h"

namespace antin::service {

/// What stands in the audit log before anything is told: who asked for what and why, and which
/// results went out. Not the identifier: the results name their holder to whoever may open them.
StoreEvent hand_out_event(const std::string& id, const Caller& caller, const std::string& purpose,
                          const std::string& basis, const char* what,
                          const std::vector<holdings::Held>& given);

/// Chỉ thị 27/CT-TTg: what the office holds is not asked for again. One way to look, for the route
/// and for the steps of a case. Each look is written to the audit log first.
class AlreadyHeld {
 public:
  struct Parts {
    Store* store;
    const holdings::Vault* vault;
    const Clock* clock;
    RandomSource* random;
  };
  explicit AlreadyHeld(Parts parts) : parts_(parts) {}

  struct Question {
    std::string holder_id;        ///< as digitise::holder_id() gives it
    std::string kind, procedure;  ///< "" for what is not asked for, but not both
  };
  struct Answer {
    std::vector<holdings::Held> found;
    std::string day;  ///< it is true of
    bool in_force = false;
    std::optional<Finding> notice;
  };
  /// Among the units of the caller. Fails as the store does.
  Result<Answer> ask(const Question& question, const Caller& caller) const;

  /// what the case's own unit holds of its requester becomes facts["already_held"], the codes
  /// of the papers with it; without a holder or a kind there is none.
  Status of_case(const casework::Case& one, nlohmann::json& facts, const Caller& caller) const;

 private:
  Parts parts_;
};

/// Whether these facts ask another question than those before.
bool asks_anew(const nlohmann::json& before, const nlohmann::json& facts);
/// Puts what `facts` tell of it into the answer about a case, among its notices too.
void describe_held(const nlohmann::json& facts, nlohmann::ordered_json& all);

}  // namespace antin::service
