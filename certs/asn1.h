#pragma once

#include <optional>
#include <string>

#include "certs/core/algorithms.h"
#include "certs/core/bytes.h"
#include "certs/core/time.h"
#include "certs/ossl/handles.h"

namespace antin::certs {

/// nullopt when the octets are no time that UtcTime can hold.
std::optional<UtcTime> utc_time(const ASN1_TIME* time);

/// Text of a directory string as UTF-8 for people: control characters and characters that turn the
/// writing direction become U+FFFD, so that a name can neither drive a terminal nor read
/// differently from what it is. "" when the string is not valid text.
std::string display_text(const ASN1_STRING* text);

/// First value of `nid` in `name`, or "".
std::string first_value(const X509_NAME* name, int nid);
/// In the order in which they stand, at most 16.
std::vector<std::string> all_values(const X509_NAME* name, int nid);
/// RFC 4514 order, UTF-8, made displayable as in display_text().
std::string name_line(const X509_NAME* name);

/// Lower case, no leading zero octet, "00" for zero; "-" in front of a negative one.
std::string integer_hex(const ASN1_INTEGER* integer);

/// Content octets of an OCTET STRING, BIT STRING or INTEGER, borrowed.
ByteView content_of(const ASN1_STRING* string);

/// Digest of a signature algorithm, RSASSA-PSS parameters included; nullopt when there is none
/// (EdDSA) or one that antin cannot name.
std::optional<DigestAlgorithm> signature_digest(const X509_ALGOR* algorithm);

/// Runs an i2d function into owned octets; empty when it fails.
template <class T, class I2d>
Bytes to_der(T* object, I2d i2d) {
  const int length = i2d(object, nullptr);
  if (length <= 0) return {};
  Bytes der(static_cast<std::size_t>(length));
  auto* at = der.data();
  if (i2d(object, &at) != length) return {};
  return der;
}

}  // namespace antin::certs
