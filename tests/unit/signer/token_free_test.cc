// vietnam.md S-08: a timestamp server may take minutes; the token must be free meanwhile.
#include <functional>
#include <optional>

#include <gtest/gtest.h>

#include "signer/cades.h"
#include "tests/fakes/counting_random.h"
#include "tests/fakes/frozen_clock.h"
#include "tests/fakes/soft_key_holder.h"
#include "tests/unit/signer/pki.h"
#include "tests/unit/signer/soft_tsa.h"

namespace antin::signer {
namespace {

// A token with one session: whoever comes while it is in use is refused.
class OneSession final : public hsm::KeyHolder {
 public:
  explicit OneSession(hsm::KeyHolder& keys) : keys_(keys) {}
  bool in_use() const { return in_use_; }

  Result<Listing> tokens() override { return keys_.tokens(); }
  Result<std::vector<hsm::TokenKey>> keys(const hsm::KeyQuery& query) override {
    return keys_.keys(query);
  }
  Status login(const hsm::TokenStatus& token, hsm::PinSource& pins) override {
    return keys_.login(token, pins);
  }
  Result<SignatureValue> sign(const std::string& uri, SignatureScheme scheme,
                              const ToBeSigned& attributes) override {
    if (in_use_) return make_error(Code::kTokenFailed, "the only session is in use");
    in_use_ = true;
    auto value = keys_.sign(uri, scheme, attributes);
    in_use_ = false;
    return value;
  }

 private:
  hsm::KeyHolder& keys_;
  bool in_use_ = false;
};

// While it is asked, somebody else signs with the same token.
class BusyTsa final : public TimestampSource {
 public:
  BusyTsa(SoftTsa& tsa, OneSession& token) : tsa_(tsa), token_(token) {}
  std::function<void()> meanwhile;
  int asked = 0;

  Result<certs::TimestampToken> timestamp(ByteView imprint) override {
    ++asked;
    EXPECT_FALSE(token_.in_use());
    if (meanwhile) meanwhile();
    return tsa_.timestamp(imprint);
  }

 private:
  SoftTsa& tsa_;
  OneSession& token_;
};

certs::TrustStore trust_of_tests() {
  std::vector<certs::TrustFile> files;
  for (const auto* name : {"root.crt", "issuing-ca.crt"})
    files.push_back(
        {.name = name, .octets = to_bytes(read_text(pki_path(std::string("certs/") + name)))});
  return certs::load_trust_store(files, certs::TestPki::kAllow).value();
}

std::vector<certs::Crl> lists_of_tests() {
  std::vector<certs::Crl> all;
  for (const auto* name : {"root", "issuing-ca"})
    all.push_back(
        certs::Crl::from_bytes(as_bytes(read_text(pki_path(std::string("crl/") + name + ".crl"))))
            .value());
  return all;
}

class TokenFree : public ::testing::Test {
 protected:
  TokenFree() {
    EXPECT_TRUE(keys_.add("key", pki_key("officer-rsa2048")));
    EXPECT_TRUE(soft_tsa_.load("tsa"));
  }
  DetachedRequest request(Level level) const {
    return {.content = SharedBytes{to_bytes(as_bytes("S-08"))},
            .certificate = pki_certificate("officer-rsa2048"),
            .chain = {pki_certificate("issuing-ca")},
            .scheme = {SignatureAlgorithm::kRsaPkcs1, DigestAlgorithm::kSha256},
            .level = level,
            .check = {.trust = &trust_, .crls = lists_, .earlier = std::nullopt}};
  }
  Environment environment() { return {.clock = &clock_, .random = &random_, .timestamps = &tsa_}; }

  certs::TrustStore trust_ = trust_of_tests();
  std::vector<certs::Crl> lists_ = lists_of_tests();
  fakes::FrozenClock clock_{test_now()};
  fakes::CountingRandom random_;
  fakes::SoftKeyHolder keys_;
  SoftTsa soft_tsa_;
  OneSession token_{keys_};
  BusyTsa tsa_{soft_tsa_, token_};
};

TEST_F(TokenFree, S08_WhileTheTimestampServerIsAskedSomebodyElseSigns) {
  std::optional<Result<DetachedSignature>> other;
  tsa_.meanwhile = [&] {
    if (!other) other = sign_detached(request(Level::kB), token_, "key", environment());
  };
  const auto made = sign_detached(request(Level::kT), token_, "key", environment());
  ASSERT_TRUE(made) << to_log_line(made.error());
  EXPECT_EQ(made.value().level_reached, Level::kT);
  EXPECT_GE(tsa_.asked, 1);
  ASSERT_TRUE(other.has_value());
  EXPECT_TRUE(*other) << to_log_line(other->error());
  EXPECT_EQ(keys_.signatures(), 2);
}

}  // namespace
}  // namespace antin::signer
