#include <gtest/gtest.h>

#include "tests/unit/hsm/listed_keys.h"

namespace antin::hsm {
namespace {

TEST(FindOne, IsTheOnlyKeyThatMatches) {
  ListedKeys keys;
  keys.list = {ListedKeys::key("pkcs11:object=a", "a")};
  const auto found = find_one(keys, {});
  ASSERT_TRUE(found);
  EXPECT_EQ(found.value().label, "a");
}

TEST(FindOne, OfNoneIsNotFound) {
  ListedKeys keys;
  KeyQuery query;
  query.label = "a";
  const auto found = find_one(keys, query);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, Code::kTokenKeyNotFound);
  EXPECT_EQ(sentence(found.error().code, Language::kEnglish, found.error().params),
            "The key a is on none of the devices present.");
}

TEST(FindOne, OfSeveralListsThemAll) {
  ListedKeys keys;
  keys.list = {ListedKeys::key("pkcs11:object=a", "a"), ListedKeys::key("pkcs11:object=b", "b")};
  const auto found = find_one(keys, {});
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, Code::kTokenKeyAmbiguous);
  const auto said = sentence(found.error().code, Language::kVietnamese, found.error().params);
  EXPECT_NE(said.find("a (token) pkcs11:object=a"), std::string::npos) << said;
  EXPECT_NE(said.find("b (token) pkcs11:object=b"), std::string::npos) << said;
}

}  // namespace
}  // namespace antin::hsm
