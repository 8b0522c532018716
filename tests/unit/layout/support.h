#pragma once

// What the tests of layouts share: templates as they are installed, pictures and words by poppler.

#include <cstdlib>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

#include "service/layout/layout.h"
#include "service/layout/stamp.h"
#include "tests/fakes/counting_random.h"
#include "tests/fakes/debian_tool.h"
#include "tests/fakes/pdf_builder.h"

namespace antin::service::layout {

// In one piece: pictures are large.
inline std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary | std::ios::ate);
  EXPECT_TRUE(in) << path;
  std::string text(in ? static_cast<std::size_t>(in.tellg()) : 0, '\0');
  in.seekg(0);
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  return text;
}

inline std::string installed_toml(const std::string& id) {
  return read_file(std::string{ANTIN_SOURCE_DIR "/packaging/layouts/"} + id + ".toml");
}
inline Layout installed(const std::string& id) {
  auto layout = read_layout(installed_toml(id));
  EXPECT_TRUE(layout) << id << ": " << to_log_line(layout.error());
  return layout ? std::move(layout).value() : Layout{};
}

/// Asks for nothing yet.
inline StampRequest asked_of(const Bytes& document) {
  return {.document = SharedBytes{document},
          .password = {},
          .limits = {},
          .attestation = nullptr,
          .data = {},
          .style = {},
          .qr = {}};
}

/// A page as pdftoppm draws it, read strictly.
class PopplerPictures final : public PagePictures {
 public:
  Result<Picture> draw(const SharedBytes& document, std::size_t page, unsigned dpi) override {
    ANTIN_TRY(const auto octets, draw_pnm(document, page, dpi));
    ANTIN_TRY(auto raster, pdf::picture::read_pnm(as_bytes(octets), dpi));
    return Picture{std::move(raster), complete && said.empty()};
  }
  Result<std::string> draw_pnm(const SharedBytes& document, std::size_t page, unsigned dpi) {
    const fakes::TempFolder folder{"pages"};
    const auto path = folder.path() + "/file.pdf";
    std::ofstream{path, std::ios::binary} << as_text(document.view());
    const auto number = std::to_string(page + 1);
    said = fakes::output_of("pdftoppm -cropbox -singlefile -r " + std::to_string(dpi) + " -f " +
                            number + " " + path + " " + folder.path() + "/p");
    return read_file(folder.path() + "/p.ppm");
  }
  std::string said;  ///< by pdftoppm, of the last page
  bool complete = true;
};

inline std::string text_of(const Bytes& pdf, int page) {
  const auto number = std::to_string(page);
  return fakes::said_of(pdf, "pdftotext -layout -f " + number + " -l " + number, "-");
}

/// With ANTIN_KEEP_LAYOUTS=folder what the tests make is kept there, to be looked at.
inline void keep(const Bytes& pdf, const std::string& name) {
  const char* folder = std::getenv("ANTIN_KEEP_LAYOUTS");
  if (folder != nullptr)
    std::ofstream{std::string{folder} + "/" + name + ".pdf", std::ios::binary} << as_text(pdf);
}

/// One page whose content and further entries the test says; /Helv is Helvetica.
struct TestPage {
  std::string media = "[0 0 595.276 841.89]";
  std::string entries = {}, content = {};
};
inline Bytes pages(const std::vector<TestPage>& all) {
  test::PdfBuilder pdf;
  pdf.put(1, "<</Type/Catalog/Pages 2 0 R>>");
  std::string kids;
  for (std::size_t i = 0; i < all.size(); ++i) kids += std::to_string(10 + 2 * i) + " 0 R ";
  pdf.put(2, "<</Type/Pages/Kids[" + kids + "]/Count " + std::to_string(all.size()) + ">>");
  pdf.put(3, "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>");
  for (std::size_t i = 0; i < all.size(); ++i) {
    const int number = static_cast<int>(10 + 2 * i);
    pdf.put(number, "<</Type/Page/Parent 2 0 R/MediaBox" + all[i].media +
                        "/Resources<</Font<</Helv 3 0 R>>>>/Contents " +
                        std::to_string(number + 1) + " 0 R" + all[i].entries + ">>");
    pdf.put_stream(number + 1, "", all[i].content);
  }
  pdf.finish_table("/Root 1 0 R");
  return to_bytes(pdf.bytes().view());
}

/// Lines of text from the top of an upright A4 page down to `bottom` points.
inline std::string lines_down_to(double bottom) {
  std::string content = "BT /Helv 11 Tf 14 TL 85 790 Td ";
  for (double y = 790; y >= bottom; y -= 14)
    content += "(Ban chinh giay to nay co noi dung tu tren xuong duoi cua trang) Tj T* ";
  return content + "ET";
}

inline Bytes joined(const Bytes& before, const Bytes& tail) {
  Bytes all = before;
  all.insert(all.end(), tail.begin(), tail.end());
  return all;
}

inline Data attestation_data() {
  return {.values = {{"so", "125/ĐT"},
                     {"quyen", "01/2026"},
                     {"ky_hieu", "SCT/BS"},
                     {"ngay", "2026-11-21"},
                     {"chuc_vu", "KT. CHỦ TỊCH\nPHÓ CHỦ TỊCH"},
                     {"ho_ten", "Nguyễn Thị Ánh Nguyệt"}},
          .rows = {}};
}

inline const Place* place_named(const Stamped& stamped, const std::string& name) {
  for (const auto& place : stamped.places) {
    if (place.name == name) return &place;
  }
  return nullptr;
}

template <class T>
Code code_of(const Result<T>& result) {
  return result ? Code::kSigned : result.error().code;
}

}  // namespace antin::service::layout
