#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "certs/core/bytes.h"

namespace antin::verifier::ber {

/// One tag-length-value of ITU-T X.690, definite length, tag number below 31.
struct Element {
  std::uint8_t tag;  ///< identifier octet: class, constructed bit, number
  ByteView content;  ///< borrowed, as `whole`: an Element never outlives its octets
  ByteView whole;    ///< identifier, length and content octets
};

constexpr std::uint8_t kInteger = 0x02, kBitString = 0x03, kOctetString = 0x04, kNull = 0x05,
                       kOid = 0x06, kUtcTime = 0x17, kGeneralizedTime = 0x18, kSequence = 0x30,
                       kSet = 0x31;
/// Constructed, context-specific [number].
constexpr std::uint8_t context(unsigned number) {
  return static_cast<std::uint8_t>(0xA0U | number);
}

/// Walks the elements of a constructed value. The octets must outlive it.
class Reader {
 public:
  explicit Reader(ByteView octets) : rest_(octets) {}
  bool done() const noexcept { return rest_.empty(); }
  /// The next element, or nothing when it is damaged (then so is the rest) or there is none.
  std::optional<Element> next();
  /// The next element only when it has this tag; otherwise nothing, and nothing is consumed.
  std::optional<Element> next(std::uint8_t tag);

 private:
  ByteView rest_;
};

/// What stands at the start of a padded string.
struct Outer {
  std::size_t length;  ///< octets that the element takes in the input
  Bytes definite;      ///< the same element with every length definite, strings primitive
};

/// Reads the element at the start of `padded` down to its leaves. BER is accepted, because real
/// CMS in /Contents is not always DER: indefinite lengths and constructed strings (X.690 8.1.3.6,
/// 8.7.3) become definite and primitive; elements without them stay octet for octet what they were.
/// Nothing when damaged, or nested deeper than 64.
std::optional<Outer> read_outer(ByteView padded);

/// Appends identifier and length octets for `content_length` in DER.
void append_header(Bytes& out, std::uint8_t tag, std::size_t content_length);

/// "1.2.840.113549.1.7.2" from the content octets of an OBJECT IDENTIFIER; "" when damaged.
std::string oid_text(ByteView content);

}  // namespace antin::verifier::ber
