#include "service/accounts/password.h"

#include <gtest/gtest.h>

#include "tests/fakes/counting_random.h"

namespace antin::accounts {
namespace {

constexpr ossl::ScryptCost kCheap{.log2_n = 4, .r = 1, .p = 1};

std::optional<Code> refused(std::string_view password, std::string_view account = "le.thi.thu") {
  const auto checked = check_password(password, account);
  return checked ? std::nullopt : std::optional(checked.error().code);
}

TEST(Scrypt, IsThatOfRfc7914) {
  const auto key =
      ossl::scrypt(as_bytes("password"), as_bytes("NaCl"), {.log2_n = 10, .r = 8, .p = 16});
  ASSERT_TRUE(key);
  EXPECT_EQ(to_hex(key.value()),
            "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162");
  EXPECT_EQ(
      ossl::scrypt(as_bytes("x"), as_bytes("y"), {.log2_n = 24, .r = 64, .p = 1}).error().code,
      Code::kPasswordWork);
}

TEST(Password, IsKnownAgainInWhateverFormAKeyboardWritesIt) {
  fakes::CountingRandom random;
  const auto kept = keep_password("m\u1eadt kh\u1ea9u c\u1ee7a t\u00f4i", random, kCheap);
  ASSERT_TRUE(kept);
  EXPECT_TRUE(kept.value().starts_with("scrypt:4:1:1:"));
  EXPECT_EQ(kept.value().find("kh"), std::string::npos);
  EXPECT_TRUE(
      is_password("ma\u0323\u0302t kha\u0302\u0309u cu\u0309a to\u0302i", kept.value(), kCheap)
          .value());
  EXPECT_FALSE(is_password("m\u1eadt kh\u1ea9u c\u1ee7a toi", kept.value(), kCheap).value());
  EXPECT_FALSE(is_password("", kept.value(), kCheap).value());
}

TEST(Password, TwoOfTheSameAreKeptDifferently) {
  fakes::CountingRandom random;
  EXPECT_NE(keep_password("same words here", random, kCheap).value(),
            keep_password("same words here", random, kCheap).value());
}

TEST(Password, OfNobodyIsNeverRight) {
  for (const auto* kept : {"", "scrypt", "scrypt:4:1:1:00:", "scrypt:4:1:1:00:zz",
                           "plain:4:1:1:00:00", "scrypt:4:1:1:00:00:00"})
    EXPECT_FALSE(is_password("", kept, kCheap).value()) << kept;
}

TEST(Password, IsASentenceAndNotWhatEverybodyTries) {
  for (const auto* good :
       {"trời xanh mây trắng", "Con mèo 7 con chuột", "pqkr-mzvw-83hd", "x9 nước chè đặc"})
    EXPECT_EQ(refused(good), std::nullopt) << good;
  for (const auto* known :
       {"123456789012", "matkhau123456", "Mật khẩu 2026!!", "aaaaaaaaaaaaaa", "abababababab",
        "Le.Thi.Thu 2026", "le.thi.thu!!!!", "qwertyuiop12", "Quản trị viên 1"})
    EXPECT_EQ(refused(known), Code::kPasswordCommon) << known;
  EXPECT_EQ(refused("mười một ký"), Code::kPasswordLength);
  EXPECT_EQ(refused("mười hai ký "), std::nullopt);
  EXPECT_EQ(refused(""), Code::kPasswordLength);
  EXPECT_EQ(refused("trời xanh " + std::string(247, 'x')), Code::kPasswordLength);
}

TEST(Password, ForOneUseIsReadAloudAndGuessedByNobody) {
  fakes::CountingRandom random;
  const auto one = new_one_time_password(random), other = new_one_time_password(random);
  EXPECT_EQ(one.size(), 19U);
  EXPECT_NE(one, other);
  EXPECT_EQ(refused(one), std::nullopt);
  EXPECT_EQ(one.find_first_not_of("abcdefghjkmnpqrstuvwxyz023456789-"), std::string::npos);
}

}  // namespace
}  // namespace antin::accounts
