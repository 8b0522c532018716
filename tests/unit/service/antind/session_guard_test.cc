#include "service/antind/session_guard.h"

#include <gtest/gtest.h>

namespace antin::service {
namespace {

using Fields = std::vector<HeaderField>;
const std::string kOurs = "https://antin.xa.example";
const std::string kToken(64, 'a');

RequestHead request(Method method, Fields fields) {
  RequestHead head;
  head.method = method;
  head.path = "/api/v1/cases";
  head.fields = std::move(fields);
  return head;
}

Site posted(Fields fields) {
  return site_of(request(Method::kPost, std::move(fields)), kOurs);
}
Site read(Fields fields) {
  return site_of(request(Method::kGet, std::move(fields)), kOurs);
}
std::optional<Bytes> shown(const std::string& cookie) {
  return shown_session(request(Method::kGet, {{"cookie", cookie}}));
}

TEST(SessionGuard, KnowsOurPageByEitherFieldAndAnyOtherByEither) {
  EXPECT_EQ(posted({{"origin", kOurs}, {"sec-fetch-site", "same-origin"}}), Site::kOurs);
  EXPECT_EQ(posted({{"origin", kOurs}}), Site::kOurs);
  EXPECT_EQ(posted({{"sec-fetch-site", "same-origin"}}), Site::kOurs);
  EXPECT_EQ(posted({}), Site::kUnsaid);
  for (const auto* other : {"https://antin.xa.example.org", "http://antin.xa.example", "null", "",
                            "https://antin.xa.example:8443", "https://xa.example"})
    EXPECT_EQ(posted({{"origin", other}, {"sec-fetch-site", "same-origin"}}), Site::kForeign)
        << other;
  for (const auto* other : {"cross-site", "same-site", "none", "", "Same-Origin "})
    EXPECT_EQ(posted({{"origin", kOurs}, {"sec-fetch-site", other}}), Site::kForeign) << other;
  EXPECT_EQ(posted({{"origin", kOurs}, {"origin", kOurs}}), Site::kForeign);
  EXPECT_EQ(site_of(request(Method::kPost, {{"origin", ""}}), ""), Site::kForeign);
}

TEST(SessionGuard, AnAddressThatSomebodyTypedMayBeReadAndChangesNothing) {
  EXPECT_EQ(read({{"sec-fetch-site", "none"}}), Site::kOurs);
  EXPECT_EQ(posted({{"sec-fetch-site", "none"}}), Site::kForeign);
  EXPECT_EQ(read({{"sec-fetch-site", "cross-site"}}), Site::kForeign);
}

TEST(SessionGuard, ReadsOneCookieOfOursAndNoneOfTwo) {
  EXPECT_EQ(to_hex(shown("__Host-antin=" + kToken).value_or(Bytes{})), kToken);
  EXPECT_TRUE(shown("a=b; __Host-antin=" + kToken + ";c=d"));
  const auto two = "__Host-antin=" + kToken + "; __Host-antin=" + kToken;
  for (const auto& wrong :
       {std::string(), std::string("__Host-antin="), "__host-antin=" + kToken, "antin=" + kToken,
        "__Host-antin=" + kToken + "a", "__Host-antin=" + std::string(64, 'A'),
        "__Host-antin=\"" + kToken + "\"", "x__Host-antin=" + kToken, two})
    EXPECT_FALSE(shown(wrong)) << wrong;
  EXPECT_FALSE(shown_session(request(
      Method::kGet, {{"cookie", "__Host-antin=" + kToken}, {"cookie", "__Host-antin=" + kToken}})));
}

TEST(SessionGuard, TheCookieIsForThisHostOverTlsAndNoScript) {
  EXPECT_EQ(session_cookie(Bytes(32, 0xAA)).value,
            "__Host-antin=" + kToken + "; Path=/; Secure; HttpOnly; SameSite=Strict");
  EXPECT_EQ(no_session_cookie().value,
            "__Host-antin=; Max-Age=0; Path=/; Secure; HttpOnly; SameSite=Strict");
}

TEST(SessionGuard, OurOriginIsTheHostThatWasAskedFor) {
  const auto of = [](const std::string& host, Scheme scheme) {
    return origin_of(request(Method::kGet, {{"host", host}}), scheme);
  };
  EXPECT_EQ(of("Antin.Xa.Example", Scheme::kHttps), kOurs);
  EXPECT_EQ(of("antin.xa.example:443", Scheme::kHttps), kOurs);
  EXPECT_EQ(of("antin.xa.example:80", Scheme::kHttps), kOurs + ":80");
  EXPECT_EQ(of("127.0.0.1:8421", Scheme::kHttp), "http://127.0.0.1:8421");
  EXPECT_EQ(of("", Scheme::kHttps), "");
  EXPECT_EQ(origin_of(request(Method::kGet, {}), Scheme::kHttps), "");
}

}  // namespace
}  // namespace antin::service
