#include "hsm/pkcs11/wire.h"

#include <gtest/gtest.h>

namespace antin::hsm::wire {
namespace {

ByteView body(const Bytes& frame) {
  return ByteView{frame}.subspan(kHeaderOctets);
}

TokenStatus token() {
  TokenStatus status;
  status.label = "Văn thư";
  status.serial = "00123";
  status.manufacturer = "m";
  status.model = "";
  status.slot = 0xFFFFFFFFFFFFFFFF;
  status.initialized = true;
  status.pin_final_try = true;
  return status;
}

TokenObjects objects() {
  TokenObjects one;
  one.token = token();
  one.logged_in = true;
  one.certificates = {{"c", {1}, Bytes(700, 0x30)}, {"d", {}, {0x30}}};
  one.keys = {{"k", {1}, true, {{SignatureAlgorithm::kEcdsa, DigestAlgorithm::kSha384}}, {1, 0}}};
  return one;
}

TEST(Wire, RequestsReadBackAsTheyWere) {
  Request request;
  request.type = Type::kSign;
  request.uri = "pkcs11:id=%01";
  request.pin_octets = 8;
  request.scheme = {SignatureAlgorithm::kRsaPss, DigestAlgorithm::kSha512};
  request.attributes = Bytes(300, 0x31);
  const auto frame = encode(request, 0x01020304);
  const auto header = read_header(frame);
  EXPECT_EQ(header.id, 0x01020304U);
  EXPECT_EQ(header.body_octets, frame.size() - kHeaderOctets);
  EXPECT_EQ(header.type, static_cast<std::uint16_t>(Type::kSign));
  const auto back = decode_request(Type::kSign, body(frame));
  ASSERT_TRUE(back);
  EXPECT_EQ(back.value().uri, request.uri);
  EXPECT_EQ(back.value().pin_octets, 8);
  EXPECT_EQ(back.value().scheme, request.scheme);
  EXPECT_EQ(back.value().attributes, request.attributes);
  EXPECT_FALSE(decode_request(Type::kLogin, body(frame))) << "octets behind the body";
  EXPECT_FALSE(decode_request(Type::kSignature, body(frame))) << "an answer is no request";
}

TEST(Wire, AnswersReadBackAsTheyWere) {
  const auto frame = encode_keys({objects(), objects()}, 7);
  const auto back = decode_keys(body(frame));
  ASSERT_TRUE(back);
  ASSERT_EQ(back.value().size(), 2U);
  EXPECT_EQ(encode_keys(back.value(), 7), frame);
  const auto tokens = encode_tokens({token()}, 7);
  EXPECT_EQ(encode_tokens(decode_tokens(body(tokens)).value(), 7), tokens);
  const auto failure = encode_failure({.code = Code::kTokenRemoved,
                                       .cure = Cure::kNewChild,
                                       .ckr = 0x80000001,
                                       .detail = "d",
                                       .params = {{"token", "t"}}},
                                      7);
  EXPECT_EQ(encode_failure(decode_failure(body(failure)).value(), 7), failure);
}

TEST(Wire, NoPrefixAndNoExtensionOfAnAnswerIsAnAnswer) {
  const auto frame = encode_keys({objects()}, 7);
  for (std::size_t length = 0; length < frame.size() - kHeaderOctets; ++length)
    EXPECT_FALSE(decode_keys(body(frame).first(length))) << length;
  auto longer = frame;
  longer.push_back(0);
  EXPECT_FALSE(decode_keys(body(longer)));
}

TEST(Wire, ACountThatTheMessageCannotHoldCostsNothing) {
  const Bytes huge{0xFF, 0xFF, 0xFF, 0x7F};
  EXPECT_FALSE(decode_tokens(huge));
  EXPECT_FALSE(decode_keys(huge));
  EXPECT_FALSE(decode_signature(huge));
  EXPECT_FALSE(decode_tokens(Bytes{200, 0, 0, 0, 1, 2, 3}));
}

TEST(Wire, ACertificateIndexPointsIntoTheList) {
  auto one = objects();
  one.keys.front().certificates = {2};
  EXPECT_FALSE(decode_keys(body(encode_keys({one}, 7))));
}

TEST(Wire, AChildSpeaksOfTokensOnly) {
  for (const auto code : {Code::kTokenFailed, Code::kCancelled})
    EXPECT_TRUE(decode_failure(body(encode_failure({.code = code}, 1))));
  for (const auto code : {Code::kInternal, Code::kFileExists, static_cast<Code>(399)})
    EXPECT_FALSE(decode_failure(body(encode_failure({.code = code}, 1))));
}

}  // namespace
}  // namespace antin::hsm::wire
