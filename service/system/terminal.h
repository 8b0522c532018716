#pragma once

#include <string>

#include "certs/core/error.h"
#include "certs/core/secret.h"

namespace antin::service {

/// Asks for a secret on the controlling terminal with the echo off. Fails with kNoTerminal and
/// kCancelled.
Result<Secret> ask_secret(const std::string& prompt);

/// One line of a pipe, without its end; empty at the end of the pipe. Fails with kCancelled beyond
/// 256 octets.
Result<Secret> read_secret_line(int fd);

}  // namespace antin::service
