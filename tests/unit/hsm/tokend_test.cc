#include <thread>

#include <gtest/gtest.h>

#include "certs/ossl/digest.h"
#include "hsm/tokend/client.h"
#include "hsm/tokend/protocol.h"
#include "hsm/tokend/server.h"
#include "tests/unit/hsm/listed_keys.h"

namespace antin::hsm {
namespace {

constexpr SignatureScheme kScheme{SignatureAlgorithm::kEcdsa, DigestAlgorithm::kSha256};
const Bytes kCertificate{0x30, 0x01, 0x02};

Bytes element(std::uint8_t tag, const Bytes& content) {
  Bytes der{tag, static_cast<std::uint8_t>(content.size())};
  if (content.size() >= 0x80) der.insert(der.begin() + 1, 0x81);
  der.insert(der.end(), content.begin(), content.end());
  return der;
}

Bytes attribute(std::initializer_list<std::uint8_t> oid, const Bytes& value) {
  auto content = element(0x06, Bytes{oid});
  const auto values = element(0x31, value);
  content.insert(content.end(), values.begin(), values.end());
  return element(0x30, content);
}

struct Parts {
  std::size_t digest_octets = 32;
  bool names_certificate = true;
  Bytes certificate = kCertificate;
  bool stranger = false;
};

ToBeSigned attributes(const Parts& parts = {}) {
  std::vector<Bytes> all;
  all.push_back(attribute({0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x03},
                          element(0x06, {0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x01})));
  all.push_back(attribute({0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x04},
                          element(0x04, Bytes(parts.digest_octets, 0x11))));
  if (parts.names_certificate)
    all.push_back(attribute(
        {0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x10, 0x02, 0x2F},
        element(0x30,
                element(0x30, element(0x30, element(0x04, ossl::sha256(parts.certificate)))))));
  if (parts.stranger)
    all.push_back(
        attribute({0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x0F}, element(0x30, {})));
  std::sort(all.begin(), all.end());
  Bytes content;
  for (const auto& one : all) content.insert(content.end(), one.begin(), one.end());
  return ToBeSigned{element(0x31, content)};
}

class Journal final : public SignatureJournal {
 public:
  Status record(const JournalEntry& entry) override {
    if (failing) return make_error(Code::kFileUnwritable, "disk full", {{"file", "j"}});
    const std::lock_guard lock{mutex};
    entries.push_back(entry);
    return Done{};
  }
  Result<JournalPage> page(std::uint64_t after, std::size_t) override {
    const std::lock_guard lock{mutex};
    JournalPage found;
    found.last = entries.size();
    for (auto i = after; i < entries.size(); ++i) {
      JournalRecord record;
      record.number = i + 1;
      record.entry = entries[i];
      found.records.push_back(std::move(record));
    }
    return found;
  }
  bool failing = false;
  std::mutex mutex;
  std::vector<JournalEntry> entries;
};

class TokendTest : public testing::Test {
 protected:
  TokendTest() {
    for (const char* label : {"seal", "other"}) {
      auto key = ListedKeys::key(uri(label), label);
      key.certificate = CertificateDer{kCertificate};
      key.chain = {CertificateDer{Bytes{0x30}}};
      key.id = {7};
      keys_.list.push_back(std::move(key));
    }
  }
  static std::string uri(const std::string& label) {
    return "pkcs11:token=token;object=" + label + ";type=private?module-path=/m.so";
  }
  std::string sign(const std::string& label, const ToBeSigned& what,
                   SignatureScheme scheme = kScheme) {
    const auto value = client_.sign(uri(label), scheme, what);
    return value ? "ok" : std::string{info(value.error().code).name};
  }

  ListedKeys keys_;
  Journal journal_;
  std::unique_ptr<Tokend> tokend_ =
      Tokend::create(keys_, journal_,
                     {.signing_keys = {"pkcs11:token=token;object=seal"},
                      .login = TokendPolicy::Login::kAllowed})
          .value();
  TokendServer server_{*tokend_};
  TokendKeyHolder client_{[this] { return server_.connect(); },
                          {std::chrono::seconds{20}, std::chrono::seconds{20}}};
};

TEST_F(TokendTest, ListsTokensWithFailuresAndOnlyKeysItMaySignWith) {
  const auto listing = client_.tokens();
  ASSERT_TRUE(listing) << to_log_line(listing.error());
  EXPECT_EQ(listing.value().tokens.size(), 2U);
  ASSERT_EQ(listing.value().failures.size(), 1U);
  EXPECT_EQ(listing.value().failures.front().code, Code::kTokenModuleUnusable);
  const auto keys = client_.keys({});
  ASSERT_TRUE(keys) << to_log_line(keys.error());
  ASSERT_EQ(keys.value().size(), 1U);
  const auto& key = keys.value().front();
  EXPECT_EQ(key.label, "seal");
  EXPECT_EQ(key.id, Bytes{7});
  EXPECT_EQ(key.certificate, CertificateDer{kCertificate});
  EXPECT_EQ(key.chain.size(), 1U);
  EXPECT_EQ(key.schemes, std::vector{kScheme});
  EXPECT_EQ(key.token.label, "token");
}

TEST_F(TokendTest, SignsAndWritesItDownFirst) {
  const auto what = attributes();
  EXPECT_EQ(sign("seal", what), "ok");
  ASSERT_EQ(journal_.entries.size(), 1U);
  const auto& entry = journal_.entries.front();
  EXPECT_EQ(entry.key_uri, uri("seal"));
  EXPECT_EQ(entry.scheme, "ECDSA SHA-256");
  EXPECT_EQ(entry.signed_sha256, ossl::sha256(what.value()));
  EXPECT_EQ(entry.message_digest, Bytes(32, 0x11));
  EXPECT_EQ(entry.certificate_sha256, ossl::sha256(kCertificate));
}

TEST_F(TokendTest, TellsWhatItSigned) {
  for (int i = 0; i < 3; ++i) EXPECT_EQ(sign("seal", attributes()), "ok");
  const auto page = client_.journal(1, 10);
  ASSERT_TRUE(page) << to_log_line(page.error());
  EXPECT_EQ(page.value().last, 3U);
  ASSERT_EQ(page.value().records.size(), 2U);
  EXPECT_EQ(page.value().records.front().number, 2U);
  EXPECT_EQ(page.value().records.front().entry, journal_.entries[1]);
  EXPECT_EQ(page.value().records.front().entry.role, "agency");
}

TEST_F(TokendTest, KeepsASignatureInThatItCouldNotWriteDown) {
  journal_.failing = true;
  EXPECT_EQ(sign("seal", attributes()), "general.file_unwritable");
}

TEST_F(TokendTest, SignsWithNoKeyThatIsNotAllowed) {
  EXPECT_EQ(sign("other", attributes()), "token.key_refused");
  EXPECT_EQ(keys_.signatures, 0);
}

TEST_F(TokendTest, SignsNothingThatItDoesNotUnderstand) {
  EXPECT_EQ(sign("seal", attributes({.stranger = true})), "token.attributes_refused");
  EXPECT_EQ(sign("seal", attributes({.names_certificate = false})), "token.attributes_refused");
  EXPECT_EQ(sign("seal", attributes({.certificate = {0x30, 0x00}})), "token.attributes_refused");
  EXPECT_EQ(sign("seal", attributes({.digest_octets = 48})), "token.attributes_refused");
  EXPECT_EQ(sign("seal", ToBeSigned{Bytes(32, 0x11)}), "token.attributes_refused");
  EXPECT_EQ(keys_.signatures, 0);
  EXPECT_TRUE(journal_.entries.empty());
}

TEST_F(TokendTest, PassesTheHoldersErrorsOn) {
  keys_.failure = Code::kTokenRemoved;
  EXPECT_EQ(sign("seal", attributes()), "token.removed");
  keys_.failure.reset();
  EXPECT_EQ(sign("seal", attributes()), "ok");
}

class OnePin final : public PinSource {
 public:
  Result<Secret> pin(const TokenStatus& status, Why) override {
    token = status.label;
    if (gives_up) return make_error(Code::kCancelled, "gave up");
    return Secret{to_bytes(std::string_view{"271828"})};
  }
  std::string token;
  bool gives_up = false;
};

TEST_F(TokendTest, CarriesAPersonsPinOnceAsked) {
  OnePin pins;
  TokenStatus token;
  token.label = "token";
  EXPECT_TRUE(client_.login(token, pins));
  EXPECT_EQ(pins.token, "token");
  EXPECT_EQ(keys_.last_pin, "271828");
  pins.gives_up = true;
  const auto refused = client_.login(token, pins);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::kCancelled);
  EXPECT_EQ(sign("seal", attributes()), "ok") << "the connection is still good";
}

TEST_F(TokendTest, LetsNoOneLogInWhoMayNot) {
  const auto strict =
      Tokend::create(keys_, journal_, {.signing_keys = {}, .login = TokendPolicy::Login::kRefused})
          .value();
  TokendServer server{*strict};
  TokendKeyHolder client{[&server] { return server.connect(); },
                         {std::chrono::seconds{20}, std::chrono::seconds{20}}};
  OnePin pins;
  const auto refused = client.login({}, pins);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::kTokendKeyRefused);
  EXPECT_EQ(pins.token, "");
}

TEST_F(TokendTest, ServesManyThreadsAtOnce) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 16; ++i)
    threads.emplace_back([this] {
      for (int n = 0; n < 20; ++n) EXPECT_EQ(sign("seal", attributes()), "ok");
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(journal_.entries.size(), 320U);
}

TEST(TokendClient, SaysWhenThereIsNobody) {
  TokendKeyHolder client{[] { return connect_to_tokend("/nonexistent/tokend.sock"); },
                         {std::chrono::seconds{1}, std::chrono::seconds{1}}};
  const auto listing = client.tokens();
  ASSERT_FALSE(listing);
  EXPECT_EQ(listing.error().code, Code::kTokendUnreachable);
}

TEST(TokendPin, IsGoneFromItsDescriptorOnceRead) {
  const auto descriptor = tokend::pin_to_descriptor(Secret{to_bytes(std::string_view{"271828"})});
  ASSERT_TRUE(descriptor);
  const auto pin = tokend::pin_from_descriptor(descriptor.value());
  ASSERT_TRUE(pin);
  EXPECT_EQ(as_text(pin.value().reveal()), "271828");
  const auto again = tokend::pin_from_descriptor(descriptor.value());
  ASSERT_TRUE(again);
  EXPECT_EQ(to_bytes(again.value().reveal()), Bytes(6, 0));
}

}  // namespace
}  // namespace antin::hsm
