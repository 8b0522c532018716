#include "certs/core/serial.h"

#include <gtest/gtest.h>

namespace antin {
namespace {

enum class Read { kRefused, kTolerated, kConforming };

struct Case {
  const char* name;
  Bytes der_content;
  Read expected;
};

std::string case_name(const testing::TestParamInfo<Case>& info) {
  return info.param.name;
}

class SerialFromDer : public testing::TestWithParam<Case> {};

INSTANTIATE_TEST_SUITE_P(
    Rfc5280Sec4_1_2_2, SerialFromDer,
    testing::Values(Case{"OneOctet", {0x05}, Read::kConforming},
                    Case{"TopBitNeedsSignOctet", {0x00, 0x80}, Read::kConforming},
                    Case{"TwentyOctets", Bytes(20, 0x11), Read::kConforming},
                    Case{"Zero", {0x00}, Read::kTolerated},
                    Case{"TwentyOneOctets", Bytes(21, 0x11), Read::kTolerated},
                    Case{"SixtyFiveOctets", Bytes(65, 0x11), Read::kRefused},
                    Case{"Empty", {}, Read::kRefused}, Case{"Negative", {0x80}, Read::kRefused},
                    Case{"PaddedWithZero", {0x00, 0x01}, Read::kRefused}),
    case_name);

TEST_P(SerialFromDer, ReadsCanonicalIntegersAndSaysWhichConform) {
  const auto serial = Serial::from_der_content(GetParam().der_content);
  ASSERT_EQ(bool(serial), GetParam().expected != Read::kRefused);
  if (serial) {
    EXPECT_EQ(serial.value().conforms_to_rfc5280(), GetParam().expected == Read::kConforming);
  } else {
    EXPECT_EQ(serial.error().code, Code::kCertMalformed);
  }
}

}  // namespace
}  // namespace antin
