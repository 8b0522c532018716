#pragma once

#include <optional>
#include <string>

#include "certs/core/bytes.h"

namespace antin::ossl {

/// The first armoured block of a file (RFC 7468).
struct PemBlock {
  std::string label;  ///< "CMS"
  Bytes octets;
};
/// nullopt: there is none, or it is damaged.
std::optional<PemBlock> first_pem_block(ByteView file);

}  // namespace antin::ossl
