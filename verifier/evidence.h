#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "certs/core/bytes.h"
#include "certs/core/error.h"
#include "certs/core/finding.h"
#include "verifier/report.h"

namespace antin::verifier {

/// Evidence for a court: one container with the document, every certificate, revocation list, OCSP
/// response, timestamp and signature that the judgement rested on, the policy, the report as JSON,
/// ETSI XML and HTML, and "SHA256SUMS" over all of it, which sha256sum(1) can check. A "README.txt"
/// says what is what. Written for decades: nothing in it needs antin to be read.
///
/// Unsigned it is a plain ZIP file. Signed it is ASiC-E with CAdES (ETSI EN 319 162-1 V1.1.1
/// clause 4.4): META-INF/ASiCManifest001.xml names every other file with its SHA-256, and
/// META-INF/signature001.p7s is a detached CAdES signature over that manifest.
struct EvidenceInput {
  const Report& report;  ///< outlives the call
  SharedBytes document;
  SharedBytes detached_signature = {};  ///< when the signature is not inside the document
  std::string policy_toml = {};         ///< the policy file; "" for the built-in policy
};
/// Fails with kResourceLimit.
Result<Bytes> export_evidence(const EvidenceInput& input);

/// The manifest that a signature of this container has to be over. Fails with kEvidenceMalformed,
/// kEvidenceAlreadySigned.
Result<Bytes> evidence_manifest(const SharedBytes& container);
/// The container with that manifest and `cms`, a detached signature over it.
Result<Bytes> sign_evidence(const SharedBytes& container, ByteView cms);

/// A container taken apart. Nothing has been judged yet but digests.
struct Evidence {
  std::size_t files = 0;  ///< that the list names
  Findings findings;      ///< kEvidenceFileMissing, …FileChanged, …FileUnlisted, …Unsigned
  SharedBytes document;
  SharedBytes detached_signature;  ///< empty: the signatures are inside the document
  std::string document_name, recorded_verdict;
  Bytes manifest, signature;  ///< empty when it is not signed
};
/// Is this a container of export_evidence()? By its first octets only.
bool is_evidence(ByteView octets) noexcept;
/// Fails with kEvidenceMalformed when it cannot be read at all.
Result<Evidence> read_evidence(const SharedBytes& container);

}  // namespace antin::verifier
