#pragma once

#include <string>
#include <vector>

#include "certs/core/error.h"
#include "certs/core/time.h"
#include "service/cli/args.h"

namespace antin::service {

/// What each of the three commands needs.
struct TrustRun {
  const Arguments& arguments;
  const std::vector<Language>& spoken;
  const Clock& clock;
};

CommandSpec trust_list_spec();
CommandSpec trust_add_spec();
CommandSpec trust_remove_spec();

// Exit codes of messages.h; an error is for the caller to print.
Result<int> trust_list(const TrustRun& run);
Result<int> trust_add(const TrustRun& run);
Result<int> trust_remove(const TrustRun& run);

/// --dir, else verify.trust of the configuration (--config, else /etc/antin/antin.toml), else
/// /etc/antin/trust.
Result<std::string> trust_folder_of(const Arguments& arguments);

}  // namespace antin::service
