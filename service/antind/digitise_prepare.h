#pragma once

#include "service/antind/digitise_api.h"
#include "service/holdings/prepared.h"

namespace antin::service {

/// What the seal of a digitised result is put on: the scan with the result's code of R-15 in its
/// Info and XMP and, where the first page has room for it, the QR code for look-up.
/// Made once and kept. Fails as composed() and the store do.
Result<holdings::Prepared> prepare_held(const DigitiseApi::Parts& parts,
                                        const holdings::Held& held);

}  // namespace antin::service
