#pragma once

#include <string>

#include "service/antind/config.h"

namespace antin::service {

/// Whether the office's table of people has this id; "" is nobody and good. A slip of the hand
/// would make a key or an account with which nothing can be done. Fails with kPersonUnknown, and as
/// reading the table does.
Status check_person(const Config& config, const std::string& id);

}  // namespace antin::service
