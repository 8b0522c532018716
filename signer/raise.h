#pragma once

#include <optional>
#include <string>

#include "signer/extend.h"

namespace antin::signer {

/// What extend() and sign() share. With `only` just that signature's level is wanted: earlier ones
/// get the evidence that comes along, and no timestamp for their sake; `level_reached` and the
/// reasons are that signature's.
Result<ExtendedDocument> raise_levels(const ExtendRequest& request, const Environment& environment,
                                      const std::optional<std::string>& only);

/// "B-LT was wanted, B-T was reached", and why.
Findings not_reached(Level wanted, Level reached, const Findings& reasons);

}  // namespace antin::signer
