#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "certs/core/bytes.h"

namespace antin::service {

/// A SHA-256 as people write it: 64 hexadecimal digits in either case, with colons, spaces or
/// hyphens between them. nullopt for anything else, a part of one included.
std::optional<Bytes> read_fingerprint(std::string_view text);
/// "F0:4B:A4:…", as authorities publish it.
std::string show_fingerprint(const Bytes& sha256);

}  // namespace antin::service
