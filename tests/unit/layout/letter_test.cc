// New documents from templates: letters, copies from the register, books, lines, printouts.

#include "service/layout/letter.h"

#include <gtest/gtest.h>

#include "pdf/write/appearance.h"
#include "tests/unit/layout/support.h"

namespace antin::service::layout {
namespace {

/// Values for everything a template wants, the test's own first.
Data all_values(const Layout& layout, std::map<std::string, std::string> own) {
  Data data{.values = std::move(own), .rows = {}};
  for (const auto& wanted : layout.values) {
    if (wanted.need == Wanted::Need::kMayBeEmpty) continue;
    const std::string usual = wanted.form == Wanted::Form::kDay       ? "2026-11-03"
                              : wanted.form == Wanted::Form::kInstant ? "2026-11-03T09:05"
                                                                      : "Giá trị " + wanted.name;
    data.values.try_emplace(wanted.name, usual.substr(0, wanted.most));
  }
  return data;
}

const std::map<std::string, std::string> kOffice = {{"co_quan", "ỦY BAN NHÂN DÂN\nXÃ ĐÔ LƯƠNG"},
                                                    {"so", "15/TB-UBND"},
                                                    {"dia_danh", "Đô Lương"},
                                                    {"ngay", "2026-03-05"},
                                                    {"chuc_vu", "KT. CHỦ TỊCH\nPHÓ CHỦ TỊCH"},
                                                    {"ho_ten", "Nguyễn Thị Ánh Nguyệt"}};

class Letter : public ::testing::Test {
 protected:
  Composed made(const std::string& id, std::map<std::string, std::string> own,
                std::vector<std::vector<std::string>> rows = {}, const std::string& qr = {}) {
    const auto layout = installed(id);
    for (const auto& given : kOffice) {
      const bool wanted = std::any_of(layout.values.begin(), layout.values.end(),
                                      [&](const Wanted& one) { return one.name == given.first; });
      if (wanted) own.insert(given);
    }
    auto data = all_values(layout, std::move(own));
    data.rows = std::move(rows);
    auto composed =
        letter({.layout = &layout, .data = data, .qr = qr, .made_at = {}}, pictures_, random_);
    EXPECT_TRUE(composed) << to_log_line(composed.error());
    if (!composed) return {};
    keep(composed.value().pdf, "letter-" + id);
    return std::move(composed).value();
  }
  // Whatever the layout does with lines, the words follow each other.
  static void expect_words(const Bytes& pdf, const std::string& words) {
    auto text = fakes::said_of(pdf, "pdftotext -raw", "-");
    std::replace(text.begin(), text.end(), '\n', ' ');
    EXPECT_NE(text.find(words), std::string::npos) << words << "\n" << text;
  }

  PopplerPictures pictures_;
  fakes::CountingRandom random_;
};

TEST_F(Letter, C05_RefusalHasTheGroundVerbatimAndPlacesForExplanationAndReceiver) {
  const std::string ground = "Bản chính bị hư hỏng, cũ nát, không xác định được nội dung.";
  const auto letter = made("tu-choi-chung-thuc", {{"nguoi_yeu_cau", "Trần Văn Bé"},
                                                  {"ten_giay_to", "Giấy khai sinh của Trần Thị Ả"},
                                                  {"can_cu", ground}});
  expect_words(letter.pdf, ground);
  expect_words(letter.pdf, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM");
  expect_words(letter.pdf, "Độc lập - Tự do - Hạnh phúc");
  expect_words(letter.pdf, "Đô Lương, ngày 05 tháng 3 năm 2026");
  for (const auto* mark : {"ground", "explanation", "receiver", "officer"})
    EXPECT_TRUE(std::any_of(letter.places.begin(), letter.places.end(), [&](const Place& place) {
      return place.name == mark;
    })) << mark;
}

TEST_F(Letter, C15_AppointmentSaysHourAndDay) {
  const auto letter =
      made("phieu-hen", {{"ma_ho_so", "000.00.01.H55-261103-0007"},
                         {"viec", "Trả kết quả chứng thực bản sao từ bản chính"},
                         {"nguoi_yeu_cau", "Trần Văn Bé"},
                         {"ten_giay_to", "Bằng tốt nghiệp trung học phổ thông"},
                         {"tiep_nhan", "2026-11-03T15:20"},
                         {"hen_tra", "2026-11-04T11:30"},
                         {"ly_do", "tiếp nhận sau 15 giờ"},
                         {"noi_tra", "Trung tâm Phục vụ hành chính công xã Đô Lương"}});
  expect_words(letter.pdf, "Thời gian trả kết quả: 11 giờ 30 phút, ngày 04 tháng 11 năm 2026.");
}

TEST_F(Letter, R03_NoEntryIsAnsweredInWriting) {
  const auto letter = made("khong-co-so-goc", {{"ly_do", "Không có thông tin trong sổ gốc"},
                                               {"ten_giay_to", "Giấy khai sinh"},
                                               {"nguoi_duoc_cap", "Lê Thị Ỷ"}});
  expect_words(letter.pdf, "Không có thông tin trong sổ gốc.");
}

TEST_F(Letter, R01_EveryFieldOfTheRegisterIsInTheCopyAndTheQrCodeStandsFree) {
  const std::vector<std::vector<std::string>> rows = {
      {"Họ, chữ đệm, tên", "ĐẶNG THỊ QUỲNH GIAO"},
      {"Ngày, tháng, năm sinh", "09/02/1996"},
      {"Nơi sinh", "Bệnh viện đa khoa huyện Đô Lương, tỉnh Nghệ An"},
      {"Dân tộc", "Kinh"},
      {"Quê quán", "Xã Đô Lương, tỉnh Nghệ An; trước ngày 01/7/2025 là xã Yên Sơn, huyện Đô Lương"},
      {"Ghi chú", "Không"}};
  const auto copy = made("ban-sao-tu-so-goc",
                         {{"ten_giay_to", "GIẤY KHAI SINH"},
                          {"so_goc", "Sổ đăng ký khai sinh quyển số 02/1996"},
                          {"so_vao_so", "45/1996"},
                          {"ngay_vao_so", "1996-02-20"}},
                         rows, "https://tra-cuu.example.vn/v/7KQ4M2ZP9XW3TR8B");
  expect_words(copy.pdf, "BẢN SAO GIẤY KHAI SINH");
  for (const auto& row : rows) {
    expect_words(copy.pdf, row[0] + ":");
    expect_words(copy.pdf, row[1]);
  }
  expect_words(copy.pdf, "số vào sổ 45/1996, ngày vào sổ 20/02/1996.");
  EXPECT_TRUE(std::any_of(copy.places.begin(), copy.places.end(),
                          [](const Place& place) { return place.name == "qr"; }));
}

TEST_F(Letter, C19_BookPrintRepeatsItsHeadsAndShowsEveryRow) {
  std::vector<std::vector<std::string>> rows;
  for (int i = 1; i <= 60; ++i) {
    const auto number = (i < 10 ? "0" : "") + std::to_string(i);
    rows.push_back({number + "/ĐT", "03/11/2026", "Người yêu cầu " + number,
                    "Bằng tốt nghiệp trung học phổ thông số B" + number,
                    "Nguyễn Thị Ánh Nguyệt, Phó Chủ tịch", "1", "2.000",
                    i == 7 ? "Hủy: nhập sai tên giấy tờ 名" : ""});
  }
  const auto book = made("so-chung-thuc",
                         {{"co_quan", "ỦY BAN NHÂN DÂN XÃ ĐÔ LƯƠNG"},
                          {"loai_so", "Bản sao điện tử"},
                          {"quyen", "01/2026"},
                          {"ky_hieu", "SCT/BS"},
                          {"ky", "tháng 11 năm 2026"},
                          {"so_viec", "60"},
                          {"so_ban_sao", "60"},
                          {"tong_phi", "120.000"},
                          {"so_huy", "1"},
                          {"khoa_so", "năm 2026"}},
                         rows);
  EXPECT_GE(book.pages, 3U);
  for (int page = 1; page <= static_cast<int>(book.pages); ++page) {
    const auto text = text_of(book.pdf, page);
    EXPECT_NE(text.find(std::to_string(page) + "/" + std::to_string(book.pages)),
              std::string::npos);
  }
  EXPECT_NE(text_of(book.pdf, 2).find("Ghi chú"), std::string::npos);
  const auto all = fakes::said_of(book.pdf, "pdftotext -raw", "-");
  for (const auto& row : rows) EXPECT_NE(all.find(row[0]), std::string::npos) << row[0];
  expect_words(book.pdf, "Cộng tháng 11 năm 2026: 60 việc chứng thực; 60 bản sao;");
  expect_words(book.pdf, "Khóa sổ năm 2026");
}

TEST_F(Letter, R04_R07_LinesLeaveTheTimeToTheSignature) {
  const auto copy = line_appearance(
      installed("dong-sao"),
      {.values = {{"hinh_thuc", "SAO Y"}, {"co_quan", "ỦY BAN NHÂN DÂN XÃ \"ĐÔ LƯƠNG\""}},
       .rows = {}});
  ASSERT_TRUE(copy) << to_log_line(copy.error());
  const auto load = [](const std::string&) -> Result<Bytes> { return Bytes{}; };
  const auto look = pdf::read_appearance(copy.value(), load);
  ASSERT_TRUE(look) << to_log_line(look.error());
  EXPECT_EQ(look.value().kind, pdf::Appearance::Kind::kCopyLine);
  EXPECT_EQ(look.value().lines.at(0).text,
            "SAO Y; ỦY BAN NHÂN DÂN XÃ \"ĐÔ LƯƠNG\"; {date}; {clock} +07:00");
  const auto appendix = line_appearance(
      installed("dong-phu-luc"), {.values = {{"so_ky_hieu", "12/2026/QĐ-UBND"}}, .rows = {}});
  ASSERT_TRUE(appendix);
  EXPECT_EQ(pdf::read_appearance(appendix.value(), load).value().lines.at(0).text,
            "Số: 12/2026/QĐ-UBND; {date}; {clock} +07:00");
  EXPECT_EQ(code_of(line_appearance(installed("dong-phu-luc"),
                                    {.values = {{"so_ky_hieu", "{clock}"}}, .rows = {}})),
            Code::kLayoutValueFormat);
}

TEST_F(Letter, R16_PrintoutShowsEveryPageWholeAboveItsFoot) {
  const auto footer = installed("ban-in-chuyen-doi");
  const auto document =
      pages({{.content = lines_down_to(60)},
             {.entries = "/Rotate 90/CropBox[50 50 500 800]", .content = lines_down_to(400)},
             {.media = "[0 0 1190.55 841.89]", .content = lines_down_to(30)}});
  const auto made = printout({.document = SharedBytes{document},
                              .password = {},
                              .limits = {},
                              .footer = &footer,
                              .data = {.values = {{"co_quan", "Ủy ban nhân dân xã Đô Lương"},
                                                  {"he_thong", "Hệ thống chứng thực điện tử"},
                                                  {"ma", "000.00.01.H55-261103-0007-KQ(1)"},
                                                  {"ngay", "2026-11-21"},
                                                  {"ho_ten", "Lê Thị Ỷ"}},
                                       .rows = {}},
                              .qr = "https://tra-cuu.example.vn/v/7KQ4M2ZP9XW3TR8B",
                              .made_at = {}});
  ASSERT_TRUE(made) << to_log_line(made.error());
  keep(made.value().pdf, "printout");
  EXPECT_EQ(made.value().pages, 3U);
  for (int page = 1; page <= 3; ++page) {
    const auto text = text_of(made.value().pdf, page);
    EXPECT_NE(text.find("Chuyển đổi từ bản điện tử ngày 21/11/2026 bởi Lê Thị Ỷ"),
              std::string::npos);
    EXPECT_NE(text.find("tệp này không có chữ ký số"), std::string::npos);
  }
  const auto lines = [](const std::string& text) {
    std::size_t count = 0;
    for (auto at = text.find("Ban chinh"); at != std::string::npos;
         at = text.find("Ban chinh", at + 1))
      ++count;
    return count;
  };
  EXPECT_EQ(lines(text_of(made.value().pdf, 1)), lines(text_of(document, 1)));
}

TEST(Template, A09_RefusesWhatItDoesNotDeclare) {
  const auto good = installed_toml("loi-chung-ban-sao");
  EXPECT_EQ(code_of(read_layout(good + "\n[[block]]\ntext = \"{khac}\"\n")),
            Code::kLayoutPlaceholder);
  EXPECT_EQ(code_of(read_layout(good + "\n[[block]]\ntext = \"{so\"\n")), Code::kLayoutTemplate);
  EXPECT_EQ(code_of(read_layout(good + "\n[[block]]\nteext = \"a\"\n")), Code::kConfigUnknownKey);
  EXPECT_EQ(code_of(read_layout("schema = \"antin-layout/2\"")), Code::kConfigSchema);
  const auto layout = installed("loi-chung-ban-sao");
  EXPECT_EQ(code_of(check_in_force(layout, *read_day("2020-05-21"))), Code::kLayoutNotInForce);
  EXPECT_TRUE(check_in_force(layout, *read_day("2026-11-21")));
  EXPECT_FALSE(read_day("2026-02-29"));
}

TEST(Template, A07_ValuesAreCheckedBeforeTheyAreDrawn) {
  const auto layout = installed("loi-chung-ban-sao");
  const auto with = [&](const std::string& name, const std::string& value) {
    auto data = attestation_data();
    data.values[name] = value;
    return code_of(filled(layout, data, {}));
  };
  EXPECT_EQ(with("so", "126/ĐT"), Code::kSigned);
  EXPECT_EQ(with("so", ""), Code::kLayoutValueMissing);
  EXPECT_EQ(with("khac", "1"), Code::kLayoutValueUnknown);
  EXPECT_EQ(with("ho_ten", "Nguye\u0302\u0303n"), Code::kLayoutValueNotNfc);
  EXPECT_EQ(with("ho_ten", "An\nBình"), Code::kLayoutValueNotNfc);
  EXPECT_EQ(with("ho_ten", "\u202EAn"), Code::kLayoutValueNotNfc);
  EXPECT_EQ(with("ho_ten", std::string(61, 'a')), Code::kLayoutValueTooLong);
  EXPECT_EQ(with("ngay", "21/11/2026"), Code::kLayoutValueFormat);
  // A value is never read as a template.
  auto data = attestation_data();
  data.values["ho_ten"] = "{so}";
  const auto blocks = filled(layout, data, {});
  ASSERT_TRUE(blocks);
  EXPECT_EQ(blocks.value().back().texts.at(0).text, "{so}");
}

}  // namespace
}  // namespace antin::service::layout
