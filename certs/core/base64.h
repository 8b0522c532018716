#pragma once

#include <string>
#include <string_view>

#include "certs/core/bytes.h"

namespace antin {

/// RFC 4648 §4, with padding, no line breaks.
std::string to_base64(ByteView octets);
/// Accepts exactly what to_base64() makes: padding complete, unused bits zero, nothing else
/// between.
bool from_base64(std::string_view text, Bytes& out);

}  // namespace antin
