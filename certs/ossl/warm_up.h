#pragma once

namespace antin::ossl {

/// Has OpenSSL load and set up now what it does at the first certificate, public key and signature
/// otherwise: for a process that is copied many times. Never fails: what could not be done ahead is
/// done when it is needed.
void warm_up();

}  // namespace antin::ossl
