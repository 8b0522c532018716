// The program as clerks start it: exit codes, what stands on stdout, the file that comes out.

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <sys/wait.h>

#include <gtest/gtest.h>

#include "tests/fakes/pictures.h"
#include "tests/fakes/temp_folder.h"

namespace antin {
namespace {

using Json = nlohmann::json;

struct Outcome {
  int exit;
  std::string out;
};

Outcome run(const std::string& command) {
  std::string out;
  auto* const pipe = ::popen((command + " 2>&1").c_str(), "r");
  if (pipe == nullptr) return {-1, {}};
  std::array<char, 4'096> buffer{};
  for (std::size_t got = 0; (got = std::fread(buffer.data(), 1, buffer.size(), pipe)) > 0;)
    out.append(buffer.data(), got);
  const int status = ::pclose(pipe);
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, out};
}

class AntinCapture : public testing::Test {
 protected:
  std::string write(const std::string& name, const Bytes& octets) {
    auto path = folder_.path() + "/" + name;
    std::ofstream{path, std::ios::binary} << as_text(octets);
    return path;
  }
  Outcome capture(const std::string& words) {
    return run(std::string(ANTIN_CAPTURE_PROGRAM) + " capture " + words + " -o " + out());
  }
  std::string out() const { return folder_.path() + "/out.pdf"; }

  fakes::TempFolder folder_{"capture"};
};

TEST_F(AntinCapture, S21_R06_ThreeKindsOfFilesInTheOrderWanted) {
  using test::sheet;
  const auto files =
      write("1.jpg", test::jpeg(sheet(827, 1165, 1))) + " " +
      write("2.tif", test::tiff({{sheet(827, 1165, 2), {}}, {sheet(1165, 827, 3), {}}})) + " " +
      write("4.png", test::png(sheet(827, 1165, 4)));
  const auto done = capture(files + " --order 4,3,1,2 --rotate 3:90 --pages 4 --paper A6 --json");
  ASSERT_EQ(done.exit, 0) << done.out;
  const auto report = Json::parse(done.out);
  EXPECT_EQ(report.at("schema"), "antin-capture/1");
  EXPECT_TRUE(report.at("fits"));
  ASSERT_EQ(report.at("pages").size(), 4U);
  EXPECT_EQ(report.at("pages")[1].at("file"), 2);
  EXPECT_EQ(report.at("pages")[1].at("rotate"), 90);
  EXPECT_EQ(report.at("pages")[1].at("paper"), "A6");
  EXPECT_LT(report.at("pages")[1].at("width_mm"), report.at("pages")[1].at("height_mm"));
  // Another reader's opinion.
  EXPECT_EQ(run("qpdf --check " + out()).exit, 0);
  EXPECT_EQ(run("pdfinfo " + out() + " | grep -c 'Pages: *4$'").out, "1\n");
}

TEST_F(AntinCapture, R06_SaysPageByPageWhatIsWrong) {
  const auto coarse = write("a.jpg", test::jpeg(test::sheet(620, 874, 1), {.x = 150, .y = 150}));
  const auto judged = capture(coarse + " --lang vi");
  EXPECT_EQ(judged.exit, 1);
  EXPECT_NE(judged.out.find("Trang 1: 150 dpi, yêu cầu tối thiểu 200 dpi"), std::string::npos)
      << judged.out;
}

TEST_F(AntinCapture, S21_WhatIsNoScanIsRefusedAndNothingIsWritten) {
  const auto zip = write("scan.pdf", to_bytes("PK\x03\x04"));
  const auto refused = capture(zip + " --lang vi");
  EXPECT_EQ(refused.exit, 3);
  EXPECT_NE(refused.out.find("Định dạng tệp không được hỗ trợ. Chấp nhận: PDF, PNG, JPEG, TIFF."),
            std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(out()));
  const auto good = write("a.jpg", test::jpeg(test::sheet(827, 1165, 1)));
  EXPECT_EQ(capture(good + " --order 1,2").exit, 3);
  EXPECT_EQ(capture(good + " --rotate 1:45").exit, 3);
  EXPECT_EQ(capture(good).exit, 0);
  EXPECT_EQ(capture(good).exit, 3);  // it exists
  EXPECT_EQ(capture(good + " --force").exit, 0);
}

}  // namespace
}  // namespace antin
