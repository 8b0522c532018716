#pragma once

#include <string>

#include "hsm/pkcs11/descriptor.h"

namespace antin::hsm {

/// The life of antin-pkcs11: loads the module at `module_path`, says kReady or kFailure on
/// `control`, then serves every channel that arrives over it, one thread each, until `control` is
/// closed. Returns the exit status. The process must not fork after this began.
int run_child(Descriptor control, const std::string& module_path);

}  // namespace antin::hsm
