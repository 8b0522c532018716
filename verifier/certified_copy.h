#pragma once

#include "verifier/report.h"
#include "verifier/units.h"

namespace antin::verifier {

/// What a certified copy must have (vietnam.md C-02, NĐ 45/2020 Đ10 k3a): first the signature of
/// the person who certifies, then the seal of an agency of the same unit. Adds what is missing to
/// the report's findings. No officer first, or one of another unit: INVALID, nothing that comes
/// later can mend it. No seal yet, or units that cannot be told apart or together: INSUFFICIENT.
void judge_certified_copy(Report& report, const SignerRules& rules);

/// V-20: says so when a certificate bears a name that its unit has given up. Changes no verdict.
void tell_former_names(Report& report, const SignerRules& rules);

}  // namespace antin::verifier
