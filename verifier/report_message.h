#pragma once

#include "verifier/report.h"
#include "verifier/verdict.h"

namespace antin::verifier {

/// Verdict, and the one sentence: for a refusal the first reason that refuses, for uncertainty the
/// first missing piece.
void conclude(Report& report, FileState file);

/// A reason of its own to refuse the document: a finding, and INVALID. The first reason stays the
/// report's sentence unless this one overrides every other (vietnam.md V-12).
enum class Overrides { kNothing, kEverything };
void refuse(Report& report, Finding reason, Overrides overrides = Overrides::kNothing);
/// A reason not to call it VALID; what is worse stays.
void leave_undecided(Report& report, Finding reason);

}  // namespace antin::verifier
