#include "verifier/units.h"

#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

namespace antin::verifier {
namespace {

constexpr const char* kTable = R"(
schema = "antin-units/1"
[[unit]]
code = "H40.7"
name = "Ủy ban nhân dân phường Trường Thi"
also = ["UBND P. Trường Thi"]
[[unit.former]]
name = "Ủy ban nhân dân xã Quỳnh Diễn"
from = 2010-01-01
until = 2025-06-30
[[unit]]
code = "H40.8"
name = "Ủy ban nhân dân xã Đông Sơn"
certificates = ["0101010101010101010101010101010101010101010101010101010101010101"]
)";

CertificateSummary certificate(const std::string& name, std::vector<std::string> organizations,
                               std::vector<std::string> units = {},
                               std::vector<std::string> places = {}) {
  const UtcTime epoch{std::chrono::sys_seconds{}};
  return {.name = name,
          .organization = {},
          .issuer = {},
          .serial = {},
          .sha256 = std::string(64, 'a'),
          .not_before = epoch,
          .not_after = epoch,
          .organizations = std::move(organizations),
          .units = std::move(units),
          .places = std::move(places)};
}

SignerRules with_table() {
  SignerRules rules;
  rules.units = UnitTable::read(kTable).value();
  return rules;
}

TEST(NameKey, ForgivesHowANameIsWritten) {
  const auto key = name_key("Ủy ban nhân dân xã Hòa Bình");
  for (const char* same :
       {"ỦY BAN NHÂN DÂN XÃ HÒA BÌNH", "Uỷ ban nhân dân xã Hoà Bình", "UBND xã Hòa  Bình",
        "ubnd xã hoà bình",
        "U\xCC\x89y ban nh\x61\xCC\x82n d\x61\xCC\x82n xa\xCC\x83 Ho\x61\xCC\x80 Bi\xCC\x80nh"})
    EXPECT_EQ(name_key(same), key) << same;
}

TEST(NameKey, ForgivesNoLetterAndNoTone) {
  const auto key = name_key("Ủy ban nhân dân xã Tân Lập");
  for (const char* other : {"Ủy ban nhân dân xã Tân Lạp", "Ủy ban nhân dân xã Tan Lập",
                            "Ủy ban nhân dân phường Tân Lập", "Ủy ban nhân dân xã Tân Lập 2", ""})
    EXPECT_NE(name_key(other), key) << other;
  EXPECT_NE(name_key("Đông"), name_key("Dong"));
}

TEST(UnitTable, V20_KnowsNamesOfTodayAndOfBefore) {
  const auto rules = with_table();
  const auto found = rules.units.named("UBND xã Quỳnh Diễn");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0]->code, "H40.7");
  ASSERT_NE(UnitTable::former(*found[0], "UBND xã Quỳnh Diễn"), nullptr);
  EXPECT_EQ(UnitTable::former(*found[0], "UBND xã Quỳnh Diễn")->until, "2025-06-30");
  EXPECT_EQ(UnitTable::former(*found[0], "UBND p trường thi"), nullptr);
  EXPECT_TRUE(rules.units.named("UBND xã Quỳnh Diện").empty());
}

TEST(UnitTable, TheOneThatIsInstalledIsEmptyAndInOrder) {
  std::ifstream in{ANTIN_SOURCE_DIR "/packaging/policies/units.toml"};
  const std::string text{std::istreambuf_iterator<char>{in}, {}};
  ASSERT_TRUE(UnitTable::read(text));
  EXPECT_TRUE(UnitTable::read(text).value().named("Ủy ban nhân dân phường B").empty());
}

TEST(UnitTable, RefusesWhatItDoesNotUnderstandAndNamesTheKey) {
  const auto wrong = [](const std::string& more) {
    const auto read = UnitTable::read("schema = \"antin-units/1\"\n" + more);
    EXPECT_FALSE(read) << more;
    return read ? std::string{} : read.error().params.at(0).second;
  };
  const std::string unit = "[[unit]]\ncode = \"1\"\nname = \"A\"\n";
  EXPECT_EQ(wrong("x = 1"), "x");
  EXPECT_EQ(wrong("[[unit]]\nname = \"A\""), "unit.code");
  EXPECT_EQ(wrong(unit + "fomer = []"), "unit.fomer");
  EXPECT_EQ(wrong(unit + "certificates = [\"00\"]"), "unit.certificates");
  EXPECT_EQ(wrong(unit + "[[unit.former]]\nname = \"B\"\nfrom = 2025-01-02\nuntil = 2025-01-01"),
            "unit.former.until");
  EXPECT_EQ(wrong(unit + unit), "unit.code");
  EXPECT_FALSE(UnitTable::read(""));
  EXPECT_FALSE(UnitTable::read("schema = \"antin-units/2\""));
}

TEST(SignerRole, TellsAPersonFromAnAgencyByItsName) {
  const SignerRules rules;
  EXPECT_EQ(role_of(certificate("Ban Văn Đoàn", {"UBND xã A"}), rules), SignerRole::kPerson);
  EXPECT_EQ(role_of(certificate("ỦY BAN NHÂN DÂN XÃ A", {}), rules), SignerRole::kAgency);
  EXPECT_EQ(role_of(certificate("Công ty X", {"Công ty X"}), rules), SignerRole::kAgency);
  EXPECT_EQ(role_of(certificate("Chi nhánh X", {"Tổng công ty"}, {"Chi nhánh X"}), rules),
            SignerRole::kAgency);
  auto pinned = certificate("Không rõ", {});
  pinned.sha256 = std::string(64, '0');
  for (std::size_t i = 1; i < 64; i += 2) pinned.sha256[i] = '1';
  EXPECT_EQ(role_of(pinned, rules), SignerRole::kPerson);
  EXPECT_EQ(role_of(pinned, with_table()), SignerRole::kAgency);
}

TEST(SameUnit, GoesByNamesWhereNobodyKnowsMore) {
  const SignerRules rules;
  const auto officer = certificate("Lê An", {"UBND tỉnh B"}, {"Văn phòng", "UBND xã A"});
  EXPECT_EQ(same_unit(officer, certificate("Ủy ban nhân dân xã A", {}), rules), SameUnit::kYes);
  // The province's seal does not go with the commune's officer, though the name is in both.
  EXPECT_EQ(same_unit(officer, certificate("UBND tỉnh B", {}), rules), SameUnit::kUnknown);
  EXPECT_EQ(same_unit(officer, certificate("UBND xã C", {}), rules), SameUnit::kUnknown);
  EXPECT_EQ(same_unit(certificate("Lê An", {}), certificate("UBND xã A", {}), rules),
            SameUnit::kUnknown);
}

TEST(SameUnit, DoesNotMixUpTwoCommunesOfOneName) {
  const SignerRules rules;
  const auto officer = certificate("Lê An", {"UBND xã A"}, {}, {"Nghệ An"});
  EXPECT_EQ(same_unit(officer, certificate("UBND xã A", {}, {}, {"Tỉnh Nghệ An"}), rules),
            SameUnit::kYes);
  EXPECT_EQ(same_unit(officer, certificate("UBND xã A", {}, {}, {"Hà Tĩnh"}), rules),
            SameUnit::kUnknown);
}

TEST(SameUnit, GoesByTheTableWhereItKnowsBoth) {
  const auto rules = with_table();
  const auto officer = certificate("Lê An", {"UBND xã Quỳnh Diễn"});
  EXPECT_EQ(same_unit(officer, certificate("UBND phường Trường Thi", {}), rules), SameUnit::kYes);
  EXPECT_EQ(same_unit(officer, certificate("UBND xã Đông Sơn", {}), rules), SameUnit::kNo);
}

}  // namespace
}  // namespace antin::verifier
