#include "service/office/office.h"

#include <gtest/gtest.h>

#include "tests/unit/service/office/shipped.h"

namespace antin::office {
namespace {

const std::string kCertificateA(64, 'a');
const std::string kCertificateB(64, 'b');
const std::string kCertificateC(64, 'c');

constexpr const char* kUnits = R"(schema = "antin-units/1"
[[unit]]
code = "H40.01"
name = "Ủy ban nhân dân xã Đô Lương"
[[unit.former]]
name = "Ủy ban nhân dân thị trấn Đô Lương"
from = 2010-01-01
until = 2025-06-30
[[unit]]
code = "H40.02"
name = "Ủy ban nhân dân xã Bạch Ngọc"
)";

UnitTable units() {
  return UnitTable::read(kUnits).value();
}

std::string table() {
  return R"(schema = "antin-office/1"
[[person]]
id = "an"
name = "Nguyễn Văn An"
certificates = [")" +
         kCertificateA + R"("]
[[person]]
id = "binh"
name = "Trần Thị Bình"
certificates = [")" +
         kCertificateB + "\", \"" + kCertificateC + R"("]
[[person]]
id = "cuc"
name = "Lê Thị Cúc"
[[authorisation]]
person = "an"
unit = "H40.01"
duty = "nguoi_thuc_hien_chung_thuc"
capacity = "CHỦ TỊCH"
basis = "01/QĐ-HĐND"
from = "2026-01-01"
[[authorisation]]
person = "binh"
unit = "H40.01"
duty = "nguoi_thuc_hien_chung_thuc"
capacity = "KT. CHỦ TỊCH PHÓ CHỦ TỊCH"
basis = "12/QĐ-UBND"
certificate = ")" +
         kCertificateB + R"("
from = "2026-03-01"
to = "2026-06-30"
[[authorisation]]
person = "binh"
unit = "H40.01"
duty = "nguoi_thuc_hien_chung_thuc"
capacity = "TUQ. CHỦ TỊCH"
basis = "15/UQ-UBND"
from = "2026-05-01"
to = "2026-06-30"
[[authorisation]]
person = "an"
unit = "H40.01"
duty = "nguoi_co_tham_quyen"
capacity = "TM. ỦY BAN NHÂN DÂN CHỦ TỊCH"
basis = "01/QĐ-HĐND"
from = "2026-01-01"
[[authorisation]]
person = "cuc"
unit = "H40.01"
duty = "van_thu"
capacity = "Văn thư"
basis = "02/QĐ-UBND"
from = "2026-01-01"
[[authorisation]]
person = "binh"
unit = "H40.01"
duty = "van_thu"
capacity = "Văn thư"
basis = "03/QĐ-UBND"
from = "2026-02-01"
to = "2026-12-31"
[[hand_over]]
unit = "H40.01"
to = "cuc"
at = "2026-01-02T08:00:00+07:00"
permission = "04/QĐ-UBND"
[[series]]
unit = "H40.01"
book = "ban_sao_dien_tu"
symbol = "SCTĐT/BS"
)";
}

Office office() {
  return Office::make(read_office(table()).value(), units()).value();
}

UtcTime vietnam(const std::string& local) {
  return from_rfc3339(local + "+07:00").value();
}

SignQuestion question(const std::string& person, const std::string& certificate,
                      const std::string& capacity, const char* on) {
  return {person, "H40.01", certificate, capacity, day(on)};
}

TEST(Office, C03_WhoeverIsAuthorisedCertifies) {
  const auto chairman = office().may_certify(question("an", kCertificateA, "", "2026-06-01"));
  ASSERT_TRUE(chairman);
  EXPECT_EQ(chairman.value().capacity, "CHỦ TỊCH");
  EXPECT_EQ(chairman.value().capacity_kind, Capacity::kOwn);
  EXPECT_EQ(chairman.value().unit_name, "Ủy ban nhân dân xã Đô Lương");
  const auto deputy = office().may_certify(
      question("binh", kCertificateB, "kt. chủ tịch  phó chủ tịch", "2026-06-30"));
  ASSERT_TRUE(deputy);
  EXPECT_EQ(deputy.value().capacity, "KT. CHỦ TỊCH PHÓ CHỦ TỊCH");
  EXPECT_EQ(deputy.value().capacity_kind, Capacity::kKT);
  EXPECT_EQ(deputy.value().basis, "12/QĐ-UBND");
}

TEST(Office, C03_OutsideTheDatesNobodyCertifies) {
  const auto late = office().may_certify(question("binh", kCertificateB, "", "2026-07-01"));
  EXPECT_EQ(late.error().code, Code::kAuthorisationDates);
  EXPECT_EQ(office().may_certify(question("an", kCertificateA, "", "2025-12-31")).error().code,
            Code::kAuthorisationDates);
  EXPECT_TRUE(office().may_certify(question("an", kCertificateA, "", "2026-01-01")));
}

TEST(Office, C03_OtherDutiesAndUnitsGiveNoRight) {
  EXPECT_EQ(office().may_certify(question("cuc", "", "", "2026-06-01")).error().code,
            Code::kNotAuthorised);
  EXPECT_EQ(office().may_sign(question("binh", kCertificateB, "", "2026-06-01")).error().code,
            Code::kNotAuthorised);
  auto elsewhere = question("an", kCertificateA, "", "2026-06-01");
  elsewhere.unit = "H40.02";
  EXPECT_EQ(office().may_certify(elsewhere).error().code, Code::kNotAuthorised);
  elsewhere.unit = "H40.99";
  EXPECT_EQ(office().may_certify(elsewhere).error().code, Code::kUnitUnknown);
  EXPECT_EQ(office().may_certify(question("dung", "", "", "2026-06-01")).error().code,
            Code::kPersonUnknown);
}

TEST(Office, R11_TheCertificateIsTheOwnOne) {
  EXPECT_EQ(office().may_sign(question("an", kCertificateB, "", "2026-06-01")).error().code,
            Code::kCertificateOfOther);
  EXPECT_EQ(office().may_sign(question("an", std::string(64, 'f'), "", "2026-06-01")).error().code,
            Code::kCertificateOfOther);
  const auto signs = office().may_sign(question("an", kCertificateA, "", "2026-06-01"));
  ASSERT_TRUE(signs);
  EXPECT_EQ(signs.value().capacity_kind, Capacity::kTM);
  // An authorisation for one certificate is none for the other.
  EXPECT_EQ(office().may_certify(question("binh", kCertificateC, "", "2026-03-01")).error().code,
            Code::kCertificateOfOther);
  EXPECT_EQ(office().person_with_certificate(kCertificateC)->id, "binh");
  EXPECT_EQ(office().person_with_certificate(std::string(64, 'f')), nullptr);
}

TEST(Office, R11_TheCapacityIsChosenFromTheAuthorisations) {
  EXPECT_EQ(office().authorisations("binh", "H40.01", Duty::kCertify, day("2026-06-01")).size(),
            2U);
  const auto chosen =
      office().may_certify(question("binh", kCertificateB, "TUQ. CHỦ TỊCH", "2026-06-01"));
  ASSERT_TRUE(chosen);
  EXPECT_EQ(chosen.value().basis, "15/UQ-UBND");
  for (const char* other : {"", "CHỦ TỊCH", "TUQ. CHU TICH"})
    EXPECT_EQ(
        office().may_certify(question("binh", kCertificateB, other, "2026-06-01")).error().code,
        Code::kCapacityNotHeld)
        << other;
  EXPECT_EQ(office().may_certify(question("an", "", "TUQ. CHỦ TỊCH", "2026-06-01")).error().code,
            Code::kCapacityNotHeld);
}

TEST(Office, R11_FormsOfCapacities) {
  EXPECT_EQ(capacity_of("TM. ỦY BAN NHÂN DÂN"), Capacity::kTM);
  EXPECT_EQ(capacity_of("Q. CHỦ TỊCH"), Capacity::kQ);
  EXPECT_EQ(capacity_of("KT. CHỦ TỊCH PHÓ CHỦ TỊCH"), Capacity::kKT);
  EXPECT_EQ(capacity_of("TL. CHỦ TỊCH"), Capacity::kTL);
  EXPECT_EQ(capacity_of("TUQ. CHỦ TỊCH"), Capacity::kTUQ);
  EXPECT_EQ(capacity_of("CHỦ TỊCH"), Capacity::kOwn);
}

TEST(Office, A01_OnlyTheKeeperUsesTheSeal) {
  const auto at = vietnam("2026-06-01T10:00:00");
  EXPECT_EQ(office().seal_keeper("H40.01", at), "cuc");
  ASSERT_TRUE(office().may_seal("cuc", "H40.01", at));
  EXPECT_EQ(office().may_seal("binh", "H40.01", at).error().code, Code::kSealKeptByOther);
  EXPECT_EQ(office().may_seal("an", "H40.01", at).error().code, Code::kSealKeptByOther);
  EXPECT_EQ(office().may_seal("cuc", "H40.02", at).error().code, Code::kSealWithoutKeeper);
  EXPECT_EQ(office().may_seal("cuc", "H40.01", vietnam("2026-01-02T07:59:59")).error().code,
            Code::kSealWithoutKeeper);
}

TEST(Office, A01_TheHandOverSwitchesTheKeeper) {
  const auto at = vietnam("2026-06-01T10:00:00");
  const auto before = office();
  const auto after = before.with({"H40.01", "cuc", "binh", at, "07/QĐ-UBND"});
  ASSERT_TRUE(after);
  EXPECT_TRUE(after.value().may_seal("binh", "H40.01", at));
  EXPECT_EQ(after.value().may_seal("cuc", "H40.01", at).error().code, Code::kSealKeptByOther);
  EXPECT_TRUE(after.value().may_seal("cuc", "H40.01", vietnam("2026-06-01T09:59:59")));
  EXPECT_TRUE(before.may_seal("cuc", "H40.01", at));
  // Keeping it does not help when the assignment has ended.
  EXPECT_EQ(after.value().may_seal("binh", "H40.01", vietnam("2027-01-01T00:00:00")).error().code,
            Code::kAuthorisationDates);
}

TEST(Office, A01_AHandOverIsRefusedUnlessItIsWhole) {
  const auto at = vietnam("2026-06-01T10:00:00");
  const std::vector<std::pair<HandOver, const char*>> bad{
      {{"H40.01", "binh", "an", at, "7"}, "người giao"},
      {{"H40.01", "", "binh", at, "7"}, "người giao"},
      {{"H40.01", "cuc", "cuc", at, "7"}, "người nhận"},
      {{"H40.01", "cuc", "an", at, "7"}, "người nhận"},
      {{"H40.01", "cuc", "binh", vietnam("2026-01-15T10:00:00"), "7"}, "người nhận"},
      {{"H40.01", "cuc", "binh", at, " "}, "số văn bản cho phép"},
      {{"H40.01", "", "cuc", vietnam("2026-01-01T10:00:00"), "7"}, "thời gian"},
      {{"H40.01", "cuc", "binh", vietnam("2026-01-02T08:00:00"), "7"}, "thời gian"}};
  for (const auto& [one, reason] : bad) {
    const auto read = office().with(one);
    ASSERT_FALSE(read) << reason;
    EXPECT_EQ(read.error().code, Code::kHandOver);
    EXPECT_EQ(read.error().params.front().second, reason);
  }
  EXPECT_EQ(office().with({"H40.99", "cuc", "binh", at, "7"}).error().code, Code::kUnitUnknown);
  EXPECT_EQ(office().with({"H40.01", "cuc", "dung", at, "7"}).error().code, Code::kPersonUnknown);
}

TEST(Office, V20_AUnitHadAnotherName) {
  const auto table = units();
  const auto* unit = table.with_code("H40.01");
  EXPECT_EQ(unit_name(*unit, day("2025-06-30")), "Ủy ban nhân dân thị trấn Đô Lương");
  EXPECT_EQ(unit_name(*unit, day("2025-07-01")), "Ủy ban nhân dân xã Đô Lương");
  EXPECT_EQ(unit_name(*unit, day("2009-12-31")), "Ủy ban nhân dân xã Đô Lương");
}

TEST(Office, C09_AUnitChoosesSymbolAndFormat) {
  const auto rules = shipped().at(day("2026-06-01")).value();
  const auto& book = *find(rules->books, "ban_sao_dien_tu");
  EXPECT_EQ(office().series("H40.01", book).symbol, "SCTĐT/BS");
  EXPECT_EQ(office().series("H40.01", book).format, "{n}/ĐT");
  EXPECT_EQ(office().series("H40.02", book).symbol, "SCT/BS");
  EXPECT_EQ(office().series("H40.02", *find(rules->books, "ban_sao_so_goc")).symbol, "");
}

TEST(Office, R17_FourPartsOnlyWhereTheTableSaysSo) {
  EXPECT_FALSE(office().has_four_part_qr("H40.01"));
  const std::string setting = "[[result_qr]]\nunit = \"H40.01\"\ncontent = \"tt_01_2023\"\n";
  const auto made = [](const std::string& more) -> Result<Office> {
    ANTIN_TRY(auto data, read_office(table() + more));
    return Office::make(std::move(data), units());
  };
  const auto with = made(setting);
  ASSERT_TRUE(with);
  EXPECT_TRUE(with.value().has_four_part_qr("H40.01"));
  EXPECT_FALSE(with.value().has_four_part_qr("H40.02"));
  for (const auto& wrong :
       {setting + setting,
        std::string("[[result_qr]]\nunit = \"H40.99\"\ncontent = \"tt_01_2023\"\n"),
        std::string("[[result_qr]]\nunit = \"H40.01\"\ncontent = \"ten\"\n"),
        std::string("[[result_qr]]\nunit = \"H40.01\"\n"), setting + "more = 1\n"})
    EXPECT_EQ(made(wrong).error().code, Code::kOfficeTable) << wrong;
}

class OfficeTable : public testing::TestWithParam<std::pair<const char*, const char*>> {};

TEST_P(OfficeTable, StopsAtWhatContradictsItself) {
  auto text = table();
  const auto at = text.find(GetParam().first);
  ASSERT_NE(at, std::string::npos);
  text.replace(at, std::string_view{GetParam().first}.size(), GetParam().second);
  auto data = read_office(text);
  const auto error = data ? Office::make(std::move(data).value(), units()).error() : data.error();
  EXPECT_EQ(error.code, Code::kOfficeTable);
}

INSTANTIATE_TEST_SUITE_P(
    Damage, OfficeTable,
    testing::Values(
        std::pair{"antin-office/1", "antin-office/2"}, std::pair{"id = \"an\"", "id = \"binh\""},
        std::pair{"id = \"an\"", "id = \"An\""}, std::pair{"Nguyễn", "Nguye\xCC\x82\xCC\x83n"},
        std::pair{"name = \"Nguyễn Văn An\"", "title = \"x\""},
        std::pair{"certificates = [\"a", "certificates = [\"x"},
        std::pair{"certificate = \"b", "certificate = \"a"},
        std::pair{"unit = \"H40.01\"", "unit = \"H40.99\""},
        std::pair{"person = \"an\"", "person = \"dung\""}, std::pair{"\"van_thu\"", "\"keeper\""},
        std::pair{"\"2026-03-01\"", "\"2026-07-01\""},
        std::pair{"from = \"2026-03-01\"", "from = \"2026-02-30\""},
        std::pair{"to = \"cuc\"", "to = \"an\""},
        std::pair{"2026-01-02T08:00:00+07:00", "2026-01-02"},
        std::pair{"permission = \"04/QĐ-UBND\"", "permission = \" \""},
        std::pair{"symbol = \"SCTĐT/BS\"", "format = \"{m}\""},
        std::pair{"[[series]]", "[[number]]"}));

TEST(OfficeTable, OneCertificateHasOnePerson) {
  auto data = read_office(table()).value();
  data.people.back().certificates = {kCertificateA};
  EXPECT_EQ(Office::make(std::move(data), units()).error().code, Code::kOfficeTable);
}

TEST(OfficeTable, A01_HandOversFollowEachOther) {
  auto data = read_office(table()).value();
  data.hand_overs.push_back({"H40.01", "cuc", "binh", vietnam("2026-03-02T08:00:00"), "8"});
  data.hand_overs.push_back({"H40.01", "binh", "cuc", vietnam("2026-04-02T08:00:00"), "9"});
  const auto whole = Office::make(data, units());
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole.value().seal_keeper("H40.01", vietnam("2026-03-15T08:00:00")), "binh");
  EXPECT_EQ(whole.value().seal_keeper("H40.01", vietnam("2026-05-01T08:00:00")), "cuc");
  std::swap(data.hand_overs[1], data.hand_overs[2]);
  EXPECT_EQ(Office::make(data, units()).error().code, Code::kOfficeTable);
}

TEST(OfficeTable, OneSettingPerBook) {
  auto data = read_office(table()).value();
  data.series.push_back(data.series.front());
  EXPECT_EQ(Office::make(std::move(data), units()).error().code, Code::kOfficeTable);
}

TEST(OfficeTable, ThePackagesTableIsEmptyAndGood) {
  std::ifstream in{ANTIN_SOURCE_DIR "/packaging/policies/office.toml"};
  std::string text{std::istreambuf_iterator<char>{in}, {}};
  const auto data = read_office(text);
  ASSERT_TRUE(data);
  EXPECT_TRUE(data.value().people.empty());
  EXPECT_TRUE(Office::make(data.value(), UnitTable{}));
}

}  // namespace
}  // namespace antin::office
