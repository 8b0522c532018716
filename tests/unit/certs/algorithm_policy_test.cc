#include "certs/algorithm_policy.h"

#include <gtest/gtest.h>

#include "tests/unit/certs/pki.h"

namespace antin::certs {
namespace {

using Kind = PublicKeyInfo::Kind;

TEST(AlgorithmPolicy, AcceptsWhatCircular15Allows) {
  const auto policy = AlgorithmPolicy::viet_nam();
  for (const auto digest : {DigestAlgorithm::kSha256, DigestAlgorithm::kSha384,
                            DigestAlgorithm::kSha512, DigestAlgorithm::kSha3_256}) {
    EXPECT_TRUE(policy.accepts(digest, {Kind::kRsa, 2048, ""}, test_now()));
    EXPECT_TRUE(policy.accepts(digest, {Kind::kEc, 256, "P-256"}, test_now()));
  }
}

TEST(AlgorithmPolicy, S03_RefusesWeakKeysWhateverTheTime) {
  const auto policy = AlgorithmPolicy::viet_nam();
  const auto long_ago = instant("2010-01-01T00:00:00Z");
  for (const auto at : {test_now(), long_ago}) {
    EXPECT_FALSE(policy.accepts(DigestAlgorithm::kSha256, {Kind::kRsa, 2047, ""}, at));
    EXPECT_FALSE(policy.accepts(DigestAlgorithm::kSha256, {Kind::kEc, 224, "secp224r1"}, at));
    EXPECT_FALSE(policy.accepts(DigestAlgorithm::kSha256, {Kind::kOther, 256, ""}, at));
    EXPECT_FALSE(policy.accepts(DigestAlgorithm::kMd5, {Kind::kRsa, 2048, ""}, at));
  }
}

TEST(AlgorithmPolicy, V08_EndsSha1AtItsDate) {
  const auto policy = AlgorithmPolicy::viet_nam();
  const PublicKeyInfo key{Kind::kRsa, 2048, ""};
  EXPECT_TRUE(policy.accepts(DigestAlgorithm::kSha1, key, instant("2016-12-31T23:59:59Z")));
  EXPECT_FALSE(policy.accepts(DigestAlgorithm::kSha1, key, instant("2017-01-01T00:00:00Z")));
}

}  // namespace
}  // namespace antin::certs
