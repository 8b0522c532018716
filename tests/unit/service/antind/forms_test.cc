#include <gtest/gtest.h>

#include "service/antind/multipart.h"
#include "service/antind/query.h"

namespace antin::service {
namespace {

std::string part(std::string_view head, std::string_view content) {
  return "--B\r\n" + std::string(head) + "\r\n\r\n" + std::string(content) + "\r\n";
}
constexpr const char* kFile = "Content-Disposition: form-data; name=\"file\"; filename=\"đơn.pdf\"";

TEST(Multipart, FindsPartsWithTheirNamesAndContents) {
  const auto body =
      part(std::string(kFile) + "\r\nContent-Type: application/pdf", "%PDF\r\n--Cross\r\n") +
      part("content-disposition:form-data;name=empty", "") + "--B--\r\n";
  const auto parts = read_multipart(as_bytes(body), "B");
  ASSERT_TRUE(parts) << to_log_line(parts.error());
  ASSERT_EQ(parts.value().size(), 2U);
  const auto& file = parts.value()[0];
  EXPECT_EQ(file.name, "file");
  EXPECT_EQ(file.file_name, "đơn.pdf");
  EXPECT_EQ(file.content_type, "application/pdf");
  EXPECT_EQ(body.substr(file.begin, file.size), "%PDF\r\n--Cross\r\n");
  EXPECT_EQ(parts.value()[1].name, "empty");
  EXPECT_EQ(parts.value()[1].size, 0U);
}

TEST(Multipart, RefusesWhatTwoReadersCouldSplitDifferently) {
  const auto whole = part(kFile, "x") + "--B--\r\n";
  ASSERT_TRUE(read_multipart(as_bytes(whole), "B"));
  const std::vector<std::pair<const char*, std::string>> rows{
      {"empty", ""},
      {"preamble", "hello\r\n" + whole},
      {"epilogue", whole + "x"},
      {"no closing boundary", part(kFile, "x")},
      {"cut inside the head", "--B\r\n" + std::string(kFile)},
      {"content with a line that begins like a boundary", part(kFile, "a\r\n--Bx\r\nb") + "--B--"},
      {"boundary line goes on", "--Bx\r\n" + whole},
      {"bare line feeds", "--B\n" + std::string(kFile) + "\n\nx\n--B--\n"},
      {"no disposition", part("Content-Type: a/b", "x") + "--B--"},
      {"two dispositions", part(std::string(kFile) + "\r\n" + kFile, "x") + "--B--"},
      {"no name", part("Content-Disposition: form-data", "x") + "--B--"},
      {"empty name", part("Content-Disposition: form-data; name=\"\"", "x") + "--B--"},
      {"attachment", part("Content-Disposition: attachment; name=\"a\"", "x") + "--B--"},
      {"name given twice in one part",
       part("Content-Disposition: form-data; name=a; name=b", "x") + "--B--"},
      {"two parts of one name", part(kFile, "x") + whole},
      {"base64",
       part(std::string(kFile) + "\r\nContent-Transfer-Encoding: base64", "eA==") + "--B--"},
      {"open quote", part("Content-Disposition: form-data; name=\"a", "x") + "--B--"},
      {"folded field", part("Content-Disposition: form-data;\r\n name=a", "x") + "--B--"},
      {"long head", part(std::string(kFile) + "\r\nX: " + std::string(5'000, 'a'), "x") + "--B--"},
  };
  for (const auto& [story, body] : rows) {
    const auto parts = read_multipart(as_bytes(body), "B");
    ASSERT_FALSE(parts) << story;
    EXPECT_EQ(parts.error().code, Code::kMultipartMalformed) << story;
  }
}

TEST(Multipart, StopsAtItsNumberOfParts) {
  std::string body;
  for (int i = 0; i < 17; ++i)
    body += part("Content-Disposition: form-data; name=n" + std::to_string(i), "x");
  EXPECT_FALSE(read_multipart(as_bytes(body + "--B--"), "B"));
}

TEST(MultipartBoundary, IsReadFromTheContentType) {
  EXPECT_EQ(multipart_boundary("multipart/form-data; boundary=abc").value(), "abc");
  EXPECT_EQ(multipart_boundary("Multipart/Form-Data; charset=x; boundary=\"a b\"").value(), "a b");
  EXPECT_EQ(multipart_boundary("multipart/mixed; boundary=a").error().code, Code::kHttpMediaType);
  for (const auto* bad :
       {"multipart/form-data", "multipart/form-data; boundary=",
        "multipart/form-data; boundary=\"\"", "multipart/form-data; boundary=\"a \"",
        "multipart/form-data; boundary=\"a;b\"", "multipart/form-data; boundary=a; boundary=b"})
    EXPECT_EQ(multipart_boundary(bad).error().code, Code::kMultipartMalformed) << bad;
  EXPECT_FALSE(multipart_boundary("multipart/form-data; boundary=" + std::string(71, 'a')));
}

TEST(Query, DecodesKnownParametersOnce) {
  const auto read = parse_query("at=2026%2D01-01&name=%C4%91%C6%A1n+1", {"at", "name"});
  ASSERT_TRUE(read);
  EXPECT_EQ(read.value().at("at"), "2026-01-01");
  EXPECT_EQ(read.value().at("name"), "đơn+1");
  for (const auto* bad : {"at=1&at=1", "other=1", "at=%zz", "at=%00", "at=%ff", "at=%4"})
    EXPECT_EQ(parse_query(bad, {"at"}).error().code, Code::kHttpParameter) << bad;
}

}  // namespace
}  // namespace antin::service
