#include "verifier/ber.h"

#include <limits>

namespace antin::verifier::ber {
namespace {

constexpr unsigned kMaxDepth = 64;
constexpr std::uint8_t kConstructed = 0x20;

struct Header {
  std::uint8_t tag;
  std::size_t header_length;
  std::optional<std::size_t> content_length;  ///< nothing: indefinite
};

std::optional<Header> read_header(ByteView in) {
  if (in.size() < 2) return std::nullopt;
  const std::uint8_t tag = in[0];
  if ((tag & 0x1FU) == 0x1FU) return std::nullopt;  // multi-octet tags occur in no CMS type
  const std::uint8_t first = in[1];
  if (first < 0x80U) return Header{tag, 2, first};
  if (first == 0x80U) {
    if ((tag & kConstructed) == 0) return std::nullopt;
    return Header{tag, 2, std::nullopt};
  }
  const std::size_t count = first & 0x7FU;
  if (count > sizeof(std::size_t) || in.size() < 2 + count) return std::nullopt;
  std::size_t length = 0;
  for (std::size_t i = 0; i < count; ++i) length = (length << 8U) | in[2 + i];
  return Header{tag, 2 + count, length};
}

bool end_of_contents(ByteView in) {
  return in.size() >= 2 && in[0] == 0 && in[1] == 0;
}

// Constructed OCTET STRING (the only string type that CMS nests this way).
constexpr std::uint8_t kConstructedOctets = kOctetString | kConstructed;

struct Scan {
  std::size_t length = 0;  ///< 0: damaged
  bool plain = true;       ///< neither indefinite lengths nor constructed strings inside
};

Scan scan(ByteView in, unsigned depth) {  // NOLINT(misc-no-recursion): bounded by kMaxDepth
  const auto header = read_header(in);
  if (!header || depth > kMaxDepth) return {};
  const bool constructed = (header->tag & kConstructed) != 0;
  Scan result{0, header->tag != kConstructedOctets && header->content_length.has_value()};
  std::size_t at = header->header_length;
  if (header->content_length) {
    if (*header->content_length > in.size() - at) return {};
    const std::size_t end = at + *header->content_length;
    while (constructed && at < end) {
      const Scan inner = scan(in.subspan(at, end - at), depth + 1);
      if (inner.length == 0) return {};
      result.plain = result.plain && inner.plain;
      at += inner.length;
    }
    result.length = end;
    return result;
  }
  while (!end_of_contents(in.subspan(at))) {
    const Scan inner = scan(in.subspan(at), depth + 1);
    if (inner.length == 0) return {};
    at += inner.length;
  }
  result.length = at + 2;
  return result;
}

// Appends `in`'s first element, of which scan() said `seen`.
// NOLINTNEXTLINE(misc-no-recursion): as scan()
void append_definite(Bytes& out, ByteView in, const Scan& seen) {
  if (seen.plain) {
    out.insert(out.end(), in.begin(), in.begin() + static_cast<std::ptrdiff_t>(seen.length));
    return;
  }
  const auto header = read_header(in);
  const std::size_t trailer = header->content_length ? 0 : 2;
  auto content = in.subspan(header->header_length, seen.length - header->header_length - trailer);
  Bytes inner;
  while (!content.empty()) {
    const auto part = scan(content, 0);
    append_definite(inner, content.first(part.length), part);
    content = content.subspan(part.length);
  }
  if (header->tag != kConstructedOctets) {
    append_header(out, header->tag, inner.size());
    out.insert(out.end(), inner.begin(), inner.end());
    return;
  }
  Bytes joined;
  Reader parts{inner};
  while (const auto part = parts.next())
    joined.insert(joined.end(), part->content.begin(), part->content.end());
  append_header(out, kOctetString, joined.size());
  out.insert(out.end(), joined.begin(), joined.end());
}

}  // namespace

std::optional<Element> Reader::next() {
  const auto header = read_header(rest_);
  if (!header || !header->content_length ||
      *header->content_length > rest_.size() - header->header_length) {
    rest_ = {};
    return std::nullopt;
  }
  const auto length = header->header_length + *header->content_length;
  const Element element{header->tag, rest_.subspan(header->header_length, *header->content_length),
                        rest_.first(length)};
  rest_ = rest_.subspan(length);
  return element;
}

std::optional<Element> Reader::next(std::uint8_t tag) {
  if (rest_.empty() || rest_[0] != tag) return std::nullopt;
  return next();
}

std::optional<Outer> read_outer(ByteView padded) {
  const auto seen = scan(padded, 0);
  if (seen.length == 0) return std::nullopt;
  Outer outer{seen.length, {}};
  append_definite(outer.definite, padded.first(seen.length), seen);
  return outer;
}

void append_header(Bytes& out, std::uint8_t tag, std::size_t content_length) {
  out.push_back(tag);
  if (content_length < 0x80U) {
    out.push_back(static_cast<std::uint8_t>(content_length));
    return;
  }
  unsigned count = 0;
  for (auto left = content_length; left != 0; left >>= 8U) ++count;
  out.push_back(static_cast<std::uint8_t>(0x80U | count));
  for (unsigned i = count; i-- > 0;)
    out.push_back(static_cast<std::uint8_t>((content_length >> (8U * i)) & 0xFFU));
}

std::string oid_text(ByteView content) {
  if (content.empty() || content.size() > 64) return "";
  std::string text;
  std::uint64_t arc = 0;
  bool first = true;
  for (const auto octet : content) {
    if (arc > (std::numeric_limits<std::uint64_t>::max() >> 8U)) return "";
    arc = (arc << 7U) | (octet & 0x7FU);
    if ((octet & 0x80U) != 0) continue;
    if (first) {
      const std::uint64_t root = arc < 80 ? arc / 40 : 2;
      text = std::to_string(root) + "." + std::to_string(arc - root * 40);
      first = false;
    } else {
      text += "." + std::to_string(arc);
    }
    arc = 0;
  }
  return (content.back() & 0x80U) != 0 ? "" : text;
}

}  // namespace antin::verifier::ber
