#include "certs/core/der.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace antin::der {
namespace {

void put_header(Bytes& out, Tag tag, std::size_t length) {
  out.push_back(tag);
  if (length < 0x80) {
    out.push_back(static_cast<std::uint8_t>(length));
    return;
  }
  std::array<std::uint8_t, sizeof(length)> octets{};
  std::size_t count = 0;
  for (auto left = length; left != 0; left >>= 8U)
    octets.at(count++) = static_cast<std::uint8_t>(left & 0xFFU);
  out.push_back(static_cast<std::uint8_t>(0x80U | count));
  while (count != 0) out.push_back(octets.at(--count));
}

template <class Parts>
Bytes join(Tag tag, const Parts& parts) {
  std::size_t length = 0;
  for (const auto& part : parts) length += part.size();
  Bytes out;
  out.reserve(length + 1 + 1 + sizeof(length));
  put_header(out, tag, length);
  for (const auto& part : parts) out.insert(out.end(), part.begin(), part.end());
  return out;
}

}  // namespace

Bytes tlv(Tag tag, std::initializer_list<ByteView> parts) {
  return join(tag, parts);
}

Bytes tlv(Tag tag, const std::vector<Bytes>& parts) {
  return join(tag, parts);
}

Bytes set_of(Tag tag, std::vector<Bytes> elements) {
  // Comparing as octet strings, the shorter one padded with zeros, is what X.690 §11.6 says; no
  // element here is a prefix of another, so plain lexicographic order is the same.
  std::sort(elements.begin(), elements.end());
  return join(tag, elements);
}

Bytes small_integer(std::uint32_t value) {
  Bytes content;
  bool started = false;
  for (int shift = 24; shift >= 0; shift -= 8) {
    const auto octet = static_cast<std::uint8_t>((value >> static_cast<unsigned>(shift)) & 0xFFU);
    if (!started && octet == 0 && shift != 0) continue;
    // A leading bit of one would read as negative (X.690 §8.3).
    if (!started && (octet & 0x80U) != 0) content.push_back(0);
    started = true;
    content.push_back(octet);
  }
  return tlv(kInteger, {content});
}

bool Reader::next(Element& element) {
  if (rest_.size() < 2 || (rest_[0] & 0x1FU) == 0x1FU) return false;
  std::size_t header = 2;
  std::size_t length = rest_[1];
  if (length >= 0x80) {
    const std::size_t count = length & 0x7FU;
    if (count == 0 || count > 4 || rest_.size() < 2 + count || rest_[2] == 0) return false;
    length = 0;
    for (std::size_t i = 0; i < count; ++i) length = (length << 8U) | rest_[2 + i];
    if (length < 0x80) return false;
    header += count;
  }
  if (rest_.size() - header < length) return false;
  element = {.tag = rest_[0],
             .content = rest_.subspan(header, length),
             .whole = rest_.first(header + length)};
  rest_ = rest_.subspan(header + length);
  return true;
}

}  // namespace antin::der
