#include <cstdlib>
#include <filesystem>
#include <mutex>
#include <thread>

#include <gtest/gtest.h>

#include "certs/ossl/digest.h"
#include "hsm/tokend/client.h"
#include "hsm/tokend/protocol.h"
#include "hsm/tokend/server.h"
#include "tests/fakes/frozen_clock.h"
#include "tests/fakes/signed_attributes.h"
#include "tests/fakes/temp_folder.h"
#include "tests/unit/hsm/listed_keys.h"

namespace antin::hsm {
namespace {

constexpr SignatureScheme kScheme{SignatureAlgorithm::kEcdsa, DigestAlgorithm::kSha256};
const Bytes kCertificate{0x30, 0x01, 0x02};

struct Parts {
  std::size_t digest_octets = 32;
  bool names_certificate = true;
  Bytes certificate = kCertificate;
  bool stranger = false;
};

ToBeSigned attributes(const Parts& parts = {}) {
  std::vector<Bytes> more;
  if (parts.stranger)
    more.push_back(fakes::attribute({0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x0F},
                                    fakes::der(0x30, {})));
  return fakes::signed_attributes(
      Bytes(parts.digest_octets, 0x11),
      parts.names_certificate ? ossl::sha256(parts.certificate) : Bytes{}, more);
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

constexpr Hours kAlways{
    {true, true, true, true, true, true, true}, std::chrono::minutes{0}, std::chrono::hours{24}};

KeyRule document_rule(std::string uri) {
  return {.uri = std::move(uri),
          .purpose = Purpose::kDocument,
          .roles = {tokend::Role::kAgency},
          .schemes = {kScheme},
          .per_minute = 1000,
          .per_day = 1000,
          .hours = kAlways};
}
KeyRule checkpoint_rule(std::string uri) {
  return {.uri = std::move(uri),
          .purpose = Purpose::kCheckpoint,
          .roles = {},
          .schemes = {},
          .per_minute = 1000,
          .per_day = 1000,
          .hours = kAlways};
}

// "Signs" a checkpoint with 64 octets that tell which.
class Checkpoints final : public CheckpointSigner {
 public:
  Result<Bytes> sign_checkpoint(const std::string&, std::string_view note) override {
    if (failure) return make_error(*failure, "as told", {{"token", "token"}});
    ++signatures;
    return Bytes(64, static_cast<std::uint8_t>(note.size()));
  }
  Result<Bytes> checkpoint_key(const std::string&) override { return Bytes(32, 7); }
  std::optional<Code> failure;
  int signatures = 0;
};

std::string code_of(const Error& error) {
  return std::string{info(error.code).name};
}

class TokendTest : public testing::Test {
 protected:
  TokendTest() {
    for (const char* label : {"seal", "other", "log"}) {
      auto key = ListedKeys::key(uri(label), label);
      key.certificate = CertificateDer{kCertificate};
      key.chain = {CertificateDer{Bytes{0x30}}};
      key.id = {7};
      keys_.list.push_back(std::move(key));
    }
    memory_ = CheckpointMemory::open(folder_.path() + "/checkpoints").value();
  }
  static std::string uri(const std::string& label) {
    return "pkcs11:token=token;object=" + label + ";type=private?module-path=/m.so";
  }
  std::string sign(const std::string& label, const ToBeSigned& what,
                   SignatureScheme scheme = kScheme) {
    const auto value = client_.sign(uri(label), scheme, what);
    return value ? "ok" : std::string{info(value.error().code).name};
  }

  std::string sign_checkpoint(const std::string& label, const std::string& note) {
    const auto value = client_.sign_checkpoint(uri(label), note);
    return value ? "ok" : code_of(value.error());
  }
  static std::string note(std::uint64_t size, char root = 'A') {
    return "example.vn/log\n" + std::to_string(size) + "\n" + std::string(42, root) + "A=\n";
  }
  TokendParts parts() {
    return {.keys = &keys_,
            .checkpoints = &checkpoints_,
            .memory = memory_.get(),
            .journal = &journal_,
            .rules = rules_.get(),
            .pin_missing = [this](const TokenStatus&) { return pin_missing_; },
            .unlock = [this](const std::string& token, const service::Descriptor& pin) -> Status {
              ANTIN_TRY(const auto secret, tokend::pin_from_descriptor(pin));
              unlocked_ = token + " " + std::string{as_text(secret.reveal())};
              return Done{};
            },
            .status =
                [] {
                  return service::cbor::Value{service::cbor::Map{{"a", 1}}};
                }};
  }
  TokendKeyHolder client_of(TokendServer& server) {
    return TokendKeyHolder{[&server] { return server.connect(); },
                           {std::chrono::seconds{20}, std::chrono::seconds{20}}};
  }

  fakes::FrozenClock clock_{
      UtcTime{std::chrono::sys_days{std::chrono::year{2026} / 11 / 22} + std::chrono::hours{5}}};
  ListedKeys keys_;
  Checkpoints checkpoints_;
  Journal journal_;
  fakes::TempFolder folder_{"tokend"};
  std::string unlocked_;
  bool pin_missing_ = false;
  std::unique_ptr<CheckpointMemory> memory_;
  std::unique_ptr<Rules> rules_ = Rules::create({document_rule("pkcs11:token=token;object=seal"),
                                                 checkpoint_rule("pkcs11:token=token;object=log")},
                                                clock_)
                                      .value();
  std::once_flag begun_;
  std::unique_ptr<Tokend> tokend_;
  std::unique_ptr<TokendServer> server_;
  TokendKeyHolder client_{[this] {
                            // Threads that ask at once have one key holder.
                            std::call_once(begun_, [this] {
                              tokend_ = std::make_unique<Tokend>(parts());
                              server_ = std::make_unique<TokendServer>(*tokend_, Peer::kPerson);
                            });
                            return server_->connect();
                          },
                          {std::chrono::seconds{20}, std::chrono::seconds{20}}};
};

TEST_F(TokendTest, ListsTokensWithFailuresAndOnlyKeysItMaySignWith) {
  const auto listing = client_.tokens();
  ASSERT_TRUE(listing) << to_log_line(listing.error());
  EXPECT_EQ(listing.value().tokens.size(), 3U);
  ASSERT_EQ(listing.value().failures.size(), 1U);
  EXPECT_EQ(listing.value().failures.front().code, Code::kTokenModuleUnusable);
  const auto keys = client_.keys({});
  ASSERT_TRUE(keys) << to_log_line(keys.error());
  ASSERT_EQ(keys.value().size(), 2U) << "seal and log";
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

TEST_F(TokendTest, LetsClientsNeitherLogInNorUnlock) {
  Tokend tokend{parts()};
  TokendServer clients{tokend, Peer::kClient};
  TokendServer operators{tokend, Peer::kOperator};
  auto client = client_of(clients);
  auto person = client_of(operators);
  OnePin pins;
  const Secret pin{to_bytes(std::string_view{"271828"})};
  for (auto* const one : {&client, &person}) {
    const auto refused = one->login({}, pins);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Code::kTokendOperatorOnly);
  }
  EXPECT_EQ(pins.token, "");
  const auto refused = client.unlock("pkcs11:token=t", pin);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::kTokendOperatorOnly);
  EXPECT_EQ(unlocked_, "");
  EXPECT_TRUE(person.unlock("pkcs11:token=t", pin));
  EXPECT_EQ(unlocked_, "pkcs11:token=t 271828");
  const auto status = person.status();
  ASSERT_TRUE(status);
  EXPECT_NE(status.value().find("a"), nullptr);
}

TEST_F(TokendTest, SignsCheckpointsThatOnlyGrow) {
  EXPECT_EQ(sign_checkpoint("log", note(5)), "ok");
  EXPECT_EQ(sign_checkpoint("log", note(5)), "ok") << "the same once more";
  EXPECT_EQ(sign_checkpoint("log", note(5, 'B')), "tokend.checkpoint_rollback");
  EXPECT_EQ(sign_checkpoint("log", note(4)), "tokend.checkpoint_rollback");
  EXPECT_EQ(sign_checkpoint("log", note(6, 'B')), "ok");
  EXPECT_EQ(sign_checkpoint("log", note(5)), "tokend.checkpoint_rollback");
  EXPECT_EQ(checkpoints_.signatures, 3);
  ASSERT_EQ(journal_.entries.size(), 3U);
  const auto& entry = journal_.entries.back();
  EXPECT_EQ(entry.kind, JournalEntry::Kind::kCheckpoint);
  EXPECT_EQ(entry.origin, "example.vn/log");
  EXPECT_EQ(entry.size, 6U);
  EXPECT_EQ(entry.public_key, Bytes(32, 7));
  EXPECT_EQ(entry.signed_sha256, ossl::sha256(as_bytes(note(6, 'B'))));
  EXPECT_EQ(client_.checkpoint_key(uri("log")).value(), Bytes(32, 7));
}

TEST_F(TokendTest, RemembersCheckpointsAcrossARestart) {
  EXPECT_EQ(sign_checkpoint("log", note(5)), "ok");
  memory_ = CheckpointMemory::open(folder_.path() + "/checkpoints").value();
  Tokend tokend{parts()};
  TokendServer server{tokend, Peer::kClient};
  auto client = client_of(server);
  const auto refused = client.sign_checkpoint(uri("log"), note(4));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::kTokendCheckpointRollback);
  EXPECT_TRUE(client.sign_checkpoint(uri("log"), note(5)));
}

TEST_F(TokendTest, KeepsPurposesApart) {
  EXPECT_EQ(sign("log", attributes()), "tokend.purpose_refused");
  EXPECT_EQ(sign_checkpoint("seal", note(1)), "tokend.purpose_refused");
  EXPECT_EQ(sign_checkpoint("other", note(1)), "token.key_refused");
  EXPECT_EQ(sign_checkpoint("log", "hello"), "tokend.checkpoint_malformed");
  EXPECT_EQ(keys_.signatures + checkpoints_.signatures, 0);
  EXPECT_TRUE(journal_.entries.empty());
}

TEST_F(TokendTest, KeepsACheckpointInThatItCouldNotWriteDown) {
  journal_.failing = true;
  EXPECT_EQ(sign_checkpoint("log", note(1)), "general.file_unwritable");
}

TEST_F(TokendTest, SaysThatAPinIsWantedRatherThanWhoShallLogIn) {
  keys_.failure = Code::kTokenLoginRequired;
  EXPECT_EQ(sign("seal", attributes()), "tokend.unlock_needed");
  keys_.list.erase(keys_.list.begin());
  keys_.list.front().token.login_required = true;
  KeyQuery query;
  query.uri = "pkcs11:token=token;object=hidden";
  EXPECT_TRUE(client_.keys(query).value().empty());
  pin_missing_ = true;
  const auto hidden = client_.keys(query);
  ASSERT_FALSE(hidden);
  EXPECT_EQ(hidden.error().code, Code::kTokendUnlockNeeded);
}

TEST_F(TokendTest, TakesNoMoreConnectionsThanItMay) {
  Tokend tokend{parts()};
  TokendServer server{tokend, Peer::kClient, 1};
  auto first = server.connect();
  ASSERT_TRUE(first);
  EXPECT_FALSE(server.connect());
}

TEST_F(TokendTest, EndsAConnectionThatAsksForWhatIsNotInTheTable) {
  Tokend tokend{parts()};
  TokendServer server{tokend, Peer::kClient};
  auto channel = server.connect().value();
  service::Message request;
  request.type = 0x0210;
  request.body = service::cbor::Map{};
  const auto until = service::after(std::chrono::seconds{10});
  const auto answer = service::call(channel, request, until);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Code::kIpcUnexpected);
  const auto next = channel.receive(until);
  ASSERT_FALSE(next);
  EXPECT_EQ(next.error().code, Code::kIpcClosed);
}

TEST_F(TokendTest, ReadsNoMoreThanARequestMayHave) {
  Tokend tokend{parts()};
  TokendServer server{tokend, Peer::kClient};
  auto channel = server.connect().value();
  service::Message request;
  request.type = tokend::kListKeys;
  request.body = service::cbor::Map{{"label", std::string(std::size_t{65} << 10U, 'x')}};
  const auto until = service::after(std::chrono::seconds{10});
  EXPECT_FALSE(service::call(channel, request, until));
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
