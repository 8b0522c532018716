#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <p11-kit/pkcs11.h>

#include "certs/core/bytes.h"
#include "certs/core/codes.h"
#include "hsm/pkcs11/wire.h"

namespace antin::hsm {

/// "CKR_DEVICE_ERROR (0x30)"
std::string ckr_text(CK_RV rv);

/// Whether a session opened anew may succeed where this return value ended one.
bool fresh_session_may_help(CK_RV rv) noexcept;

/// The one place where a CK_RV becomes a Code and a cure (docs/PROTOCOL.pkcs11.md has the table).
wire::Failure failure_of(CK_RV rv, std::string doing, const std::string& token_label);

/// `text` with everything that is not UTF-8 replaced by U+FFFD: tokens say what they like.
std::string valid_utf8(std::string_view text);
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

/// A fixed-width, blank-padded text of PKCS#11 (v2.40 §3: not NUL-terminated).
template <std::size_t N>
// NOLINTNEXTLINE(modernize-avoid-c-arrays): the structures of the C API hold such fields.
std::string padded_text(const unsigned char (&field)[N]) {
  std::string_view text{reinterpret_cast<const char*>(static_cast<const unsigned char*>(field)), N};
  text = text.substr(0, text.find('\0'));
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return valid_utf8(text);
}

}  // namespace antin::hsm
