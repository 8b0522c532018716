#pragma once

#include <nlohmann/json.hpp>

#include "service/antind/casework_api.h"

namespace antin::service {

/// A key that belongs to a person does what that person may do (A-01, C-03, R-11). Others are left
/// as they are: what they name is judged by the office's tables alone.
class KeyPerson {
 public:
  KeyPerson(const Caller& caller, const OfficeRules& office) : caller_(caller), office_(office) {}

  /// Before a step: whoever the key belongs to holds on this day the duty that the step asks for,
  /// and is written into `facts` as the one who signs or seals. `given`: the facts of the request.
  /// `roles`: the caller's. Fails with kCasePersonOfKey when somebody else is named, kPersonUnknown
  /// and kNotAuthorised.
  Status before(const casework::Case& one, casework::Action action, casework::Roles roles,
                const nlohmann::json& given, nlohmann::json& facts, UtcTime now) const;
  /// the certificate that signed is this person's. Fails with kCasePersonOfKey.
  Status signed_it(const casework::SignatureFact& signature) const;

 private:
  Error other(const char* fact, const std::string& named) const;
  Status fix(const char* fact, const std::string& named, nlohmann::json& facts) const;
  const Caller& caller_;
  const OfficeRules& office_;
};

}  // namespace antin::service
