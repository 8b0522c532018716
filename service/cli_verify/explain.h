#pragma once

#include <string>
#include <vector>

#include "certs/core/codes.h"

namespace antin::service {

enum class ExplainAs { kText, kJson };

/// antin verify --explain: one code of the catalogue, or all of them for "list". Returns the exit
/// code; a code that nobody knows is an error that names the nearest.
int explain(const std::string& name, const std::vector<Language>& spoken, ExplainAs form);

}  // namespace antin::service
