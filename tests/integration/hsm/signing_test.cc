#include <gtest/gtest.h>

#include "tests/integration/hsm/fixture.h"

namespace antin::hsm {
namespace {

class Signing : public testing::Test {
 protected:
  fakes::SoftHsmToken token_;
  std::unique_ptr<Pkcs11KeyHolder> keys_ = holder(options({fakes::SoftHsmToken::kModule}));
};

TEST_F(Signing, S12_EveryOfferedSchemeOfEveryKeyVerifiesWithItsCertificate) {
  const auto in = log_in(*keys_);
  ASSERT_TRUE(in) << to_log_line(in.error());
  const auto found = keys_->keys({});
  ASSERT_TRUE(found) << to_log_line(found.error());
  ASSERT_EQ(found.value().size(), 5U);
  for (const auto& key : found.value()) {
    ASSERT_TRUE(key.certificate) << key.label;
    EXPECT_EQ(key.chain.size(), 5U) << "the four other certificates and the CA";
    EXPECT_EQ(key.schemes.size(), key.label == "p256" ? 1U : key.label == "p384" ? 2U : 6U);
    for (const auto scheme : key.schemes) {
      const auto value = keys_->sign(key.uri, scheme, attributes());
      ASSERT_TRUE(value) << key.label << " " << to_log_line(value.error());
      EXPECT_TRUE(verifies(*key.certificate, scheme, attributes(), value.value())) << key.label;
      EXPECT_FALSE(verifies(*key.certificate, scheme, attributes(1), value.value())) << key.label;
    }
  }
}

}  // namespace
}  // namespace antin::hsm
