#pragma once

#include <string>
#include <vector>

#include "certs/core/codes.h"
#include "certs/core/error.h"
#include "service/cli_verify/output.h"
#include "verifier/verify.h"

namespace antin::service {

/// Writes the container for `report`. Fails with kFileExists, kFileUnwritable, kResourceLimit.
Status write_evidence(const verifier::Report& report, const SharedBytes& document,
                      const std::string& policy_toml, const std::string& path, bool replace);

/// What a container of evidence comes to: its own state, and its document judged again.
struct EvidenceVerdict {
  Findings findings;        ///< about the container
  verifier::Report report;  ///< the document, judged now by `input`
  int exit_code = 0;
};
/// `input` says how to judge; its document is the container's. Fails with kEvidenceMalformed and as
/// verifier::verify() does.
Result<EvidenceVerdict> judge_evidence(const SharedBytes& container, verifier::Input input);

}  // namespace antin::service
