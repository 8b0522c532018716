#pragma once

#include "verifier/report.h"
#include "verifier/verdict.h"

namespace antin::verifier {

/// Verdict, and the one sentence: for a refusal the first reason that refuses, for uncertainty the
/// first missing piece.
void conclude(Report& report, FileState file);

}  // namespace antin::verifier
