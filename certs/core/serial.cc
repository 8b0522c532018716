#include "certs/core/serial.h"

namespace antin {

Result<Serial> Serial::from_der_content(ByteView content) {
  constexpr std::size_t kMaxOctets = 64;
  if (content.empty()) return make_error(Code::kCertMalformed, "serial: empty INTEGER");
  if ((content[0] & 0x80U) != 0) return make_error(Code::kCertMalformed, "serial: negative");
  if (content.size() > 1 && content[0] == 0 && (content[1] & 0x80U) == 0)
    return make_error(Code::kCertMalformed, "serial: non-minimal INTEGER");
  const bool sign_octet = content.size() > 1 && content[0] == 0;
  const ByteView magnitude = sign_octet ? content.subspan(1) : content;
  if (magnitude.size() > kMaxOctets)
    return make_error(Code::kCertMalformed, "serial: more than 64 octets");
  return Serial{Bytes(magnitude.begin(), magnitude.end())};
}

bool Serial::conforms_to_rfc5280() const noexcept {
  const bool zero = octets_.size() == 1 && octets_[0] == 0;
  return !zero && octets_.size() <= 20;
}

}  // namespace antin
