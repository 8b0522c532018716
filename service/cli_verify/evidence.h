#pragma once

#include <string>

#include "certs/core/error.h"
#include "service/system/files.h"
#include "verifier/evidence.h"
#include "verifier/verify.h"

namespace antin::service {

/// Writes the container. Fails with kFileExists, kFileUnwritable, kResourceLimit.
Status write_evidence(const verifier::EvidenceInput& input, const std::string& path,
                      IfExists if_exists);

/// Judges the document inside a container of evidence again, as `input` says how; `input.document`
/// is the container. What the container itself comes to joins the findings: one that was tampered
/// with, or whose signature is wrong, is INVALID whatever its document is; who made an intact one
/// is not known without a signature that leads to an anchor, which is a warning.
/// Fails with kEvidenceMalformed and as verifier::verify() does.
Result<verifier::Report> judge_evidence(verifier::Input input);

}  // namespace antin::service
