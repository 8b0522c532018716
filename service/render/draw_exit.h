#pragma once

namespace antin::service::render {

/// How antin-draw ends when it did not become a tool; the tools themselves use 0 to 99.
constexpr int kExitUsage = 124;
constexpr int kExitRefused = 125;  ///< the restrictions could not be put in force
constexpr int kExitNoTool = 126;   ///< poppler's tools are not installed

}  // namespace antin::service::render
