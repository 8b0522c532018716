#include "service/net/poco_fetcher.h"

#include <atomic>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

#include <gtest/gtest.h>

#include "tests/fakes/loopback_server.h"

namespace antin::service {
namespace {

using antin::testing::LoopbackServer;
using antin::testing::read_request;

void say(int connection, std::string_view text) {
  EXPECT_TRUE(antin::testing::say(connection, text));
}

LoopbackServer::Script answer(std::string text) {
  return [text = std::move(text)](int connection) {
    read_request(connection);
    say(connection, text);
  };
}

Result<HttpResponse> post(const std::string& url, unsigned redirects = 0,
                          std::chrono::milliseconds total = std::chrono::seconds{20},
                          std::size_t most = 1000) {
  const auto fetcher = PocoFetcher::create({.rule = {.reach = AddressRule::Reach::kAnywhere}});
  EXPECT_TRUE(fetcher);
  return fetcher.value()->fetch(
      {.method = HttpRequest::Method::kPost,
       .url = url,
       .content_type = "application/timestamp-query",
       .body = to_bytes("question")},
      {.total_time = total, .max_response = OctetCount{most}, .max_redirects = redirects});
}

Code code_of(const Result<HttpResponse>& result) {
  return result ? Code::kSigned : result.error().code;
}

TEST(PocoFetcher, SendsTheRequestAndReadsTheAnswer) {
  std::string seen;
  LoopbackServer server([&](int connection) {
    seen = read_request(connection);
    say(connection, "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nanswer");
  });
  const auto got = post(server.url("/a?b"));
  ASSERT_TRUE(got) << to_log_line(got.error());
  EXPECT_EQ(as_text(got.value().body), "answer");
  EXPECT_TRUE(seen.starts_with("POST /a?b HTTP/1.1\r\n")) << seen;
  EXPECT_NE(seen.find("Content-Type: application/timestamp-query\r\n"), std::string::npos);
  EXPECT_TRUE(seen.ends_with("\r\n\r\nquestion"));
}

TEST(PocoFetcher, MeetsItsDeadlineWhateverTheServerDoes) {
  // One octet now and then: no single read ever takes long.
  std::atomic<bool> over{false};
  LoopbackServer dripping([&](int connection) {
    read_request(connection);
    while (!over && ::send(connection, "H", 1, MSG_NOSIGNAL) == 1) {
      ::usleep(20'000);  // waits: slowness is what is tested; how slow does not matter
    }
  });
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_EQ(code_of(post(dripping.url(), 0, std::chrono::milliseconds{300}, 1U << 20U)),
            Code::kNetTimeout);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds{10});
  over = true;
}

TEST(PocoFetcher, MeetsItsDeadlineWhenNobodySpeaks) {
  LoopbackServer silent([](int connection) {
    char octet = 0;
    while (::read(connection, &octet, 1) == 1) {
    }
  });
  EXPECT_EQ(code_of(post(silent.url(), 0, std::chrono::milliseconds{200})), Code::kNetTimeout);
  auto secure = silent.url();
  secure.replace(0, 4, "https");
  EXPECT_EQ(code_of(post(secure, 0, std::chrono::milliseconds{200})), Code::kNetTimeout);
}

TEST(PocoFetcher, StopsAtTheLimitOfSize) {
  LoopbackServer server(answer("HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n"));
  EXPECT_EQ(code_of(post(server.url())), Code::kNetTooLarge);
}

TEST(PocoFetcher, FollowsARedirectOnlyToTheSameOriginAndOnlySoOften) {
  LoopbackServer elsewhere(answer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nno"));
  const auto redirect = [](const std::string& to) {
    return answer("HTTP/1.1 307 T\r\nLocation: " + to + "\r\nContent-Length: 0\r\n\r\n");
  };
  LoopbackServer away(redirect(elsewhere.url()));
  EXPECT_EQ(code_of(post(away.url(), 5)), Code::kNetRedirect);
  EXPECT_EQ(elsewhere.connections(), 0);

  LoopbackServer loop(redirect("/again"));
  EXPECT_EQ(code_of(post(loop.url(), 3)), Code::kNetRedirect);
  EXPECT_EQ(loop.connections(), 4);

  LoopbackServer once([](int connection) {
    const auto asked = read_request(connection);
    say(connection, asked.starts_with("POST /next ")
                        ? "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
                        : "HTTP/1.1 308 P\r\nLocation: /next\r\nContent-Length: 0\r\n\r\n");
  });
  const auto got = post(once.url(), 1);
  ASSERT_TRUE(got) << to_log_line(got.error());
  EXPECT_EQ(as_text(got.value().body), "ok");
}

TEST(PocoFetcher, DoesNotRepeatAPostForAnotherKindOfRedirect) {
  LoopbackServer server(answer("HTTP/1.1 302 F\r\nLocation: /next\r\nContent-Length: 0\r\n\r\n"));
  const auto got = post(server.url(), 5);
  ASSERT_TRUE(got);
  EXPECT_EQ(got.value().status, 302);
  EXPECT_EQ(server.connections(), 1);
}

TEST(PocoFetcher, SaysWhatWentWrong) {
  EXPECT_EQ(code_of(post("ftp://127.0.0.1/")), Code::kNetUrl);
  // Something that is no TLS.
  LoopbackServer plain([](int connection) { say(connection, "HTTP/1.1 400 no\r\n\r\n"); });
  auto secure = plain.url();
  secure.replace(0, 4, "https");
  EXPECT_EQ(code_of(post(secure)), Code::kNetTls);
  LoopbackServer closing([](int connection) { read_request(connection); });
  EXPECT_EQ(code_of(post(closing.url())), Code::kNetResponse);
  std::string gone;
  {
    LoopbackServer server(answer(""));
    gone = server.url();
  }
  EXPECT_EQ(code_of(post(gone)), Code::kNetUnreachable);
}

TEST(PocoFetcher, StrangersAddressesReachNothingInternal) {
  LoopbackServer server(answer("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
  const auto fetcher = PocoFetcher::create({});
  ASSERT_TRUE(fetcher);
  const FetchLimits limits{
      .total_time = std::chrono::seconds{20}, .max_response = OctetCount{1000}, .max_redirects = 3};
  const auto port = server.url("").substr(std::string("http://127.0.0.1").size());
  for (const std::string host : {"127.0.0.1", "localhost", "127.1"}) {
    const auto got = fetcher.value()->fetch({.method = HttpRequest::Method::kGet,
                                             .url = "http://" + host + port + "/",
                                             .content_type = {},
                                             .body = {}},
                                            limits);
    EXPECT_EQ(code_of(got), Code::kNetForbidden) << host;
  }
  EXPECT_EQ(server.connections(), 0);
}

TEST(PocoFetcher, AListedHostIsReached) {
  LoopbackServer server(
      answer("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nETag: \"a\"\r\n"
             "Last-Modified: yesterday\r\n"
             "Cache-Control: public\r\nCache-Control: max-age=5\r\n\r\n"));
  const auto entry = server.url("").substr(std::string("http://").size());
  const auto fetcher = PocoFetcher::create({.rule = {.allow_hosts = {entry}}});
  ASSERT_TRUE(fetcher);
  const auto got = fetcher.value()->fetch(
      {.method = HttpRequest::Method::kGet, .url = server.url("/"), .content_type = {}, .body = {}},
      {.total_time = std::chrono::seconds{20},
       .max_response = OctetCount{1000},
       .max_redirects = 0});
  ASSERT_TRUE(got) << to_log_line(got.error());
  EXPECT_EQ(got.value().etag, "\"a\"");
  EXPECT_EQ(got.value().last_modified, "yesterday");
  EXPECT_EQ(got.value().cache_control, "public, max-age=5");
}

TEST(PocoFetcher, SendsValidatorsButNoLineEndInThem) {
  std::string seen;
  LoopbackServer server([&](int connection) {
    seen = read_request(connection);
    say(connection, "HTTP/1.1 304 Not Modified\r\n\r\n");
  });
  const auto fetcher = PocoFetcher::create({.rule = {.reach = AddressRule::Reach::kAnywhere}});
  ASSERT_TRUE(fetcher);
  const auto got = fetcher.value()->fetch({.method = HttpRequest::Method::kGet,
                                           .url = server.url("/"),
                                           .content_type = {},
                                           .body = {},
                                           .if_none_match = "\"a\"",
                                           .if_modified_since = "x\r\nEvil: yes"},
                                          {.total_time = std::chrono::seconds{20},
                                           .max_response = OctetCount{1000},
                                           .max_redirects = 0});
  ASSERT_TRUE(got) << to_log_line(got.error());
  EXPECT_EQ(got.value().status, 304);
  EXPECT_NE(seen.find("If-None-Match: \"a\"\r\n"), std::string::npos);
  EXPECT_EQ(seen.find("Evil"), std::string::npos);
}

}  // namespace
}  // namespace antin::service
