#include "service/net/url.h"

#include <gtest/gtest.h>

namespace antin::service {
namespace {

std::string shown(std::string_view text) {
  const auto url = parse_url(text);
  if (!url) return url.error().code == Code::kNetUrl ? "refused" : "?";
  return std::string(url.value().scheme == Url::Scheme::kHttp ? "http " : "https ") +
         url.value().host + " " + std::to_string(url.value().port) + " " + url.value().target;
}

TEST(Url, ReadsWhatCanBeFetched) {
  EXPECT_EQ(shown("http://tsa.ca.gov.vn"), "http tsa.ca.gov.vn 80 /");
  EXPECT_EQ(shown("HTTPS://TSA.CA.GOV.VN:8443/tsa?x=1#y"), "https tsa.ca.gov.vn 8443 /tsa?x=1");
  EXPECT_EQ(shown("http://10.0.0.1?q"), "http 10.0.0.1 80 /?q");
  EXPECT_EQ(shown("http://[::1]:8080/a"), "http ::1 8080 /a");
}

TEST(Url, RefusesWhatIsSomethingElse) {
  for (const auto* text : {"",
                           "tsa.ca.gov.vn",
                           "ftp://a/",
                           "file:///etc/passwd",
                           "http://",
                           "http:///path",
                           "http://user@host/",
                           "http://known.example@other.example/",
                           "http://a:0/",
                           "http://a:/",
                           "http://a:65536/",
                           "http://a:8x/",
                           "http://a b/",
                           "http://a/\r\nX: y",
                           "http://[::1/",
                           "http://[]/",
                           "http://[::1]x/",
                           "http://a\\b/",
                           "http://\xC3\xA1.vn/",
                           "http://a:1:2/"})
    EXPECT_EQ(shown(text), "refused") << text;
}

TEST(Url, ResolvesALocationAndKnowsItsOrigin) {
  const auto base = parse_url("http://tsa.example:8080/a/b").value();
  EXPECT_TRUE(resolve_location(base, "/c").value().same_origin(base));
  EXPECT_EQ(resolve_location(base, "/c").value().target, "/c");
  for (const auto* elsewhere : {"https://tsa.example:8080/c", "http://tsa.example/c",
                                "http://other.example:8080/c", "http://tsa.example.evil:8080/"})
    EXPECT_FALSE(resolve_location(base, elsewhere).value().same_origin(base)) << elsewhere;
  for (const auto* odd : {"//other.example/c", "c", "", "../c", "?x"})
    EXPECT_FALSE(resolve_location(base, odd)) << odd;
}

}  // namespace
}  // namespace antin::service
