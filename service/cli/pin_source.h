#pragma once

#include <memory>
#include <string>
#include <vector>

#include "certs/core/codes.h"
#include "certs/core/error.h"
#include "hsm/key_holder.h"

namespace antin::service {

/// `--pin-source ask|file:PATH|fd:N`. A PIN never comes from the command line or the environment:
/// both can be read by others.
///
/// `ask` shows M-05 and M-06 before it asks, on the controlling terminal, with the echo off; an
/// empty line or Ctrl-C is kCancelled, no terminal kNoTerminal. `file:` and `fd:` refuse a token
/// with few tries left (kTokenPinCountLow, kTokenPinFinalTry): nobody is there to decide.
/// Fails with kCliBadValue and, for a file, with what hsm::read_pin_file() fails with.
Result<std::unique_ptr<hsm::PinSource>> make_pin_source(const std::string& option,
                                                        std::vector<Language> spoken);

}  // namespace antin::service
