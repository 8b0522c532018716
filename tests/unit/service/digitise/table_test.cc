#include "service/digitise/table.h"

#include <gtest/gtest.h>

namespace antin::digitise {
namespace {

constexpr const char* kToday = "2026-11-21";
constexpr const char* kHeading =
    "Họ và tên chủ sở hữu;Số định danh;Mã thủ tục;Mã giấy tờ;Số ký hiệu;Ngày cấp;Cơ quan cấp;"
    "Thời hạn hiệu lực;Tên tệp\r\n";
constexpr const char* kGood =
    "Nguyễn Thị Ánh;001085012345;1.001234;KQ.01;12/GP-UBND;05/03/2020;UBND xã Đô Lương;vĩnh "
    "viễn;a.pdf\r\n";

Row row_of(const std::string& line) {
  auto table = read_table(std::string(kHeading) + line, "t", kToday);
  EXPECT_TRUE(table);
  EXPECT_EQ(table.value().rows.size(), 1U);
  return table.value().rows.at(0);
}

std::string with(const std::string& what, const std::string& by) {
  std::string line(kGood);
  line.replace(line.find(what), what.size(), by);
  return line;
}

Code first_fault(const std::string& line) {
  const auto row = row_of(line);
  return row.faults.empty() ? Code::kInternal : row.faults.front().code;
}

TEST(DigitiseTable, ReadsWhatASpreadsheetOfVietNamWrites) {
  const auto row = row_of(kGood);
  EXPECT_TRUE(row.good());
  EXPECT_EQ(row.line, 2U);
  EXPECT_EQ(row.facts.holder, "Nguyễn Thị Ánh");
  EXPECT_EQ(row.facts.holder_id, "001085012345");
  EXPECT_EQ(row.facts.day, "2020-03-05");
  EXPECT_EQ(row.facts.year(), 2020);
  EXPECT_EQ(row.facts.until, "");
  EXPECT_EQ(row.facts.reference, "t-2");
  EXPECT_EQ(row.files, std::vector<std::string>{"a.pdf"});
}

// a decomposed name is the same name; headings are found without accents and in English.
TEST(DigitiseTable, A07_HeadingsAndNamesInAnyForm) {
  const auto table = read_table(
      "\xEF\xBB\xBFholder,holder_id,procedure,kind,NUMBER,date,issuer,valid_until,files\n"
      "Nguye\xCC\x82\xCC\x83n A\xCC\x81nh,001085012345,1.1,K,1,2020-03-05,Xa,permanent,x.png\n",
      "t", kToday);
  ASSERT_TRUE(table);
  ASSERT_TRUE(table.value().rows.at(0).good());
  EXPECT_EQ(table.value().rows.at(0).facts.holder, "Nguyễn Ánh");
}

TEST(DigitiseTable, NamesEveryFaultWithItsRow) {
  const auto row = row_of(";1085012345;mã sai;KQ.01;12/GP;5/3/2020;UBND;hôm qua;../a.pdf\r\n");
  EXPECT_FALSE(row.good());
  ASSERT_EQ(row.faults.size(), 6U);
  EXPECT_EQ(row.faults[0].code, Code::kDigitiseCellMissing);
  for (std::size_t i = 1; i < row.faults.size(); ++i)
    EXPECT_EQ(row.faults[i].code, Code::kDigitiseCell) << i;
  for (const auto& fault : row.faults)
    EXPECT_NE(sentence(fault.code, Language::kVietnamese, fault.params).find("Dòng 2"),
              std::string::npos);
}

TEST(DigitiseTable, RefusesTwinsOfWhatItAccepts) {
  EXPECT_EQ(first_fault(with("05/03/2020", "22/11/2026")), Code::kDigitiseCell);  // tomorrow
  EXPECT_EQ(first_fault(with("05/03/2020", "31/02/2020")), Code::kDigitiseCell);
  EXPECT_EQ(first_fault(with("vĩnh viễn", "20/11/2026")), Code::kDigitiseExpired);
  EXPECT_TRUE(row_of(with("vĩnh viễn", "21/11/2026")).good());
  EXPECT_EQ(first_fault(with("vĩnh viễn", "01/01/2019")), Code::kDigitiseCell);  // before its day
  EXPECT_EQ(first_fault(with("vĩnh viễn", "")), Code::kDigitiseCellMissing);
  EXPECT_EQ(first_fault(with("a.pdf", "a.pdf | a.pdf")), Code::kDigitiseCell);
  EXPECT_EQ(first_fault(with(";a.pdf", "")), Code::kDigitiseTable);  // a cell is missing
  EXPECT_EQ(row_of(with("a.pdf", "a.pdf | b.png")).files.size(), 2U);
}

TEST(DigitiseTable, IdentifiersAreWholeOrRefused) {
  EXPECT_EQ(holder_id(" 001 085 012 345 "), "001085012345");
  EXPECT_EQ(holder_id("123456789"), "123456789");
  EXPECT_EQ(holder_id("b1234567"), "B1234567");
  EXPECT_EQ(holder_id("0100109106"), "0100109106");  // check digit 6
  EXPECT_EQ(holder_id("0100109106-001"), "0100109106-001");
  EXPECT_FALSE(holder_id("0100109107"));
  EXPECT_FALSE(holder_id("85012345"));  // zeros that a spreadsheet ate
  EXPECT_FALSE(holder_id("1085012345"));
  EXPECT_FALSE(holder_id("1.08501E+11"));
  EXPECT_FALSE(holder_id(""));
}

// C-23, TT 03/2025 Đ5.
TEST(DigitiseTable, C23_WhatIsSecretIsStopped) {
  const auto read = [](const char* answer) {
    return read_table(
               "holder,holder_id,procedure,kind,number,date,issuer,valid_until,files,secret\n"
               "A,001085012345,1.1,K,1,2020-03-05,X,permanent,x.png," +
                   std::string(answer) + "\n",
               "t", kToday)
        .value()
        .rows.at(0);
  };
  EXPECT_TRUE(read("không").good());
  EXPECT_EQ(read("Có").faults.at(0).code, Code::kSecretPaper);
  EXPECT_EQ(read("?").faults.at(0).code, Code::kDigitiseCell);
}

// the same paper twice, a scan of two rows; the first stays good.
TEST(DigitiseTable, A03_WhatTwoRowsCannotBothHave) {
  const auto table = read_table(
      std::string(kHeading) + kGood + with("a.pdf", "b.pdf") + with("12/GP", "13/GP"), "t", kToday);
  ASSERT_TRUE(table);
  const auto& rows = table.value().rows;
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_TRUE(rows[0].good());
  EXPECT_EQ(rows[1].faults.at(0).code, Code::kDigitiseRowTwice);
  EXPECT_EQ(rows[2].faults.at(0).code, Code::kDigitiseFileTwice);
}

TEST(DigitiseTable, ARowToMendKeepsItsReferenceAndIsReadAgain) {
  auto row = row_of(with("a.pdf", "x/a.pdf"));
  auto text = csv_line(heading(Language::kVietnamese), ';') +
              csv_line(to_mend(row, Language::kVietnamese), ';');
  const auto again = read_table(text, "other", kToday);
  ASSERT_TRUE(again);
  EXPECT_EQ(again.value().rows.at(0).cells.at(static_cast<std::size_t>(Column::kReference)), "t-2");
  const auto bad = text.find("x/a.pdf");
  text.replace(bad, 7, "a.pdf");
  const auto mended = read_table(text, "other", kToday);
  ASSERT_TRUE(mended);
  EXPECT_TRUE(mended.value().rows.at(0).good());
  EXPECT_EQ(mended.value().rows.at(0).facts.reference, "t-2");
}

TEST(DigitiseTable, RefusesAHeadingThatItDoesNotUnderstand) {
  const auto code = [](const char* text) {
    const auto table = read_table(text, "t", kToday);
    return table ? Code::kInternal : table.error().code;
  };
  EXPECT_EQ(code("họ tên\n"), Code::kDigitiseColumn);
  EXPECT_EQ(code("holder,holder\n"), Code::kDigitiseColumn);
  EXPECT_EQ(code("holder\n"), Code::kDigitiseColumn);
  EXPECT_EQ(code(""), Code::kDigitiseTable);
}

TEST(DigitiseCsv, IsStrictWhereAValueCouldMove) {
  const auto code = [](std::string_view text) {
    const auto csv = read_csv(text);
    return csv ? Code::kInternal : csv.error().code;
  };
  EXPECT_EQ(read_csv("a;b\r\n\"x;\"\"y\"\"\";z\r\n;;\r\n").value().rows.at(1).cells.at(0),
            "x;\"y\"");
  EXPECT_EQ(code("a,b\n\"x,y\n"), Code::kDigitiseTable);
  EXPECT_EQ(code("a,b\nx\"y,z\n"), Code::kDigitiseTable);
  EXPECT_EQ(code("a,b\n\"x\"y,z\n"), Code::kDigitiseTable);
  EXPECT_EQ(code("a,b\n\xFF,z\n"), Code::kDigitiseEncoding);
  EXPECT_EQ(code(std::string_view("a\0b", 3)), Code::kDigitiseTable);
}

TEST(DigitiseCsv, HasLimits) {
  const CsvLimits few{.octets = 100, .rows = 2, .cells = 3, .cell = 5};
  const auto code = [&](const std::string& text) {
    const auto csv = read_csv(text, few);
    return csv ? Code::kInternal : csv.error().code;
  };
  EXPECT_EQ(code("a\n1\n2\n"), Code::kInternal);
  EXPECT_EQ(code("a\n1\n2\n3\n"), Code::kDigitiseTableLimit);
  EXPECT_EQ(code("a,b,c,d\n"), Code::kDigitiseTableLimit);
  EXPECT_EQ(code("123456\n"), Code::kDigitiseTableLimit);
  EXPECT_EQ(code(std::string(101, 'a')), Code::kDigitiseTableLimit);
}

}  // namespace
}  // namespace antin::digitise
