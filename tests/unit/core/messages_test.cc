// The message catalogue of the requirements (M-01 to M-20): what people read, letter by letter.
// Where the catalogue of the requirements has two sentences in one (M-03, M-14), each has a row of
// its own.
#include <algorithm>

#include <gtest/gtest.h>

#include "certs/core/codes.h"

namespace antin {
namespace {

bool says(std::string_view number, std::string_view sentence) {
  return std::any_of(all_codes().begin(), all_codes().end(), [&](const CodeInfo& row) {
    return row.m_number == number && row.vi == sentence;
  });
}

TEST(Messages, M01_M02_WhetherItWasSigned) {
  EXPECT_TRUE(says("M-01", "Ký số thành công."));
  EXPECT_TRUE(says("M-02", "Ký số không thành công: {ly_do}"));
  EXPECT_FALSE(says("M-01", "Ký số không thành công: {ly_do}"));
}

TEST(Messages, M03_TheCertificateIsNotValidToday) {
  EXPECT_TRUE(says("M-03", "Chứng thư số đã hết hạn từ ngày {ngay}. Không được ký số."));
  // The day stands in brackets: "từ ngày" belongs to the other half of the sentence.
  EXPECT_TRUE(says(
      "M-03", "Chứng thư số chưa có hiệu lực (có hiệu lực từ ngày {ngay}). Không được ký số."));
}

TEST(Messages, M04_M05_M06_M20_TheDevice) {
  EXPECT_TRUE(says("M-04",
                   "Thiết bị lưu khóa bí mật đã bị rút ra. Tệp chưa bị thay đổi; vui lòng cắm lại "
                   "thiết bị và thực hiện lại."));
  EXPECT_TRUE(says("M-05", "Mã PIN không đúng. Còn {n} lần thử trước khi thiết bị bị khóa."));
  EXPECT_TRUE(
      says("M-06", "Thiết bị chỉ còn 01 lần thử mã PIN. Nếu nhập sai, thiết bị sẽ bị khóa."));
  EXPECT_TRUE(says("M-20", "Không nạp được thư viện PKCS#11 {tep}: {ly_do}"));
}

TEST(Messages, M07_M11_M12_TheCertificateAndItsIssuer) {
  EXPECT_TRUE(says("M-07",
                   "Cảnh báo: không kiểm tra được trạng thái thu hồi của chứng thư số (OCSP/CRL "
                   "không phản hồi)."));
  EXPECT_TRUE(says("M-11", "Chứng thư số đã bị thu hồi từ {thoi_diem}."));
  EXPECT_TRUE(says("M-12", "Chứng thư số không thuộc tổ chức chứng thực tin cậy."));
}

TEST(Messages, M08_M10_M13_TheDocument) {
  EXPECT_TRUE(says("M-08", "Định dạng tệp không được hỗ trợ. Chấp nhận: PDF, PNG, JPEG, TIFF."));
  EXPECT_TRUE(
      says("M-10", "Tài liệu đã được khóa bởi chữ ký số trước đó, không cho phép ký thêm."));
  EXPECT_TRUE(says("M-13", "Nội dung tài liệu đã bị thay đổi sau khi ký số."));
}

TEST(Messages, M14_TheVerdict) {
  EXPECT_TRUE(says("M-14", "Chữ ký số hợp lệ."));
  EXPECT_TRUE(says("M-14", "Chữ ký số không hợp lệ."));
}

TEST(Messages, M15_M16_M17_WhatTheRegisterHas) {
  EXPECT_TRUE(says(
      "M-15", "Bản sao điện tử đã bị hủy bỏ giá trị pháp lý theo Quyết định số {so} ngày {ngay}."));
  EXPECT_TRUE(says("M-16",
                   "Bản sao điện tử khớp với bản lưu trong sổ chứng thực: số {so}, quyển số "
                   "{quyen}, ngày {ngay}."));
  EXPECT_TRUE(says("M-17", "Không tìm thấy số chứng thực trong sổ chứng thực của {don_vi}."));
}

TEST(Messages, M18_M19_WhatIsStillMissing) {
  EXPECT_TRUE(says("M-18",
                   "Không kết nối được máy chủ dấu thời gian. Chữ ký đã được tạo nhưng chưa có dấu "
                   "thời gian; chưa được phát hành."));
  EXPECT_TRUE(says("M-19",
                   "Chưa có chữ ký số của người thực hiện chứng thực; không được ký số của cơ "
                   "quan."));
}

TEST(Messages, HaveTheNumbersOfTheCatalogueAndNoOthers) {
  for (const auto& row : all_codes()) {
    if (row.m_number.empty()) continue;
    EXPECT_GE(row.m_number, "M-01") << row.name;
    EXPECT_LE(row.m_number, "M-20") << row.name;
    // M-09 refuses to sign; here a file that opens with its password is signed, and the sentence
    // about the password says what is needed instead.
    EXPECT_NE(row.m_number, "M-09") << row.name;
  }
}

}  // namespace
}  // namespace antin
