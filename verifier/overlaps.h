#pragma once

#include <vector>

#include "verifier/permission.h"
#include "verifier/report.h"

namespace antin::verifier {

/// Tells `input` whose appearance may lie over signed content of `covered`, and whose may
/// yet turn out to. A signer whom nobody here knows may not stamp over a signature that stands.
void add_standing(const std::vector<SignatureReport>& reports, const SignatureReport& covered,
                  PermissionInput& input);

/// The findings about overlaps among the changes of `report`: permitted (information), or open
/// until the covering signature is decided (warning; the document is not VALID before that).
void report_overlaps(const PermissionInput& input, SignatureReport& report);

}  // namespace antin::verifier
