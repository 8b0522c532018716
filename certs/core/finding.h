#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "certs/core/error.h"

namespace antin {

enum class Severity : std::uint8_t { kInfo, kWarning, kError };

constexpr std::string_view name(Severity severity) noexcept {
  switch (severity) {
    case Severity::kInfo:
      return "info";
    case Severity::kWarning:
      return "warning";
    case Severity::kError:
      break;
  }
  return "error";
}

/// One reason in a report. Collected, never thrown; the verdict is computed from the whole list.
struct Finding {
  Code code;
  Severity severity;
  Params params;       ///< for the sentence; may be shown to anyone
  std::string detail;  ///< where exactly: "object 12 0", "offset 4711"; may be shown to anyone
};

using Findings = std::vector<Finding>;

}  // namespace antin
