#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "service/cli/args.h"
#include "service/cli/register_service.h"
#include "verifier/register.h"
#include "verifier/verify.h"

namespace antin::service {

/// --register, --register-key: where commands that judge ask what an office's register says.
std::vector<OptionSpec> register_options();

/// The register of a running antind, asked from the command line.
class RegisterLookup {
 public:
  /// nullptr without --register. Fails with kNetUrl, kFileUnreadable.
  static Result<std::unique_ptr<RegisterLookup>> create(const Arguments& arguments);

  /// Asks for the entry that `name` (an id or a public code) is, or with "" for the one whose
  /// digests the document has, and judges the report by it. With a key the original is fetched and
  /// compared; without one only the entry's facts are known. Fails with kRegisterNotReached,
  /// kRegisterAnswerMalformed.
  Status judge(const verifier::Input& input, const std::string& name, verifier::Report& report);

 private:
  explicit RegisterLookup(std::unique_ptr<RegisterService> service)
      : service_(std::move(service)) {}
  Result<verifier::RegisterAnswer> ask(const verifier::Input& input, const std::string& name);
  Result<verifier::RegisterAnswer> facts_of(const std::string& id);
  std::unique_ptr<RegisterService> service_;
};

/// Can `name` be an id or a public code of a register?
bool is_register_name(std::string_view name);

}  // namespace antin::service
