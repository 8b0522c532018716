#pragma once

#include "signer/cades.h"

namespace antin::signer {

/// What sign_detached() and extend_detached() share: the signature belongs to the content already.
Result<DetachedSignature> raise_detached(const ExtendDetachedRequest& request,
                                         const Environment& environment);

}  // namespace antin::signer
