#include <algorithm>
#include <fstream>
#include <iterator>
#include <sys/socket.h>
#include <thread>

#include <openssl/evp.h>

#include "certs/ossl/handles.h"
#include "tests/integration/tokend/fixture.h"

namespace antin::hsm {
namespace {

using antin::testing::TokendProcess;

std::string text_of(const std::string& path) {
  std::ifstream in{path, std::ios::binary};
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST_F(TokendProcessTest, SignsAndItsJournalHasIt) {
  tokend_->write_usual_config();
  ASSERT_TRUE(tokend_->start()) << tokend_->log();
  ASSERT_EQ(outcome(sign(7)), "ok");
  const auto first = sign(8);
  ASSERT_TRUE(first);
  EXPECT_EQ(first.value().value().size(), 256U);
  const auto page = client_.journal(0, 10);
  ASSERT_TRUE(page) << to_log_line(page.error());
  ASSERT_EQ(page.value().records.size(), page.value().last);
  const auto& entry = page.value().records.back().entry;
  EXPECT_EQ(entry.signed_sha256, ossl::sha256(attributes(8).value()));
  EXPECT_EQ(entry.role, "agency");
  EXPECT_EQ(entry.scheme, "RSASSA-PKCS1-v1_5 SHA-256");
  EXPECT_EQ(tokend_->end(SIGTERM), 0);
  const auto checked = verify_journal(tokend_->journal(), {});
  ASSERT_TRUE(checked);
  EXPECT_EQ(checked.value().last, page.value().last);
}

TEST_F(TokendProcessTest, RefusesWhatItsRulesDoNotAllow) {
  tokend_->write_usual_config();
  ASSERT_TRUE(tokend_->start()) << tokend_->log();
  ASSERT_EQ(outcome(sign(1)), "ok");
  const auto key = find_one(client_, by_uri(kPattern)).value();
  EXPECT_EQ(key.schemes, std::vector{kRsa256}) << "PSS and longer digests are not allowed";
  constexpr SignatureScheme kPss{SignatureAlgorithm::kRsaPss, DigestAlgorithm::kSha256};
  EXPECT_EQ(outcome(client_.sign(key.uri, kPss, attributes(2))), "tokend.scheme_refused");
  TokendKeyHolder person{[this] { return connect_to_tokend(tokend_->socket()); },
                         {std::chrono::seconds{20}, std::chrono::seconds{20}},
                         tokend::Role::kPerson};
  EXPECT_EQ(outcome(person.sign(key.uri, kRsa256, attributes(2))), "tokend.role_refused");
  EXPECT_TRUE(client_.keys(by_uri("pkcs11:token=antin%20test;object=p256")).value().empty())
      << "no rule covers it";
  EXPECT_EQ(outcome(client_.sign_checkpoint(key.uri, "a\n1\nx\n")), "tokend.checkpoint_malformed");
}

TEST_F(TokendProcessTest, SignsCheckpointsThatVerifyAndNeverShrink) {
  const auto pem = folder_.path() + "/ed.key";
  fakes::SoftHsmToken::run("openssl genpkey -algorithm ED25519 -out " + pem +
                           " && softhsm2-util --import " + pem + " --token '" +
                           fakes::SoftHsmToken::kLabel + "' --label log --id 63 --pin " +
                           fakes::SoftHsmToken::kPin);
  const std::string pattern = "pkcs11:token=antin%20test;object=log";
  configure(fakes::SoftHsmToken::kModule, "", TokendProcess::checkpoint_key(pattern));
  ASSERT_TRUE(tokend_->start()) << tokend_->log();
  const auto note = [](int size, char root) {
    return "example.vn/log\n" + std::to_string(size) + "\n" + std::string(42, root) + "A=\n";
  };
  const auto point = client_.checkpoint_key(pattern);
  ASSERT_TRUE(point) << to_log_line(point.error());
  const auto signature = client_.sign_checkpoint(pattern, note(5, 'A'));
  ASSERT_TRUE(signature) << to_log_line(signature.error());
  const ossl::PublicKeyPtr key{EVP_PKEY_new_raw_public_key(
      EVP_PKEY_ED25519, nullptr, point.value().data(), point.value().size())};
  const ossl::DigestContextPtr context{EVP_MD_CTX_new()};
  const auto text = note(5, 'A');
  ASSERT_EQ(EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()), 1);
  EXPECT_EQ(EVP_DigestVerify(context.get(), signature.value().data(), signature.value().size(),
                             as_bytes(text).data(), text.size()),
            1);
  const auto refusals = [&] {
    EXPECT_EQ(outcome(client_.sign_checkpoint(pattern, note(4, 'A'))),
              "tokend.checkpoint_rollback");
    EXPECT_EQ(outcome(client_.sign_checkpoint(pattern, note(5, 'B'))),
              "tokend.checkpoint_rollback");
    EXPECT_EQ(outcome(client_.sign_checkpoint(kPattern, note(9, 'A'))), "tokend.purpose_refused");
  };
  refusals();
  // Neither a restart nor a memory that was put back in time makes it forget.
  ASSERT_TRUE(tokend_->restart(SIGKILL)) << tokend_->log();
  refusals();
  tokend_->end(SIGTERM);
  std::filesystem::remove(folder_.path() + "/checkpoints");
  ASSERT_TRUE(tokend_->start()) << tokend_->log();
  refusals();
  EXPECT_EQ(outcome(client_.sign_checkpoint(pattern, note(6, 'B'))), "ok");
  const auto listed = client_.keys(by_uri(pattern)).value();
  ASSERT_EQ(listed.size(), 1U);
  EXPECT_EQ(outcome(client_.sign(listed.front().uri, kRsa256, attributes(0))),
            "tokend.purpose_refused");
}

TEST_F(TokendProcessTest, CostsNothingWithoutAModule) {
  tokend_->write_config(TokendProcess::head(""));
  ASSERT_TRUE(tokend_->start()) << tokend_->log();
  EXPECT_NE(tokend_->log().find("no_modules"), std::string::npos);
  EXPECT_TRUE(client_.keys({}).value().empty());
  EXPECT_TRUE(client_.tokens().value().tokens.empty());
  EXPECT_TRUE(client_.status());
  EXPECT_EQ(outcome(sign()), "token.key_not_found");
}

TEST_F(TokendProcessTest, SaysThatAModuleIsMissingAndServesTheOthers) {
  configure(fakes::SoftHsmToken::kModule);
  auto toml = text_of(tokend_->config());
  toml.replace(toml.find("modules = ["), 11, "modules = [\"/none/such.so\", ");
  tokend_->write_config(toml);
  ASSERT_TRUE(tokend_->start()) << tokend_->log();
  EXPECT_EQ(outcome(sign()), "ok");
  EXPECT_EQ(client_.tokens().value().failures.size(), 1U);
}

TEST_F(TokendProcessTest, RefusesToStartOverABrokenJournal) {
  tokend_->write_usual_config();
  ASSERT_TRUE(tokend_->start()) << tokend_->log();
  for (unsigned i = 0; i < 3; ++i) ASSERT_EQ(outcome(sign(i)), "ok");
  tokend_->end(SIGTERM);
  const auto good = text_of(tokend_->journal());
  auto bad = good;
  bad.replace(bad.find("agency"), 6, "person");
  std::ofstream{tokend_->journal(), std::ios::trunc} << bad;
  EXPECT_FALSE(tokend_->start());
  EXPECT_NE(tokend_->log().find("tokend.journal_broken"), std::string::npos) << tokend_->log();
  std::ofstream{tokend_->journal(), std::ios::trunc} << good << "{\"number\":4,";
  ASSERT_TRUE(tokend_->start()) << tokend_->log();
  EXPECT_NE(tokend_->log().find("journal_torn"), std::string::npos);
  EXPECT_EQ(outcome(sign(9)), "ok");
}

// One that signs all the time, and a process that dies all the time.
TEST_F(TokendProcessTest, LosesNothingButTheRequestWhenItIsKilled) {
  tokend_->write_usual_config();
  ASSERT_TRUE(tokend_->start()) << tokend_->log();
  ASSERT_EQ(outcome(sign()), "ok");
  const auto uri = find_one(client_, by_uri(kPattern)).value().uri;
  std::vector<Bytes> released;
  for (unsigned round = 0; round < 8; ++round) {
    // The first one logs in; what is to be met by the kill comes behind it.
    ASSERT_EQ(outcome(sign(500 + round)), "ok");
    std::thread killer{[this, round] {
      // waits: for another moment each time, inside or between requests
      std::this_thread::sleep_for(std::chrono::milliseconds{8 + 5 * round});  // waits: see above
      ::kill(tokend_->pid(), SIGKILL);
    }};
    for (unsigned number = 1000 * round;; ++number) {
      const auto what = attributes(number);
      const auto value = client_.sign(uri, kRsa256, what);
      if (!value) break;
      released.push_back(ossl::sha256(what.value()));
    }
    killer.join();
    ASSERT_TRUE(tokend_->restart(SIGKILL)) << tokend_->log();
  }
  EXPECT_EQ(outcome(sign()), "ok");
  std::vector<Bytes> written;
  const auto journal = verify_journal(tokend_->journal(), [&written](const JournalRecord& record) {
    written.push_back(record.entry.signed_sha256);
  });
  ASSERT_TRUE(journal) << to_log_line(journal.error());
  for (const auto& one : released)
    EXPECT_NE(std::find(written.begin(), written.end(), one), written.end());
  EXPECT_GT(released.size(), 8U);
}

TEST_F(TokendProcessTest, TakesNoMoreConnectionsThanItMay) {
  configure(fakes::SoftHsmToken::kModule, "max_connections = 2\n");
  ASSERT_TRUE(tokend_->start()) << tokend_->log();
  const auto first = connect_to_tokend(tokend_->socket());
  const auto second = connect_to_tokend(tokend_->socket());
  ASSERT_TRUE(first && second);
  EXPECT_EQ(outcome(client_.tokens()), "tokend.busy");
}

TEST_F(TokendProcessTest, ListensOnASocketThatItWasGiven) {
  tokend_->write_usual_config();
  auto toml = text_of(tokend_->config());
  toml.replace(toml.find("socket = \"tokend.sock\"\n"), 23, "");
  tokend_->write_config(toml);
  ASSERT_TRUE(tokend_->start_with_socket()) << tokend_->log();
  EXPECT_EQ(outcome(sign()), "ok");
}

}  // namespace
}  // namespace antin::hsm
