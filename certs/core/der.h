#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <vector>

#include "certs/core/bytes.h"

namespace antin::der {

/// As much of DER (X.690) as a CMS SignedData needs. Only ever writes what our own code puts
/// together, so there is nothing here that can fail.
enum Tag : std::uint8_t {
  kInteger = 0x02,
  kOctetString = 0x04,
  kNull = 0x05,
  kOid = 0x06,
  kUtcTime = 0x17,
  kGeneralizedTime = 0x18,
  kSequence = 0x30,
  kSet = 0x31,
  kContext0 = 0xA0,  ///< constructed [0]
  kContext1 = 0xA1,
  kContext2 = 0xA2,
};

/// Tag, definite length, then `parts` one after the other.
Bytes tlv(Tag tag, std::initializer_list<ByteView> parts);
Bytes tlv(Tag tag, const std::vector<Bytes>& parts);

/// SET OF (X.690 §11.6): the encodings in ascending order.
Bytes set_of(Tag tag, std::vector<Bytes> elements);

/// INTEGER for small numbers that are not negative.
Bytes small_integer(std::uint32_t value);

/// An OBJECT IDENTIFIER from its content octets, written as a literal: "\x2a\x86…".
inline Bytes oid(std::string_view content) {
  return tlv(kOid, {as_bytes(content)});
}

/// One element at the front of some DER: its header and where it ends.
struct Element {
  std::uint8_t tag;
  ByteView content;
  ByteView whole;
};

/// Takes elements off the front of DER that a library has already parsed; lengths up to 2^32.
/// next() answers false at the end and on anything that is not DER.
class Reader {
 public:
  explicit Reader(ByteView octets) : rest_(octets) {}
  bool next(Element& element);
  bool next(std::uint8_t tag, Element& element) { return next(element) && element.tag == tag; }
  bool at_end() const noexcept { return rest_.empty(); }

 private:
  ByteView rest_;
};

}  // namespace antin::der
