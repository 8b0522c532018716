#pragma once

#include <string>

#include "certs/core/error.h"

namespace antin::hsm {

/// kTokenModuleUnusable (M-20) for the module at `path`; `why_vi` and `why_en` say the same.
Error module_unusable(const std::string& path, std::string why_vi, std::string why_en);

}  // namespace antin::hsm
