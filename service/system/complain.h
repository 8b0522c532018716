#pragma once

#include "certs/core/error.h"

namespace antin::service {

/// Exit code of a program of the service that could not do what it was asked for.
inline constexpr int kFailed = 3;

/// Tells people and the journal on standard error: sentence and advice in Vietnamese, the same in
/// English, then one line for the operator.
void say(const Error& error);

/// The same, as the last word of a main: `return complain(error)`.
int complain(const Error& error);

}  // namespace antin::service
