#include "service/text/unicode.h"

#include <gtest/gtest.h>

namespace antin::service {
namespace {

// "Giấy" with its tone mark and its hat as characters of their own.
constexpr const char* kDecomposed = "Gia\xCC\x82\xCC\x81y khai sinh";

TEST(Unicode, A07_DecomposedInputEqualsComposed) {
  EXPECT_TRUE(is_nfc("Giấy khai sinh"));
  EXPECT_FALSE(is_nfc(kDecomposed));
  EXPECT_EQ(to_nfc(kDecomposed), "Giấy khai sinh");
  EXPECT_EQ(search_key(kDecomposed), search_key("Giấy khai sinh"));
}

TEST(Unicode, A07_SearchKnowsNoAccentsAndNoCase) {
  EXPECT_EQ(search_key("Giấy khai sinh"), "giay khai sinh");
  EXPECT_EQ(search_key("  ĐẶNG  Thị Ơn; (Ưu) "), "dang thi on uu");
  EXPECT_EQ(search_key("Số 125/ĐT"), "so 125 dt");
  EXPECT_NE(search_key("Giấy khai tử"), search_key("Giấy khai sinh"));
}

TEST(Unicode, WhatIsNotUtf8HasNoForm) {
  for (const char* bad : {"\xC3", "a\xFFz", "\xED\xA0\x80", "\xC0\x80"}) {
    EXPECT_FALSE(is_nfc(bad));
    EXPECT_EQ(to_nfc(bad), "");
    EXPECT_EQ(search_key(bad), "");
    EXPECT_EQ(upper_case(bad), bad);
  }
  EXPECT_TRUE(is_nfc(""));
}

TEST(Unicode, CapitalsOfVietnamese) {
  EXPECT_EQ(upper_case("sctđt/bs"), "SCTĐT/BS");
  EXPECT_EQ(upper_case("Ủy ban ế ữ ậ"), "ỦY BAN Ế Ữ Ậ");
}

TEST(Unicode, TrimmedLosesTheBlanksAround) {
  EXPECT_EQ(trimmed(" \t a b\r\n"), "a b");
  EXPECT_EQ(trimmed(" \n"), "");
}

}  // namespace
}  // namespace antin::service
