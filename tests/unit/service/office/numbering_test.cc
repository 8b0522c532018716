#include "service/office/numbering.h"

#include <regex>

#include <gtest/gtest.h>

namespace antin::office {
namespace {

NumberFormat format(const char* setting) {
  return NumberFormat::parse(setting).value();
}

TEST(Numbering, C10_TwoDigitsAtLeast) {
  const auto plain = format("{n}");
  EXPECT_EQ(plain.text(1), "01");
  EXPECT_EQ(plain.text(9), "09");
  EXPECT_EQ(plain.text(10), "10");
  EXPECT_EQ(plain.text(100), "100");
  EXPECT_EQ(format("{n}/ĐT").text(125), "125/ĐT");
  EXPECT_EQ(format("{n}/ĐT").text(5), "05/ĐT");
}

TEST(Numbering, C09_AFormatHoldsTheNumberOnce) {
  EXPECT_TRUE(NumberFormat::parse("ĐT-{n}"));
  for (const char* bad : {"", "ĐT", "{n}{n}", "{n}/{x}", "{n} /ĐT", "2{n}", "{n}/2026", "{n}/\x01",
                          "{n}/\xFF", "{n}/D\xCC\xA3", "{n}/mot-ky-hieu-dai-hon-ba-muoi-hai"}) {
    const auto read = NumberFormat::parse(bad);
    ASSERT_FALSE(read) << bad;
    EXPECT_EQ(read.error().code, Code::kNumberFormat);
  }
}

TEST(Numbering, C09_ReadsWhatPeopleType) {
  const auto electronic = format("{n}/ĐT");
  for (const char* typed : {"125/ĐT", "0125 / đt", "125/DT", "125dt", "125", " số 125/ĐT ",
                            "Số chứng thực: 125", "125/\xC4\x90T"}) {
    const auto number = electronic.number(typed);
    ASSERT_TRUE(number) << typed;
    EXPECT_EQ(number.value(), 125U) << typed;
  }
  EXPECT_EQ(format("ĐT{n}").number("dt 05").value(), 5U);
}

TEST(Numbering, C09_RefusesNumbersOfAnotherSeries) {
  const auto paper = format("{n}");
  for (const char* typed :
       {"125/ĐT", "", "0", "00", "12/34", "1.5", "99999999999", "abc", "-", "số"})
    EXPECT_EQ(paper.number(typed).error().code, Code::kNumberUnreadable) << typed;
  EXPECT_FALSE(format("{n}/ĐT").number("125/SY"));
  EXPECT_FALSE(format("{n}/ĐT").number("HS 125"));
}

TEST(Numbering, EveryNumberIsReadBack) {
  for (const char* setting : {"{n}", "{n}/ĐT", "ĐT-{n}", "{n}.BS"}) {
    const auto one = format(setting);
    for (const std::uint32_t n : {1U, 9U, 10U, 99U, 100U, 4'294'967'295U})
      EXPECT_EQ(one.number(one.text(n)).value(), n) << one.text(n);
  }
}

TEST(BookName, C09_NameAndSymbol) {
  const BookName book{1, 2026, "SCT/BS"};
  EXPECT_EQ(book.text(), "01/2026");
  EXPECT_EQ(book.full(), "01/2026-SCT/BS");
  EXPECT_EQ((BookName{12, 2026, ""}).full(), "12/2026");
}

TEST(BookName, C09_ReadsWhatPeopleType) {
  for (const char* typed : {"01/2026-SCT/BS", "1/2026 - sct/bs", "quyển số 01/2026 - SCT/BS",
                            "Quyển 01 / 2026 – SCT / BS", "số: 01/2026—SCT/BS"}) {
    const auto book = BookName::parse(typed);
    ASSERT_TRUE(book) << typed;
    EXPECT_EQ(book.value().full(), "01/2026-SCT/BS") << typed;
  }
  EXPECT_EQ(BookName::parse("1/2026").value().full(), "01/2026");
  EXPECT_EQ(BookName::parse("02/2026-sctđt/bs").value().symbol, "SCTĐT/BS");
}

TEST(BookName, C09_RefusesWhatIsNoBook) {
  for (const char* typed : {"", "2026", "01", "0/2026", "/2026", "01/26", "01/20260", "01/1899",
                            "01/2026 SCT/BS", "01/2026-", "sách 01/2026",
                            "01/2015 + 01/2016 - SCT/BS", "99999999999/2026", "01/2026-\xFF"})
    EXPECT_EQ(BookName::parse(typed).error().code, Code::kNumberUnreadable) << typed;
}

TEST(Numbering, TheKeyIsTheRegisters) {
  EXPECT_EQ(number_key("0125 / ĐT"), number_key("125/đt"));
  EXPECT_NE(number_key("125"), number_key("125/ĐT"));
}

TEST(Numbering, R12_NumberAndSymbolOfADocument) {
  EXPECT_EQ(document_number_line(5, "QĐ-UBND"), "Số: 05/QĐ-UBND");
  EXPECT_EQ(document_number(125, "QĐ-UBND"), "125/QĐ-UBND");
}

TEST(ResultCode, R13_IsTheDossierAndAnOrdinal) {
  const std::regex form{R"(^.+-KQ\([1-9][0-9]*\)$)"};
  for (const std::uint32_t n : {1U, 2U, 10U, 123U}) {
    const auto code = ResultCode::make("000.00.07.H40-261121-0005", n);
    ASSERT_TRUE(code);
    EXPECT_TRUE(std::regex_match(code.value().text(), form)) << code.value().text();
    const auto back = ResultCode::parse(code.value().text());
    ASSERT_TRUE(back);
    EXPECT_EQ(back.value().dossier, "000.00.07.H40-261121-0005");
    EXPECT_EQ(back.value().ordinal, n);
  }
  EXPECT_EQ(ResultCode::make("HS1", 1).value().text(), "HS1-KQ(1)");
}

TEST(ResultCode, R13_RefusesWhatIsNone) {
  for (const char* bad :
       {"", "-KQ(1)", "HS1-KQ(0)", "HS1-KQ(01)", "HS1-KQ()", "HS1-KQ(1", "HS1-KQ(-1)", "HS1",
        "HS 1-KQ(1)", "HS1-KQ(1)-KQ(2)", "HS1-KQ(99999999999)", "HS1-kq(1)"})
    EXPECT_EQ(ResultCode::parse(bad).error().code, Code::kPaperCode) << bad;
  EXPECT_EQ(ResultCode::make("HS1", 0).error().code, Code::kPaperCode);
  EXPECT_EQ(ResultCode::make("HS1-KQ(1)", 1).error().code, Code::kPaperCode);
}

TEST(PaperCode, R15_FourPartsWithDots) {
  EXPECT_EQ((PaperCode{"040123456789", "KS01", "12/QĐ-UBND", 1}.text().value()),
            "040123456789.KS01.12/QĐ-UBND.01");
  EXPECT_EQ((PaperCode{"040123456789", "KS.01", "STP-SCT", 99}.text().value()),
            "040123456789.KS.01.STP-SCT.99");
  EXPECT_EQ((PaperCode{"040123456789", "KS01", "12 / QĐ", 10}.text().value()),
            "040123456789.KS01.12/QĐ.10");
}

TEST(PaperCode, R15_RefusesPartsThatCannotStandThere) {
  const std::string longer(101, 'x');
  for (const auto& bad : {PaperCode{"", "KS01", "1", 1}, PaperCode{"0401.2", "KS01", "1", 1},
                          PaperCode{"0401", "", "1", 1}, PaperCode{"0401", "KS 01", "1", 1},
                          PaperCode{"0401", "KS01", " ", 1}, PaperCode{"0401", "KS01", "a\nb", 1},
                          PaperCode{"0401", "KS01", longer, 1}, PaperCode{"0401", "KS01", "1", 0},
                          PaperCode{"0401", "KS01", "1", 100}})
    EXPECT_EQ(bad.text().error().code, Code::kPaperCode);
}

}  // namespace
}  // namespace antin::office
