#include "service/net/http_reader.h"

#include <gtest/gtest.h>

namespace antin::service {
namespace {

// Feeds `text` in pieces of `step` octets; the outcome must not depend on the pieces.
Result<HttpResponse> read_in(std::string_view text, std::size_t step, std::size_t max_body,
                             std::string* location) {
  HttpReader reader(max_body);
  while (!text.empty()) {
    const auto piece = text.substr(0, step);
    ANTIN_CHECK(reader.feed(as_bytes(piece)));
    text.remove_prefix(piece.size());
  }
  if (!reader.complete()) ANTIN_CHECK(reader.end());
  if (location != nullptr) *location = reader.location();
  return reader.take_response();
}

Result<HttpResponse> read_all(std::string_view text, std::size_t max_body = 1000,
                              std::string* location = nullptr) {
  auto whole = read_in(text, text.size(), max_body, location);
  for (const std::size_t step : {1U, 2U, 3U, 7U}) {
    const auto pieces = read_in(text, step, max_body, location);
    EXPECT_EQ(static_cast<bool>(pieces), static_cast<bool>(whole)) << text;
    if (pieces && whole) {
      EXPECT_EQ(pieces.value().body, whole.value().body) << text;
    }
  }
  return whole;
}

std::string body_of(std::string_view text) {
  const auto read = read_all(text);
  return read ? std::string(as_text(read.value().body)) : "error " + to_log_line(read.error());
}

Code refused(std::string_view text, std::size_t max_body = 1000) {
  const auto read = read_all(text, max_body);
  return read ? Code::kSigned : read.error().code;
}

TEST(HttpResponse, ReadsABodyOfKnownLength) {
  const auto read = read_all(
      "HTTP/1.1 200 OK\r\nContent-Type: application/timestamp-reply\r\ncontent-length:  5 "
      "\r\n\r\nhello");
  ASSERT_TRUE(read);
  EXPECT_EQ(read.value().status, 200);
  EXPECT_EQ(read.value().content_type, "application/timestamp-reply");
  EXPECT_EQ(as_text(read.value().body), "hello");
}

TEST(HttpResponse, ReadsChunksWithExtensionsAndTrailers) {
  EXPECT_EQ(body_of("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                    "5\r\nhello\r\nA;x=y\r\n, you all!\r\n0\r\nX: 1\r\n\r\n"),
            "hello, you all!");
}

TEST(HttpResponse, ReadsABodyThatEndsWithTheConnection) {
  EXPECT_EQ(body_of("HTTP/1.0 200 OK\r\n\r\nhello"), "hello");
}

TEST(HttpResponse, SkipsInterimResponses) {
  EXPECT_EQ(body_of("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: x\r\n\r\n"
                    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"),
            "ok");
}

TEST(HttpResponse, HasNoBodyWhenItsStatusSaysSo) {
  EXPECT_EQ(body_of("HTTP/1.1 204 No Content\r\n\r\n"), "");
}

TEST(HttpResponse, TellsWhereItRedirects) {
  std::string location;
  ASSERT_TRUE(
      read_all("HTTP/1.1 302 Found\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n", 10, &location));
  EXPECT_EQ(location, "/b");
}

TEST(HttpResponse, WithTwoReadingsIsRefused) {
  for (const auto* text : {
           "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
           "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok!",
           "HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\n\r\nok",
           "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
           "HTTP/1.1 200 OK\r\nContent-Length: +2\r\n\r\nok",
           "HTTP/1.1 200 OK\r\nContent-Length: 0x2\r\n\r\nok",
           "HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n",
           "HTTP/1.1 200 OK\r\nContent-Length : 2\r\n\r\nok",
           "HTTP/1.1 200 OK\r\nX: a\r\n folded\r\nContent-Length: 2\r\n\r\nok",
           "HTTP/1.1 200 OK\r\nX: a\nContent-Length: 3\r\nContent-Length: 2\r\n\r\nok",
           "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
           "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\nok",
           "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok!",
           "HTTP/2 200 OK\r\nContent-Length: 2\r\n\r\nok",
           "HTTP/1.1 20 OK\r\n\r\n",
           "HTTP/1.1 101 Switching\r\n\r\n",
           "HTTP/1.1 2000 OK\r\n\r\n",
       })
    EXPECT_EQ(refused(text), Code::kNetResponse) << text;
}

TEST(HttpResponse, WithABadChunkIsRefused) {
  const std::string head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (const auto* chunks : {"\r\n", "x\r\n", "-1\r\n", "5\r\nhello!\r\n0\r\n\r\n", "5\nhello\r\n",
                             "5 \r\nhello\r\n0\r\n\r\n"})
    EXPECT_EQ(refused(head + chunks), Code::kNetResponse) << chunks;
}

TEST(HttpResponse, CutShortIsRefused) {
  for (const auto* text :
       {"", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n"})
    EXPECT_EQ(refused(text), Code::kNetResponse) << text;
}

TEST(HttpResponse, BeyondTheLimitIsRefusedEarly) {
  EXPECT_EQ(refused("HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n"), Code::kNetTooLarge);
  EXPECT_EQ(refused("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFF\r\n"),
            Code::kNetTooLarge);
  EXPECT_EQ(refused("HTTP/1.0 200 OK\r\n\r\n123456", 5), Code::kNetTooLarge);
  EXPECT_EQ(refused("HTTP/1.0 200 OK\r\n\r\n12345", 5), Code::kSigned);
  EXPECT_EQ(
      refused("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n123\r\n3\r\n456\r\n", 5),
      Code::kNetTooLarge);
  EXPECT_EQ(refused("HTTP/1.1 200 OK\r\nX: " + std::string(40'000, 'x') + "\r\n\r\n"),
            Code::kNetResponse);
}

}  // namespace
}  // namespace antin::service
