#pragma once

#include <string>

#include "certs/core/bytes.h"
#include "certs/core/error.h"

namespace antin::service {

/// The program of ours named `name`: beside the running one, or in libexec/antin beside its bin.
/// "" when there is none.
std::string own_program(const std::string& name);

/// Runs a program with `input` on its standard input and returns what it writes; its standard error
/// stays ours. Fails with kCliProgramMissing ({chuong_trinh}) when it cannot be started or ends
/// with anything but 0, kResourceLimit beyond `max_octets`.
Result<Bytes> run_filter(const std::string& program, ByteView input, std::size_t max_octets);

}  // namespace antin::service
