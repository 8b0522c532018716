#include "service/http/http_parser.h"

#include <gtest/gtest.h>

#include "service/antind/routes.h"

namespace antin::service {
namespace {

// What became of octets given to a fresh parser: admitted at the head, as a server would.
struct Outcome {
  HttpParser::State state;
  std::optional<Code> code;
  std::string body;
  RequestHead head;
  std::size_t used;
};

Outcome parse(std::string_view octets, std::size_t piece = 0, const HttpLimits& limits = {}) {
  HttpParser parser(limits);
  std::size_t used = 0;
  while (used < octets.size()) {
    const auto rest = octets.substr(used);
    const auto took = parser.feed(as_bytes(piece == 0 ? rest : rest.substr(0, piece)));
    used += took;
    if (parser.state() == HttpParser::State::kAdmit)
      parser.admit(limits.body_octets);
    else if (took == 0)
      break;
    if (parser.state() == HttpParser::State::kComplete ||
        parser.state() == HttpParser::State::kRefused)
      break;
  }
  Outcome outcome{parser.state(), std::nullopt, {}, {}, used};
  if (outcome.state == HttpParser::State::kRefused) outcome.code = parser.error().code;
  if (outcome.state == HttpParser::State::kComplete) {
    auto request = parser.take();
    outcome.head = request.head;
    outcome.body = as_text(request.body.octets().view());
  }
  return outcome;
}

struct Row {
  const char* story;
  std::string octets;
  Code code;
};

std::string story_of(const ::testing::TestParamInfo<Row>& row) {
  return row.param.story;
}

class HttpParserRefuses : public ::testing::TestWithParam<Row> {};

// The table is the point of our own framing: every shape in which two readers could disagree.
TEST_P(HttpParserRefuses, WholeAndOctetByOctet) {
  for (const std::size_t piece : {std::size_t{0}, std::size_t{1}}) {
    const auto outcome = parse(GetParam().octets, piece);
    EXPECT_EQ(outcome.state, HttpParser::State::kRefused);
    ASSERT_TRUE(outcome.code);
    EXPECT_EQ(*outcome.code, GetParam().code);
  }
}

std::string post(std::string_view fields, std::string_view body = "") {
  return "POST /x HTTP/1.1\r\nHost: a\r\n" + std::string(fields) + "\r\n" + std::string(body);
}
std::string get(std::string_view fields) {
  return "GET / HTTP/1.1\r\n" + std::string(fields) + "\r\n";
}
std::string chunked(std::string_view body) {
  return post("Transfer-Encoding: chunked\r\n", body);
}

INSTANTIATE_TEST_SUITE_P(
    Rfc9112Sec3, HttpParserRefuses,
    ::testing::Values(
        Row{"TwoWords", "GET /\r\n\r\n", Code::kHttpMalformed},
        Row{"FourWords", "GET / x HTTP/1.1\r\n", Code::kHttpMalformed},
        Row{"TwoSpaces", "GET  / HTTP/1.1\r\n", Code::kHttpMalformed},
        Row{"TabForSpace", "GET\t/ HTTP/1.1\r\n", Code::kHttpMalformed},
        Row{"SpaceBefore", " GET / HTTP/1.1\r\n", Code::kHttpMalformed},
        Row{"BareLineFeed", "GET / HTTP/1.1\nHost: a\n\n", Code::kHttpMalformed},
        Row{"BareCarriageReturn", "GET / HTTP/1.1\rHost: a\r\n", Code::kHttpMalformed},
        Row{"TwoEmptyLinesBefore", "\r\n\r\nGET / HTTP/1.1\r\n", Code::kHttpMalformed},
        Row{"Nul", std::string("GET /\0 HTTP/1.1\r\n", 17), Code::kHttpMalformed},
        Row{"UnknownMethod", "BREW / HTTP/1.1\r\n", Code::kHttpMethodUnknown},
        Row{"LowerCaseMethod", "get / HTTP/1.1\r\n", Code::kHttpMethodUnknown},
        Row{"Connect", "CONNECT a:443 HTTP/1.1\r\n", Code::kHttpMethodUnknown},
        Row{"MethodNoToken", "G(T / HTTP/1.1\r\n", Code::kHttpMalformed},
        Row{"Http2Preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", Code::kHttpVersion},
        Row{"Http09", "GET / HTTP/0.9\r\n", Code::kHttpVersion},
        Row{"LowerCaseVersion", "GET / http/1.1\r\n", Code::kHttpMalformed},
        Row{"LongVersion", "GET / HTTP/1.10\r\n", Code::kHttpMalformed},
        Row{"Fragment", "GET /#a HTTP/1.1\r\n", Code::kHttpMalformed},
        Row{"BadTriplet", "GET /%zz HTTP/1.1\r\n", Code::kHttpMalformed},
        Row{"RawUtf8", "GET /\xC4\x91 HTTP/1.1\r\n", Code::kHttpMalformed},
        Row{"NoSlash", "GET x HTTP/1.1\r\n", Code::kHttpMalformed},
        Row{"AuthorityForm", "GET a:80 HTTP/1.1\r\n", Code::kHttpMalformed},
        Row{"AbsoluteWithoutHost", "GET http:///x HTTP/1.1\r\n", Code::kHttpMalformed},
        Row{"AbsoluteWithUserInfo", "GET http://u@a/x HTTP/1.1\r\n", Code::kHttpMalformed},
        Row{"AbsoluteAgainstHost", "GET http://b/x HTTP/1.1\r\nHost: a\r\n\r\n",
            Code::kHttpMalformed},
        Row{"LongTarget", "GET /" + std::string(9'000, 'a') + " HTTP/1.1\r\n",
            Code::kHttpTargetTooLong}),
    story_of);

INSTANTIATE_TEST_SUITE_P(
    Rfc9112Sec5Fields, HttpParserRefuses,
    ::testing::Values(Row{"NoHost", get("Accept: a\r\n"), Code::kHttpMalformed},
                      Row{"TwoHosts", get("Host: a\r\nHost: a\r\n"), Code::kHttpMalformed},
                      Row{"EmptyHost", get("Host:\r\n"), Code::kHttpMalformed},
                      Row{"HostWithPath", get("Host: a/b\r\n"), Code::kHttpMalformed},
                      Row{"HostWithUserInfo", get("Host: u@a\r\n"), Code::kHttpMalformed},
                      Row{"HostList", get("Host: a, b\r\n"), Code::kHttpMalformed},
                      Row{"ObsFold", get("Host: a\r\n b\r\n"), Code::kHttpMalformed},
                      Row{"ObsFoldTab", get("Host: a\r\n\tb\r\n"), Code::kHttpMalformed},
                      Row{"SpaceBeforeColon", get("Host : a\r\n"), Code::kHttpMalformed},
                      Row{"EmptyName", get("Host: a\r\n: b\r\n"), Code::kHttpMalformed},
                      Row{"NoColon", get("Host: a\r\nfoo\r\n"), Code::kHttpMalformed},
                      Row{"Control", get("Host: a\r\nX: a\x01\r\n"), Code::kHttpMalformed},
                      Row{"NonAscii", get("Host: a\r\nX: \xC3\xA9\r\n"), Code::kHttpMalformed},
                      Row{"CrInValue", get("Host: a\r\nX: a\rb\r\n"), Code::kHttpMalformed},
                      Row{"LfInValue", get("Host: a\r\nX: a\nb: c\r\n"), Code::kHttpMalformed},
                      Row{"LongValue", get("Host: a\r\nX: " + std::string(17'000, 'a') + "\r\n"),
                          Code::kHttpHeadTooLarge},
                      Row{"ManyFields",
                          get("Host: a\r\n" +
                              [] {
                                std::string many;
                                for (int i = 0; i < 64; ++i) many += "X: a\r\n";
                                return many;
                              }()),
                          Code::kHttpHeadTooLarge},
                      Row{"OtherExpectation", post("Expect: 200-ok\r\n"), Code::kHttpExpectation}),
    story_of);

INSTANTIATE_TEST_SUITE_P(
    Rfc9112Sec6Framing, HttpParserRefuses,
    ::testing::Values(
        Row{"LengthAndChunked", post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"),
            Code::kHttpMalformed},
        Row{"ChunkedAndLength", post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"),
            Code::kHttpMalformed},
        Row{"TwoLengthsDifferent", post("Content-Length: 5\r\nContent-Length: 6\r\n"),
            Code::kHttpMalformed},
        Row{"TwoLengthsEqual", post("Content-Length: 5\r\nContent-Length: 5\r\n"),
            Code::kHttpMalformed},
        Row{"LengthList", post("Content-Length: 5, 5\r\n"), Code::kHttpMalformed},
        Row{"NegativeLength", post("Content-Length: -5\r\n"), Code::kHttpMalformed},
        Row{"SignedLength", post("Content-Length: +5\r\n"), Code::kHttpMalformed},
        Row{"WordLength", post("Content-Length: abc\r\n"), Code::kHttpMalformed},
        Row{"HexLength", post("Content-Length: 0x5\r\n"), Code::kHttpMalformed},
        Row{"EmptyLength", post("Content-Length:\r\n"), Code::kHttpMalformed},
        Row{"SpaceInLength", post("Content-Length: 5 5\r\n"), Code::kHttpMalformed},
        Row{"HugeLength", post("Content-Length: 99999999999999999999\r\n"),
            Code::kHttpBodyTooLarge},
        Row{"LengthBeyondLimit", post("Content-Length: 999999999\r\n"), Code::kHttpBodyTooLarge},
        Row{"Gzip", post("Transfer-Encoding: gzip\r\n"), Code::kHttpTransferCoding},
        Row{"GzipChunked", post("Transfer-Encoding: gzip, chunked\r\n"), Code::kHttpTransferCoding},
        Row{"Identity", post("Transfer-Encoding: identity\r\n"), Code::kHttpTransferCoding},
        Row{"ChunkedTwice", post("Transfer-Encoding: chunked, chunked\r\n"), Code::kHttpMalformed},
        Row{"CodingRepeated", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"),
            Code::kHttpMalformed},
        Row{"EmptyCoding", post("Transfer-Encoding:\r\n"), Code::kHttpMalformed},
        Row{"TabCoding",
            post("Transfer-Encoding: \x0b"
                 "chunked\r\n"),
            Code::kHttpMalformed},
        Row{"QuotedCoding", post("Transfer-Encoding: \"chunked\"\r\n"), Code::kHttpTransferCoding},
        Row{"LengthInDisguise", post("Content_Length: 5\r\n"), Code::kHttpMalformed},
        Row{"CodingInDisguise", post("Transfer_Encoding: chunked\r\n"), Code::kHttpMalformed},
        Row{"LengthAndCodingInDisguise",
            post("Content-Length: 5\r\nTransfer_encoding: chunked\r\n"), Code::kHttpMalformed},
        Row{"SpaceBeforeColonOfCoding", post("Transfer-Encoding : chunked\r\n"),
            Code::kHttpMalformed},
        Row{"FoldedCoding", post("Transfer-Encoding:\r\n chunked\r\n"), Code::kHttpMalformed},
        Row{"CodingWithParameter", post("Transfer-Encoding: chunked;a=b\r\n"),
            Code::kHttpTransferCoding},
        Row{"CodingAndLengthInOneLine", post("Transfer-Encoding: chunked\nContent-Length: 5\r\n"),
            Code::kHttpMalformed},
        Row{"NulInCoding", post(std::string("Transfer-Encoding: chunked\0\r\n", 29)),
            Code::kHttpMalformed},
        Row{"FractionLength", post("Content-Length: 5.0\r\n"), Code::kHttpMalformed},
        Row{"FullWidthLength", post("Content-Length: \xEF\xBC\x95\r\n"), Code::kHttpMalformed},
        Row{"ChunkedIn10", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n",
            Code::kHttpMalformed}),
    story_of);

INSTANTIATE_TEST_SUITE_P(
    Rfc9112Sec7Chunks, HttpParserRefuses,
    ::testing::Values(
        Row{"NotHex", chunked("ZZ\r\nabc\r\n0\r\n\r\n"), Code::kHttpMalformed},
        Row{"Prefix", chunked("0x3\r\nabc\r\n0\r\n\r\n"), Code::kHttpMalformed},
        Row{"Sign", chunked("+3\r\nabc\r\n0\r\n\r\n"), Code::kHttpMalformed},
        Row{"SpaceBehind", chunked("3 \r\nabc\r\n0\r\n\r\n"), Code::kHttpMalformed},
        Row{"Empty", chunked("\r\nabc\r\n0\r\n\r\n"), Code::kHttpMalformed},
        Row{"TooManyDigits", chunked("000000003\r\nabc\r\n0\r\n\r\n"), Code::kHttpMalformed},
        Row{"LongerThanSize", chunked("3\r\nabcd\r\n0\r\n\r\n"), Code::kHttpMalformed},
        Row{"BareLfAfterSize", chunked("3\nabc\r\n0\r\n\r\n"), Code::kHttpMalformed},
        Row{"BareLfAfterData", chunked("3\r\nabc\n0\r\n\r\n"), Code::kHttpMalformed},
        Row{"LfInExtension", chunked("3;a\nb\r\nabc\r\n0\r\n\r\n"), Code::kHttpMalformed},
        Row{"LongExtension", chunked("3;" + std::string(300, 'a') + "\r\nabc\r\n0\r\n\r\n"),
            Code::kHttpMalformed},
        Row{"CrInExtension", chunked("3;a\rb\r\nabc\r\n0\r\n\r\n"), Code::kHttpMalformed},
        Row{"NulInExtension", chunked(std::string("3;a\0b\r\nabc\r\n0\r\n\r\n", 17)),
            Code::kHttpMalformed},
        Row{"NoEndOfData", chunked("3\r\nabc0\r\n\r\n"), Code::kHttpMalformed},
        Row{"NegativeZero", chunked("-0\r\n\r\n"), Code::kHttpMalformed},
        Row{"BareLfTrailer", chunked("0\r\nA: b\n\r\n"), Code::kHttpMalformed},
        Row{"BeyondLimit", chunked("ffffffff\r\n"), Code::kHttpBodyTooLarge},
        Row{"TrailerFold", chunked("0\r\nA: b\r\n c\r\n\r\n"), Code::kHttpMalformed},
        Row{"NinthTrailer",
            chunked("0\r\nA: 1\r\nA: 2\r\nA: 3\r\nA: 4\r\nA: 5\r\nA: 6\r\nA: 7\r\nA: 8\r\nA: 9\r\n"
                    "\r\n"),
            Code::kHttpMalformed}),
    story_of);

struct Twin {
  const char* story;
  std::string octets;
  std::string body;
};

class HttpParserTakes : public ::testing::TestWithParam<Twin> {};

// What stands beside the refused shapes and must be read: else the table could refuse everything.
TEST_P(HttpParserTakes, WholeAndOctetByOctet) {
  for (const std::size_t piece : {std::size_t{0}, std::size_t{1}}) {
    const auto outcome = parse(GetParam().octets, piece);
    EXPECT_EQ(outcome.state, HttpParser::State::kComplete);
    EXPECT_EQ(outcome.body, GetParam().body);
    EXPECT_EQ(outcome.used, GetParam().octets.size());
  }
}

INSTANTIATE_TEST_SUITE_P(
    Rfc9112, HttpParserTakes,
    ::testing::Values(Twin{"Plain", get("Host: a\r\n"), ""},
                      Twin{"Http10", "GET / HTTP/1.0\r\n\r\n", ""},
                      Twin{"HigherMinor", "GET / HTTP/1.2\r\nHost: a\r\n\r\n", ""},
                      Twin{"Ipv6Host", get("Host: [2001:db8::1]:8421\r\n"), ""},
                      Twin{"BlanksAroundValue", get("Host: \t a \t\r\n"), ""},
                      Twin{"TabInValue", get("Host: a\r\nX: a\tb\r\n"), ""},
                      Twin{"EmptyValue", get("Host: a\r\nX:\r\n"), ""},
                      Twin{"Underscore", get("Host: a\r\nX_Content_Length: 5\r\n"), ""},
                      Twin{"Triplet", "GET /%2F?a=%C4%91 HTTP/1.1\r\nHost: a\r\n\r\n", ""},
                      Twin{"NoBody", post("Content-Length: 0\r\n"), ""},
                      Twin{"NoFraming", post(""), ""},
                      Twin{"Length", post("Content-Length: 5\r\n", "hello"), "hello"},
                      Twin{"LeadingZeros", post("Content-Length: 005\r\n", "hello"), "hello"},
                      Twin{"Chunked", chunked("5\r\nhello\r\n0\r\n\r\n"), "hello"},
                      Twin{"ChunkedUpperCase",
                           post("Transfer-Encoding: CHUNKED\r\n", "2\r\nhi\r\n0\r\n\r\n"), "hi"},
                      Twin{"UpperCaseHex", chunked("A\r\n0123456789\r\n0\r\n\r\n"), "0123456789"},
                      Twin{"Extension", chunked("2;a=b;c=\"d\"\r\nhi\r\n0;z\r\n\r\n"), "hi"},
                      Twin{"Trailer", chunked("2\r\nhi\r\n0\r\nDigest: x\r\n\r\n"), "hi"},
                      Twin{"DataOfLineEnds", chunked("4\r\n\r\n\r\n\r\n0\r\n\r\n"), "\r\n\r\n"}),
    [](const ::testing::TestParamInfo<Twin>& row) { return row.param.story; });

TEST(HttpParser, ReadsARequestHoweverItIsCut) {
  const std::string octets =
      "POST /api/v1/verify?at=1 HTTP/1.1\r\nHost: a:8421\r\nX-One:  two \r\n"
      "Content-Length: 5\r\n\r\nhello";
  for (std::size_t piece = 0; piece < 12; ++piece) {
    const auto outcome = parse(octets, piece);
    ASSERT_EQ(outcome.state, HttpParser::State::kComplete) << piece;
    EXPECT_EQ(outcome.head.method, Method::kPost);
    EXPECT_EQ(outcome.head.path, "/api/v1/verify");
    EXPECT_EQ(outcome.head.query, "at=1");
    EXPECT_EQ(outcome.head.value("x-one"), "two");
    EXPECT_EQ(outcome.body, "hello");
    EXPECT_TRUE(outcome.head.keep_alive);
  }
}

TEST(HttpParser, LeavesWhatComesBehindARequest) {
  const std::string one = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  const auto outcome = parse(one + "GET /two HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(outcome.state, HttpParser::State::kComplete);
  EXPECT_EQ(outcome.used, one.size());
}

TEST(HttpParser, JoinsChunksAndReadsOverExtensionsAndTrailers) {
  const auto outcome =
      parse(chunked("3;a=\"b\"\r\nabc\r\n0A\r\n0123456789\r\n0\r\nDigest: x\r\n\r\n"));
  ASSERT_EQ(outcome.state, HttpParser::State::kComplete);
  EXPECT_EQ(outcome.body, "abc0123456789");
  EXPECT_EQ(outcome.head.count("digest"), 0U);
}

// RFC 9110 §15.5.6: a known method that no path allows is 405 with Allow, not 501.
TEST(HttpParser, KnowsTraceSoThatItCanBeRefusedByName) {
  const auto outcome = parse("TRACE /healthz HTTP/1.1\r\nHost: a\r\n\r\n", 0);
  EXPECT_EQ(outcome.state, HttpParser::State::kComplete);
  EXPECT_EQ(outcome.head.method, Method::kTrace);
  const auto matched = match_route(Method::kTrace, "/healthz");
  EXPECT_EQ(matched.row, nullptr);
  EXPECT_EQ(matched.allowed.size(), 2U);
  EXPECT_TRUE(match_route(Method::kTrace, "/none").allowed.empty());
}

TEST(HttpParser, KnowsWhenAConnectionEnds) {
  EXPECT_FALSE(parse("GET / HTTP/1.0\r\n\r\n").head.keep_alive);
  EXPECT_FALSE(parse(get("Host: a\r\nConnection: foo, Close\r\n")).head.keep_alive);
  EXPECT_TRUE(parse(get("Host: a\r\nConnection: keep-alive\r\n")).head.keep_alive);
}

TEST(HttpParser, TakesAnAbsoluteTargetThatAgreesWithHost) {
  const auto outcome = parse("GET http://A:80/x?y HTTP/1.1\r\nHost: a:80\r\n\r\n");
  ASSERT_EQ(outcome.state, HttpParser::State::kComplete);
  EXPECT_EQ(outcome.head.path, "/x");
}

TEST(HttpParser, TakesOneEmptyLineBeforeARequest) {
  EXPECT_EQ(parse("\r\n" + get("Host: a\r\n")).state, HttpParser::State::kComplete);
}

TEST(HttpParser, StopsABodyAtItsLimit) {
  HttpLimits limits;
  limits.body_octets = 10;
  EXPECT_EQ(parse(post("Content-Length: 10\r\n", "0123456789"), 0, limits).state,
            HttpParser::State::kComplete);
  EXPECT_EQ(parse(post("Content-Length: 11\r\n"), 0, limits).code, Code::kHttpBodyTooLarge);
  EXPECT_EQ(parse(chunked("6\r\nabcdef\r\n4\r\nabcd\r\n0\r\n\r\n"), 0, limits).state,
            HttpParser::State::kComplete);
  EXPECT_EQ(parse(chunked("6\r\nabcdef\r\n5\r\n"), 0, limits).code, Code::kHttpBodyTooLarge);
}

TEST(HttpParser, SpoolsALargeBodyAndGivesItBackWhole) {
  const std::string large(3'000'000, 'x');
  const auto outcome =
      parse(post("Content-Length: " + std::to_string(large.size()) + "\r\n", large));
  ASSERT_EQ(outcome.state, HttpParser::State::kComplete);
  EXPECT_EQ(outcome.body, large);
}

}  // namespace
}  // namespace antin::service
