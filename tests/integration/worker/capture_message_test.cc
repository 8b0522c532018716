// Message 10 as antind asks it: what is wanted and what comes back.

#include <gtest/gtest.h>

#include "service/ipc/descriptor.h"
#include "service/worker/capture.h"
#include "tests/fakes/pdf_builder.h"

namespace antin::service::worker {
namespace {

cbor::Map wanted(const SharedBytes& file) {
  return {{"files", cbor::Array{cbor::Map{{"name", "a.pdf"},
                                          {"octets", static_cast<std::int64_t>(file.size())}}}},
          {"pages", cbor::Array{}},
          {"original_pages", 2},
          {"paper", ""},
          {"colour", true},
          {"signed", "stop"},
          {"min_dpi", 0}};
}

SharedBytes two_pages() {
  auto pdf = test::PdfBuilder::document(2);
  pdf.finish_table("/Root 1 0 R");
  return pdf.bytes();
}

TEST(CaptureMessage, R06_BringsTheDocumentItsPagesAndTheComplaints) {
  const auto file = two_pages();
  const auto reply = capture_files(wanted(file), file, {});
  ASSERT_TRUE(reply) << to_log_line(reply.error());
  const auto& body = reply.value().body;
  EXPECT_FALSE(*body.find("fits")->boolean());
  EXPECT_TRUE(*body.find("kept")->boolean());
  EXPECT_EQ(body.find("pages")->array()->size(), 2U);
  const auto& findings = *body.find("findings")->array();
  ASSERT_FALSE(findings.empty());
  bool no_picture = false;
  for (const auto& finding : findings) {
    if (*finding.find("code")->text() != "capture.no_picture") continue;
    no_picture = no_picture || *finding.find("page")->integer() == 2;
  }
  EXPECT_TRUE(no_picture);
  ASSERT_EQ(reply.value().descriptors.size(), 1U);
  const auto document = map_sealed(reply.value().descriptors[0], 1U << 20U);
  ASSERT_TRUE(document);
  EXPECT_EQ(as_text(document.value().view()), as_text(file.view()));
}

TEST(CaptureMessage, ThatDoesNotAddUpIsRefused) {
  const auto file = two_pages();
  const auto refused = [&](const char* key, cbor::Value value) {
    auto body = wanted(file);
    body[key] = std::move(value);
    const auto reply = capture_files(body, file, {});
    return !reply && reply.error().code == Code::kIpcMalformed;
  };
  EXPECT_TRUE(refused("paper", "A99"));
  EXPECT_TRUE(refused("signed", "perhaps"));
  EXPECT_TRUE(refused("original_pages", -1));
  EXPECT_TRUE(refused("files", cbor::Array{}));  // octets that belong to no file
  EXPECT_TRUE(refused("files", cbor::Array{cbor::Map{{"name", "a"}, {"octets", 1 << 30}}}));
  EXPECT_TRUE(refused("pages", cbor::Array{cbor::Map{{"file", 0}, {"page", -1}, {"rotate", 0}}}));
}

}  // namespace
}  // namespace antin::service::worker
