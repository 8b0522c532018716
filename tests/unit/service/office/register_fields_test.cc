#include "service/office/register_fields.h"

#include <gtest/gtest.h>

#include "tests/unit/service/office/shipped.h"

namespace antin::office {
namespace {

using Given = std::map<std::string, std::string>;

const OriginRegister& births() {
  static const auto rules = shipped().at(day("2026-11-23")).value();
  return *find(rules->registers, "khai_sinh");
}

Given birth() {
  return {{"ho_ten", "Đặng Thị Quỳnh Giao"},
          {"ngay_sinh", "1996-02-09"},
          {"gioi_tinh", "Nữ"},
          {"nam_sinh_me", "1970"}};
}

Code code_with(const char* field, const std::string& value) {
  auto given = birth();
  given[field] = value;
  const auto read = read_fields(births(), given);
  return read ? Code::kInternal : read.error().code;
}

TEST(RegisterFields, R01_FieldsStandInTheOrderOfTheRegister) {
  const auto fields = read_fields(births(), birth()).value();
  ASSERT_EQ(fields.size(), 4U);
  EXPECT_EQ(fields[0].label, "Họ, chữ đệm, tên");
  EXPECT_EQ(fields[0].shown(), "Đặng Thị Quỳnh Giao");
  EXPECT_EQ(fields[1].value, "1996-02-09");
  EXPECT_EQ(fields[1].shown(), "09/02/1996");
  EXPECT_EQ(fields[3].shown(), "1970");
  EXPECT_EQ(holder_of(births(), fields), "Đặng Thị Quỳnh Giao");
}

TEST(RegisterFields, R01_WhatTheRegisterDoesNotSayIsNotInTheCopy) {
  auto given = birth();
  given["ghi_chu"] = "  ";
  EXPECT_EQ(read_fields(births(), given).value().size(), 4U);
}

TEST(RegisterFields, R01_ADayMayBeKnownInPart) {
  for (const auto* known : {"1950", "1950-05", "1950-05-12", "2024-02-29"})
    EXPECT_EQ(code_with("ngay_sinh", known), Code::kInternal) << known;
  for (const auto* none : {"1950-13", "1950-02-30", "12/05/1950", "195", "1950-5", "19500"})
    EXPECT_EQ(code_with("ngay_sinh", none), Code::kOriginFacts) << none;
  EXPECT_EQ((FieldValue{"", "", RegisterField::Type::kDay, "1950-05"}.shown()), "05/1950");
}

TEST(RegisterFields, R01_WhatIsNoEntryIsRefused) {
  EXPECT_EQ(code_with("colour", "đỏ"), Code::kOriginFacts);
  EXPECT_EQ(code_with("ho_ten", ""), Code::kOriginFacts);
  EXPECT_EQ(code_with("ho_ten", std::string(201, 'a')), Code::kOriginFacts);
  EXPECT_EQ(code_with("ho_ten", std::string(200, 'a')), Code::kInternal);
  EXPECT_EQ(code_with("ho_ten", "a\nb"), Code::kOriginFacts);
  // Decomposed letters (TCVN 6909:2001).
  EXPECT_EQ(code_with("ho_ten", "Đặng Thị Hue\xCC\xA3"), Code::kOriginFacts);
}

TEST(RegisterFields, A09_EveryShippedRegisterNamesItsHolder) {
  const auto rules = shipped().at(day("2026-11-23")).value();
  EXPECT_GE(rules->registers.size(), 4U);
  for (const auto& kept : rules->registers) {
    const auto* holder = find(kept.fields, kept.holder);
    ASSERT_NE(holder, nullptr) << kept.code;
    EXPECT_TRUE(holder->required) << kept.code;
  }
}

TEST(RegisterFields, A09_AListThatIsNotOneIsRefused) {
  const auto files_with = [](const std::string& what, const std::string& with) {
    auto files = shipped_files();
    for (auto& file : files) {
      if (file.name != "registers.toml") continue;
      const auto at = file.text.find(what);
      EXPECT_NE(at, std::string::npos) << what;
      file.text.replace(at, what.size(), with);
    }
    return LegalData::read(files);
  };
  EXPECT_TRUE(files_with("khai_sinh", "khai_sinh_cu"));
  for (const auto& [what, with] : {std::pair{R"(holder = "ho_ten")", R"(holder = "ten")"},
                                   std::pair{R"(holder = "ho_ten")", R"(holder = "ghi_chu")"},
                                   std::pair{R"(type = "day")", R"(type = "ngay")"},
                                   std::pair{R"(code = "ket_hon")", R"(code = "khai_sinh")"},
                                   std::pair{"most = 20", "most = 0"}})
    EXPECT_FALSE(files_with(what, with)) << with;
}

}  // namespace
}  // namespace antin::office
