#include "verifier/ber.h"

#include <gtest/gtest.h>

namespace antin::verifier::ber {
namespace {

TEST(Ber, FindsWhereAnElementEndsInsidePadding) {
  const Bytes padded{0x30, 0x03, 0x02, 0x01, 0x05, 0, 0, 0};
  const auto outer = read_outer(padded);
  ASSERT_TRUE(outer);
  EXPECT_EQ(outer->length, 5U);
  EXPECT_EQ(outer->definite, Bytes(padded.begin(), padded.begin() + 5));
}

TEST(Ber, IndefiniteLengthsAndConstructedStringsBecomeDefinite) {
  // SEQUENCE (indefinite) { OCTET STRING (constructed, indefinite) { 0102, 03 } }
  const Bytes padded{0x30, 0x80, 0x24, 0x80, 0x04, 0x02, 0x01, 0x02,
                     0x04, 0x01, 0x03, 0x00, 0x00, 0x00, 0x00, 0x00};
  const auto outer = read_outer(padded);
  ASSERT_TRUE(outer);
  EXPECT_EQ(outer->length, 15U);
  EXPECT_EQ(outer->definite, (Bytes{0x30, 0x05, 0x04, 0x03, 0x01, 0x02, 0x03}));
}

TEST(Ber, WhatIsDefiniteStaysOctetForOctet) {
  // A length in more octets than needed is BER, and may stand inside something signed.
  const Bytes element{0x30, 0x81, 0x03, 0x02, 0x01, 0x05};
  const auto outer = read_outer(element);
  ASSERT_TRUE(outer);
  EXPECT_EQ(outer->definite, element);
}

TEST(Ber, DamageIsRefused) {
  const std::vector<Bytes> damaged = {
      {},
      {0x30},
      {0x30, 0x05, 0x02, 0x01, 0x05},              // longer than what is there
      {0x30, 0x80, 0x02, 0x01, 0x05},              // never ends
      {0x02, 0x80, 0x00, 0x00},                    // primitive and indefinite
      {0x30, 0x03, 0x02, 0x05, 0x05},              // inner beyond outer
      {0x3F, 0x81, 0x01, 0x00},                    // tag in several octets
      {0x30, 0x89, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0},  // length beyond size_t
  };
  for (const auto& octets : damaged) EXPECT_FALSE(read_outer(octets)) << to_hex(octets);
}

TEST(Ber, NestingHasALimit) {
  const auto nested = [](std::size_t depth) {
    Bytes octets;
    for (std::size_t i = 0; i < depth; ++i) octets.insert(octets.end(), {0x30, 0x80});
    octets.insert(octets.end(), depth * 2, 0);
    return octets;
  };
  EXPECT_TRUE(read_outer(nested(60)));
  EXPECT_FALSE(read_outer(nested(100)));
  EXPECT_FALSE(read_outer(nested(100'000)));
}

TEST(Ber, ObjectIdentifiersAreWrittenAsNumbers) {
  EXPECT_EQ(oid_text(Bytes{0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x02}),
            "1.2.840.113549.1.7.2");
  EXPECT_EQ(oid_text(Bytes{0x55, 0x04, 0x03}), "2.5.4.3");
  EXPECT_EQ(oid_text(Bytes{0x88, 0x37}), "2.999");
  EXPECT_EQ(oid_text(Bytes{0x2A, 0x86}), "");  // ends in the middle of an arc
  EXPECT_EQ(oid_text(Bytes{}), "");
  EXPECT_EQ(oid_text(Bytes(32, 0xFF)), "");
}

}  // namespace
}  // namespace antin::verifier::ber
