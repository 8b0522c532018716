#pragma once

#include <cstdint>

namespace antin::pdf {

/// The faces of Liberation Serif that text is set in.
enum class Face : std::uint8_t { kRegular, kBold, kItalic };

}  // namespace antin::pdf
