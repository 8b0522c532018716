#pragma once

#include <optional>
#include <string>
#include <vector>

#include "certs/core/bytes.h"
#include "verifier/report.h"

namespace antin::conformance {

/// One row of a corpus manifest, as far as the gate asks.
struct Row {
  std::string path;   ///< relative to the corpus
  std::string klass;  ///< label of the source
  std::string gate;   ///< must-not-be-VALID, must-be-intact, integrity-only, exclude
  std::string note;
};
std::vector<Row> read_manifest(const std::string& file);

/// The report on a file judged at its own signing time with its own top certificates as anchors:
/// self-signed ones in it; where a signer reaches none of them, or nothing is known of revocation,
/// the signer's certificate itself. So trust never hides another reason. Nothing when the file
/// cannot be read at all; `problem` says why.
struct Judged {
  std::optional<verifier::Report> report;
  std::string problem;
};
Judged judge_with_own_trust(const SharedBytes& document, const std::string& name);

/// "" when the judgement is what the gate asks for, else what is wrong with it.
std::string disagreement(const Row& row, const Judged& judged);

}  // namespace antin::conformance
