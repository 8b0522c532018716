#include "hsm/signed_attributes.h"

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

namespace antin::hsm {
namespace {

Bytes hex(std::string_view text) {
  Bytes octets;
  EXPECT_TRUE(from_hex(text, octets));
  return octets;
}

Bytes element(std::uint8_t tag, const Bytes& content) {
  Bytes der{tag};
  if (content.size() >= 0x100) {
    der.push_back(0x82);
    der.push_back(static_cast<std::uint8_t>(content.size() >> 8U));
  } else if (content.size() >= 0x80) {
    der.push_back(0x81);
  }
  der.push_back(static_cast<std::uint8_t>(content.size()));
  der.insert(der.end(), content.begin(), content.end());
  return der;
}

Bytes joined(std::initializer_list<Bytes> parts) {
  Bytes all;
  for (const auto& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

Bytes attribute(std::string_view oid, const Bytes& values) {
  return element(0x30, joined({element(0x06, hex(oid)), element(0x31, values)}));
}

constexpr std::string_view kIdContentType = "2a864886f70d010903";
constexpr std::string_view kIdMessageDigest = "2a864886f70d010904";
constexpr std::string_view kIdSigningTime = "2a864886f70d010905";
constexpr std::string_view kIdSigningCertificateV2 = "2a864886f70d010910022f";

const Bytes kContentType = attribute(kIdContentType, element(0x06, hex("2a864886f70d010701")));
const Bytes kMessageDigest = attribute(kIdMessageDigest, element(0x04, Bytes(32, 0x11)));
const Bytes kSigningTime =
    attribute(kIdSigningTime, element(0x17, to_bytes(std::string_view{"261122140000Z"})));
const Bytes kSigningCertificate =
    attribute(kIdSigningCertificateV2,
              element(0x30, element(0x30, element(0x30, element(0x04, Bytes(32, 0x22))))));

Bytes set(std::vector<Bytes> attributes) {
  std::sort(attributes.begin(), attributes.end());
  Bytes content;
  for (const auto& one : attributes) content.insert(content.end(), one.begin(), one.end());
  return element(0x31, content);
}

bool accepted(const Bytes& der) {
  const auto read = parse_signed_attributes(der);
  if (!read) {
    EXPECT_EQ(read.error().code, Code::kTokenAttributesRefused);
  }
  return static_cast<bool>(read);
}

TEST(SignedAttributes, ThatPadesUsesAreReadCompletely) {
  const auto read = parse_signed_attributes(
      set({kContentType, kMessageDigest, kSigningTime, kSigningCertificate}));
  ASSERT_TRUE(read);
  EXPECT_EQ(read.value().message_digest, Bytes(32, 0x11));
  EXPECT_EQ(read.value().certificate_hash, Bytes(32, 0x22));
  EXPECT_EQ(read.value().signing_time, "261122140000Z");
  EXPECT_TRUE(read.value().others.empty());
}

TEST(SignedAttributes, OfAnUnknownTypeAreToldApart) {
  const auto other = attribute("2a864886f70d01090f", element(0x30, {}));
  const auto read = parse_signed_attributes(set({kContentType, kMessageDigest, other}));
  ASSERT_TRUE(read);
  ASSERT_EQ(read.value().others.size(), 1U);
  EXPECT_FALSE(read.value().certificate_hash);
}

TEST(SignedAttributes, NeedContentTypeAndMessageDigest) {
  EXPECT_TRUE(accepted(set({kContentType, kMessageDigest})));
  EXPECT_FALSE(accepted(set({kContentType})));
  EXPECT_FALSE(accepted(set({kMessageDigest})));
  EXPECT_FALSE(accepted(set({})));
}

TEST(SignedAttributes, AreADerSetInOrderAndNothingBehindIt) {
  const auto good = set({kContentType, kMessageDigest});
  ASSERT_TRUE(accepted(good));
  auto trailing = good;
  trailing.push_back(0);
  EXPECT_FALSE(accepted(trailing));
  auto implicit = good;
  implicit[0] = 0xA0;  // as it stands in SignerInfo; RFC 5652 §5.4 signs the SET OF tag
  EXPECT_FALSE(accepted(implicit));
  auto sequence = good;
  sequence[0] = 0x30;
  EXPECT_FALSE(accepted(sequence));
  EXPECT_FALSE(accepted(element(0x31, joined({kMessageDigest, kContentType}))));
  EXPECT_FALSE(accepted(set({kContentType, kMessageDigest, kMessageDigest})));
  for (std::size_t length = 0; length < good.size(); ++length)
    EXPECT_FALSE(accepted(Bytes(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(length))));
}

TEST(SignedAttributes, HaveMinimalLengths) {
  const auto good = set({kContentType, kMessageDigest});
  ASSERT_LT(good[1], 0x80);
  auto longer = good;
  longer.insert(longer.begin() + 1, 0x81);
  EXPECT_FALSE(accepted(longer));
  auto indefinite = good;
  indefinite[1] = 0x80;
  indefinite.insert(indefinite.end(), {0, 0});
  EXPECT_FALSE(accepted(indefinite));
}

TEST(SignedAttributes, HaveOneValueOfTheRightType) {
  const auto digest = element(0x04, Bytes(32, 0x11));
  EXPECT_FALSE(
      accepted(set({kContentType, attribute(kIdMessageDigest, joined({digest, digest}))})));
  EXPECT_FALSE(accepted(set({kContentType, attribute(kIdMessageDigest, {})})));
  EXPECT_FALSE(
      accepted(set({kContentType, attribute(kIdMessageDigest, element(0x04, Bytes(20, 1)))})));
  EXPECT_FALSE(
      accepted(set({kContentType, attribute(kIdMessageDigest, element(0x03, Bytes(32, 1)))})));
  EXPECT_FALSE(accepted(
      set({attribute(kIdContentType, element(0x06, hex("2a864886f70d010702"))), kMessageDigest})))
      << "content-type signed-data";
  EXPECT_FALSE(accepted(
      set({kContentType, kMessageDigest, attribute(kIdSigningTime, element(0x04, Bytes(4, 1)))})));
}

TEST(SignedAttributes, NameTheCertificateBySha256) {
  const auto sha512 = element(
      0x30,
      element(0x30, element(0x30, joined({element(0x30, element(0x06, hex("608648016503040203"))),
                                          element(0x04, Bytes(64, 2))}))));
  EXPECT_FALSE(
      accepted(set({kContentType, kMessageDigest, attribute(kIdSigningCertificateV2, sha512)})));
  const auto short_hash = element(0x30, element(0x30, element(0x30, element(0x04, Bytes(20, 2)))));
  EXPECT_FALSE(accepted(
      set({kContentType, kMessageDigest, attribute(kIdSigningCertificateV2, short_hash)})));
}

TEST(SignedAttributes, AreNoDigestNoTextNoCertificate) {
  EXPECT_FALSE(accepted(Bytes(32, 0x31)));
  EXPECT_FALSE(accepted(to_bytes(std::string_view{"%PDF-1.7\n"})));
  EXPECT_FALSE(accepted(element(0x30, element(0x30, Bytes(100, 0)))));
  EXPECT_FALSE(accepted({}));
}

// docs/PROTOCOL.login.md: who signs in signs no document, and who signs a document does not sign
// in.
TEST(SignedAttributes, OfALoginAreOfAContentTypeOfTheirOwnAndNoDocuments) {
  const Bytes digest(32, 0x11), certificate(32, 0x22);
  const auto of = [&](SignedContent content) {
    return build_signed_attributes({.message_digest = digest,
                                    .certificate_sha256 = certificate,
                                    .signing_time = std::nullopt,
                                    .content = content});
  };
  EXPECT_TRUE(accepted(of(SignedContent::kDocument)));
  const auto login = of(SignedContent::kLogin);
  EXPECT_FALSE(accepted(login));
  EXPECT_EQ(
      login,
      set({attribute(kIdContentType,
                     element(0x06, hex("6982e3f6e8a98bb0f2bcef9cb0cbe1f0fbbdfa35"))),
           attribute(kIdMessageDigest, element(0x04, digest)),
           attribute(kIdSigningCertificateV2,
                     element(0x30, element(0x30, element(0x30, element(0x04, certificate)))))}));
}

}  // namespace
}  // namespace antin::hsm
