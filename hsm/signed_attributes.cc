#include "hsm/signed_attributes.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "certs/core/der.h"

namespace antin::hsm {
namespace {

constexpr std::uint8_t kSequence = 0x30;
constexpr std::uint8_t kSet = 0x31;
constexpr std::uint8_t kOid = 0x06;
constexpr std::uint8_t kOctetString = 0x04;
constexpr std::uint8_t kUtcTime = 0x17;
constexpr std::uint8_t kGeneralizedTime = 0x18;

// Content octets of object identifiers.
constexpr std::array<std::uint8_t, 9> kContentType = {0x2A, 0x86, 0x48, 0x86, 0xF7,
                                                      0x0D, 0x01, 0x09, 0x03};
constexpr std::array<std::uint8_t, 9> kMessageDigest = {0x2A, 0x86, 0x48, 0x86, 0xF7,
                                                        0x0D, 0x01, 0x09, 0x04};
constexpr std::array<std::uint8_t, 9> kSigningTime = {0x2A, 0x86, 0x48, 0x86, 0xF7,
                                                      0x0D, 0x01, 0x09, 0x05};
constexpr std::array<std::uint8_t, 11> kSigningCertificateV2 = {0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D,
                                                                0x01, 0x09, 0x10, 0x02, 0x2F};
constexpr std::array<std::uint8_t, 9> kIdData = {0x2A, 0x86, 0x48, 0x86, 0xF7,
                                                 0x0D, 0x01, 0x07, 0x01};
// 2.25.236554892043926323935400314438870334773, of a sign-in (docs/PROTOCOL.login.md).
constexpr std::array<std::uint8_t, 20> kIdLogin = {0x69, 0x82, 0xE3, 0xF6, 0xE8, 0xA9, 0x8B,
                                                   0xB0, 0xF2, 0xBC, 0xEF, 0x9C, 0xB0, 0xCB,
                                                   0xE1, 0xF0, 0xFB, 0xBD, 0xFA, 0x35};

Error refused(std::string why) {
  return make_error(Code::kTokenAttributesRefused, std::move(why));
}

bool same(ByteView a, ByteView b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

// One DER element: `whole` with tag and length, `content` without.
struct Element {
  std::uint8_t tag;
  ByteView whole;
  ByteView content;
};

// Takes the first element off `rest`. Only what these attributes need: low tag numbers and
// lengths below 64 KiB.
Result<Element> take(ByteView& rest) {
  if (rest.size() < 2 || (rest[0] & 0x1FU) == 0x1FU) return refused("DER: tag");
  std::size_t length = rest[1];
  std::size_t header = 2;
  if (length >= 0x80) {
    const std::size_t octets = length & 0x7FU;
    if (octets == 0 || octets > 2 || rest.size() < 2 + octets) return refused("DER: length");
    length = 0;
    for (std::size_t i = 0; i < octets; ++i) length = (length << 8U) | rest[2 + i];
    // X.690 §10.1: the shortest form only.
    if (length < 0x80 || (octets == 2 && length < 0x100)) return refused("DER: long length");
    header += octets;
  }
  if (rest.size() - header < length) return refused("DER: truncated");
  const Element element{rest[0], rest.first(header + length), rest.subspan(header, length)};
  rest = rest.subspan(header + length);
  return element;
}

Result<Element> take(ByteView& rest, std::uint8_t tag) {
  ANTIN_TRY(const auto element, take(rest));
  if (element.tag != tag) return refused("DER: unexpected tag");
  return element;
}

// SigningCertificateV2 (RFC 5035 §3): certs of which the first is the signer's. hashAlgorithm
// absent means SHA-256; another algorithm leaves certificate_hash unset, to be refused above.
Result<std::optional<Bytes>> certificate_hash(ByteView value) {
  ANTIN_TRY(const auto outer, take(value, kSequence));
  if (!value.empty()) return refused("signing-certificate-v2: octets behind the value");
  auto fields = outer.content;
  ANTIN_TRY(const auto certs, take(fields, kSequence));
  auto list = certs.content;
  ANTIN_TRY(const auto first, take(list, kSequence));
  auto parts = first.content;
  ANTIN_TRY(auto part, take(parts));
  if (part.tag == kSequence) return std::optional<Bytes>{};
  if (part.tag != kOctetString || part.content.size() != 32)
    return refused("signing-certificate-v2: not a SHA-256 hash");
  return std::optional{to_bytes(part.content)};
}

ByteView type_of(SignedContent content) {
  return content == SignedContent::kLogin ? ByteView(kIdLogin) : ByteView(kIdData);
}

Status read_value(SignedAttributes& attributes, SignedContent content, ByteView type,
                  ByteView value) {
  const auto whole = value;
  ANTIN_TRY(const auto element, take(value));
  if (!value.empty()) return refused("attribute with several values");
  if (same(type, kContentType)) {
    if (element.tag != kOid || !same(element.content, type_of(content)))
      return refused("content-type is not what is wanted");
    return Done{};
  }
  if (same(type, kMessageDigest)) {
    if (element.tag != kOctetString) return refused("message-digest is no OCTET STRING");
    const auto size = element.content.size();
    if (size != 32 && size != 48 && size != 64) return refused("message-digest: length");
    attributes.message_digest = to_bytes(element.content);
    return Done{};
  }
  if (same(type, kSigningTime)) {
    if (element.tag != kUtcTime && element.tag != kGeneralizedTime)
      return refused("signing-time is no time");
    attributes.signing_time = std::string{as_text(element.content)};
    return Done{};
  }
  if (same(type, kSigningCertificateV2)) {
    ANTIN_TRY(attributes.certificate_hash, certificate_hash(whole));
    if (!attributes.certificate_hash)
      return refused("signing-certificate-v2 with a digest other than SHA-256");
    return Done{};
  }
  attributes.others.push_back(to_bytes(type));
  return Done{};
}

}  // namespace

Result<SignedAttributes> parse_signed_attributes(ByteView der, SignedContent content) {
  ANTIN_TRY(const auto set, take(der, kSet));
  if (!der.empty()) return refused("octets behind the SET");

  SignedAttributes attributes;
  std::vector<ByteView> types;
  bool has_content_type = false;
  ByteView previous;
  for (auto rest = set.content; !rest.empty();) {
    ANTIN_TRY(const auto attribute, take(rest, kSequence));
    // X.690 §11.6: a SET OF is ordered by the encodings of its elements.
    if (!std::lexicographical_compare(previous.begin(), previous.end(), attribute.whole.begin(),
                                      attribute.whole.end()))
      return refused("attributes are not in DER order");
    previous = attribute.whole;

    auto fields = attribute.content;
    ANTIN_TRY(const auto type, take(fields, kOid));
    ANTIN_TRY(const auto values, take(fields, kSet));
    if (!fields.empty()) return refused("octets behind an attribute's values");
    for (const auto earlier : types) {
      if (same(earlier, type.content)) return refused("attribute given twice");
    }
    types.push_back(type.content);
    has_content_type = has_content_type || same(type.content, kContentType);
    ANTIN_CHECK(read_value(attributes, content, type.content, values.content));
  }
  if (!has_content_type) return refused("no content-type");
  if (attributes.message_digest.empty()) return refused("no message-digest");
  return attributes;
}

namespace {

Bytes attribute(ByteView type, ByteView value) {
  return der::tlv(der::kSequence, {der::tlv(der::kOid, {type}), der::tlv(der::kSet, {value})});
}

// UTCTime through 2049, GeneralizedTime after (RFC 5652 §11.3).
Bytes time_value(UtcTime at) {
  std::string digits;
  for (const char c : to_rfc3339(at)) {
    if (c >= '0' && c <= '9') digits += c;
  }
  digits += 'Z';
  const bool short_form = digits >= "1950" && digits < "2050";
  if (short_form) digits.erase(0, 2);
  return der::tlv(short_form ? der::kUtcTime : der::kGeneralizedTime, {as_bytes(digits)});
}

}  // namespace

Bytes build_signed_attributes(const AttributesFor& what) {
  // SigningCertificateV2 { certs { ESSCertIDv2 { certHash } } }: SHA-256 is the DEFAULT and so must
  // be left out in DER; issuerSerial should be absent (EN 319 122-1 table 1, requirement on
  // signing-certificate-v2).
  const auto ess =
      der::tlv(der::kSequence, {der::tlv(der::kOctetString, {what.certificate_sha256})});
  const auto signing_certificate = der::tlv(der::kSequence, {der::tlv(der::kSequence, {ess})});
  std::vector<Bytes> all;
  all.push_back(attribute(kContentType, der::tlv(der::kOid, {type_of(what.content)})));
  all.push_back(attribute(kMessageDigest, der::tlv(der::kOctetString, {what.message_digest})));
  all.push_back(attribute(kSigningCertificateV2, signing_certificate));
  if (what.signing_time) all.push_back(attribute(kSigningTime, time_value(*what.signing_time)));
  return der::set_of(der::kSet, std::move(all));
}

}  // namespace antin::hsm
