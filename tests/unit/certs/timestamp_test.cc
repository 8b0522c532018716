#include "certs/timestamp.h"

#include <gtest/gtest.h>

#include "certs/ossl/digest.h"
#include "tests/servers/responder.h"
#include "tests/unit/certs/pki.h"

namespace antin::certs {
namespace {

using Integrity = TimestampResult::Integrity;
using testpki::Fault;

const Bytes kNonce{0x00, 1, 2, 3, 4, 5, 6, 7, 8};

const testpki::Responder& responder() {
  static const auto kResponder = testpki::Responder::open(pki_path("")).value();
  return kResponder;
}

Bytes covered() {
  return to_bytes("chữ ký");
}

Bytes response(const std::string& tsa = "tsa", Fault fault = Fault::kNone,
               UtcTime at = test_now()) {
  const auto request = make_timestamp_request(ossl::sha256(covered()), kNonce).value();
  return responder().timestamp(request, tsa, at, fault).value();
}

Result<TimestampToken> answer(const std::string& tsa = "tsa", Fault fault = Fault::kNone,
                              UtcTime at = test_now()) {
  return read_timestamp_response(response(tsa, fault, at), ossl::sha256(covered()), kNonce);
}

TimestampResult judge(const TimestampToken& token, const TrustStore& trust,
                      std::vector<Crl> crls = current_crls()) {
  auto input = input_for("officer-p256", trust);
  input.crls = std::move(crls);
  return judge_timestamp(token, {covered()}, input);
}

TEST(Timestamp, IsAskedForReadAndTrusted) {
  for (const auto* tsa : {"tsa", "tsa-p256"}) {
    const auto token = answer(tsa);
    ASSERT_TRUE(token);
    EXPECT_EQ(token.value().gen_time(), test_now());
    EXPECT_EQ(token.value().imprint_algorithm(), DigestAlgorithm::kSha256);
    EXPECT_EQ(token.value().imprint(), ossl::sha256(covered()));
    EXPECT_EQ(token.value().nonce(), (Bytes{1, 2, 3, 4, 5, 6, 7, 8}));
    EXPECT_EQ(token.value().signature_digest(), DigestAlgorithm::kSha256);
    EXPECT_EQ(token.value().policy_oid().substr(0, 5), "2.25.");
    const auto trust = test_trust();
    const auto result = judge(token.value(), trust);
    EXPECT_EQ(result.integrity, Integrity::kIntact);
    EXPECT_TRUE(result.imprint_matches);
    EXPECT_EQ(result.signer, cert(tsa));
    EXPECT_EQ(result.path.state, PathResult::State::kValid);
    EXPECT_TRUE(result.trusted());
    EXPECT_TRUE(result.findings.empty());
  }
}

TEST(Timestamp, V19_CoversWhatItCoversOnly) {
  const auto trust = test_trust();
  const auto token = answer().value();
  const auto input = input_for("officer-p256", trust);
  const auto text = covered();
  const auto in_parts =
      judge_timestamp(token, {ByteView{text}.first(3), ByteView{text}.subspan(3)}, input);
  EXPECT_TRUE(in_parts.trusted());
  const auto other = judge_timestamp(token, {as_bytes("other")}, input);
  EXPECT_FALSE(other.imprint_matches);
  EXPECT_FALSE(other.trusted());
  EXPECT_EQ(other.integrity, Integrity::kIntact);
  EXPECT_TRUE(has(other.findings, Code::kTimestampImprint));
  EXPECT_TRUE(judge_timestamp_of_digest(token, ossl::sha256(text), input).trusted());
  EXPECT_FALSE(judge_timestamp_of_digest(token, {}, input).trusted());
}

TEST(Timestamp, OfAStrangerIsIntactButNotTrusted) {
  const TrustStore nobody;
  const auto result = judge(answer().value(), nobody);
  EXPECT_EQ(result.integrity, Integrity::kIntact);
  EXPECT_EQ(result.path.state, PathResult::State::kNoPath);
  EXPECT_FALSE(result.trusted());
}

TEST(Timestamp, V19_ByAnExpiredOrUnknownStatusTsaIsNotTrusted) {
  const auto trust = test_trust();
  const auto expired = judge(answer("tsa-expired").value(), trust);
  EXPECT_EQ(expired.integrity, Integrity::kIntact);
  EXPECT_EQ(expired.path.state, PathResult::State::kExpired);
  EXPECT_FALSE(expired.trusted());
  const auto unknown = judge(answer().value(), trust, {});
  EXPECT_EQ(unknown.path.state, PathResult::State::kRevocationUnknown);
  EXPECT_FALSE(unknown.trusted());
}

TEST(Timestamp, DamagedAnywhereIsNeverIntact) {
  const auto trust = test_trust();
  const auto octets = answer().value().bytes();
  std::size_t read = 0;
  for (std::size_t at = 0; at < octets.size(); at += 7) {
    auto damaged = octets;
    damaged[at] ^= 0x01U;
    const auto token = TimestampToken::from_bytes(damaged);
    if (!token) {
      EXPECT_EQ(token.error().code, Code::kTimestampMalformed);
      continue;
    }
    ++read;
    const auto result = judge(token.value(), trust);
    // Octets outside TSTInfo and signature (an unused certificate) may change without harm to
    // them; what is trusted must still say the same.
    if (result.trusted()) {
      EXPECT_EQ(token.value().imprint(), ossl::sha256(covered()));
      EXPECT_EQ(token.value().gen_time(), test_now());
    }
  }
  EXPECT_GT(read, 0U);
}

TEST(TimestampResponse, MustAnswerTheRequest) {
  EXPECT_EQ(answer("tsa", Fault::kWrongNonce).error().code, Code::kTimestampMismatch);
  EXPECT_EQ(answer("tsa", Fault::kWrongImprint).error().code, Code::kTimestampMismatch);
  const auto refused = answer("tsa", Fault::kRefused);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::kTimestampRefused);
  EXPECT_EQ(refused.error().params.at(0).first, "trang_thai");
}

TEST(TimestampResponse, GarbageIsMalformed) {
  const auto imprint = ossl::sha256(covered());
  const auto code = [&](ByteView octets) {
    return read_timestamp_response(octets, imprint, kNonce).error().code;
  };
  EXPECT_EQ(code({}), Code::kTimestampMalformed);
  EXPECT_EQ(code(as_bytes("<html>")), Code::kTimestampMalformed);
  auto longer = response();
  longer.push_back(0);
  EXPECT_EQ(code(longer), Code::kTimestampMalformed);
  EXPECT_EQ(code(ByteView{longer}.first(longer.size() / 2)), Code::kTimestampMalformed);
  EXPECT_EQ(code(Bytes(std::size_t{3} << 20U, 0x30)), Code::kTimestampMalformed);
}

TEST(TimestampRequest, RefusesAWeakNonceOrAnOddImprint) {
  EXPECT_TRUE(make_timestamp_request(Bytes(32, 1), Bytes(8, 1)));
  EXPECT_FALSE(make_timestamp_request(Bytes(32, 1), Bytes(7, 1)));
  EXPECT_FALSE(make_timestamp_request(Bytes(32, 1), Bytes(21, 1)));
  EXPECT_FALSE(make_timestamp_request(Bytes(20, 1), Bytes(8, 1)));
}

TEST(TimestampToken, RefusesWhatIsNoToken) {
  const auto octets = answer().value().bytes();
  auto longer = octets;
  longer.push_back(0);
  EXPECT_EQ(TimestampToken::from_bytes(longer).error().code, Code::kTimestampMalformed);
  EXPECT_EQ(TimestampToken::from_bytes({}).error().code, Code::kTimestampMalformed);
  EXPECT_EQ(TimestampToken::from_bytes(cert("tsa").der()).error().code, Code::kTimestampMalformed);
  const auto bundle =
      read_file(std::filesystem::path{ANTIN_SOURCE_DIR} / "tests/vectors/certificates/chain.p7b");
  EXPECT_EQ(TimestampToken::from_bytes(bundle).error().code, Code::kTimestampMalformed);
}

}  // namespace
}  // namespace antin::certs
