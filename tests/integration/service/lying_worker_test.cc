// antind does not take a worker's word for a signature: whatever the one that prepares or completes
// says, the key is not used, or nothing is released.

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include <gtest/gtest.h>

#include "tests/fakes/softhsm_token.h"
#include "tests/fakes/temp_folder.h"
#include "tests/fakes/tokend_process.h"
#include "tests/integration/service/daemon.h"

namespace antin {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::Daemon;
using testing::RawClient;

class LyingWorker : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto programs = folder_.path() + "/bin";
    testing::link_programs(programs, ANTIN_LYING_WORKER);
    tokend_ = std::make_unique<testing::TokendProcess>(folder_.path());
    tokend_->write_usual_config();
    ASSERT_TRUE(tokend_->start()) << tokend_->log();
    std::ofstream(folder_.path() + "/antin.toml")
        << "schema = \"antin-config/1\"\n[http]\nport = 0\n[verify]\nworkers = 1\n[agency]\n"
           "key = \"pkcs11:token=antin%20test;object=rsa2048\"\n"
           "tokend = \"tokend.sock\"\nlevel = \"B-B\"\ncheck_trust = false\nworkers = 1\n"
           "[revocation]\nonline = false\n[store]\nfolder = \"data\"\n";
    daemon_ = std::make_unique<Daemon>(folder_.path(), programs);
    daemon_->run(
        {"key", "add", "--config", daemon_->config(), "--name", "test", "--scopes", "sign"}, key_);
    key_ = key_.substr(0, key_.find('\n'));
    ASSERT_TRUE(daemon_->start()) << daemon_->log();
  }
  std::string request(const std::string& lie) const {
    const auto pdf = testing::file_text(ANTIN_SOURCE_DIR "/tests/vectors/structure/xref-table.pdf");
    return "POST /api/v1/signatures?reason=" + lie +
           " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer " + key_ +
           "\r\nContent-Type: application/pdf\r\nIdempotency-Key: case-" + lie +
           "\r\nContent-Length: " + std::to_string(pdf.size()) + "\r\n\r\n" + pdf;
  }
  testing::RawAnswer sign(const std::string& lie) {
    RawClient client(daemon_->port());
    const auto answer = client.ask(request(lie));
    EXPECT_TRUE(answer) << lie;
    return answer.value_or(testing::RawAnswer{});
  }
  // Signatures that the key was used for.
  std::size_t journaled() const {
    std::ifstream in(tokend_->journal());
    std::string line;
    std::size_t count = 0;
    while (std::getline(in, line)) ++count;
    return count;
  }

  fakes::SoftHsmToken token_;
  fakes::TempFolder folder_{"liar"};
  std::string key_;
  std::unique_ptr<testing::TokendProcess> tokend_;
  std::unique_ptr<Daemon> daemon_;
};

TEST_F(LyingWorker, IsRefusedWhateverItSays) {
  const auto code_of = [&](const std::string& lie) {
    const auto answer = sign(lie);
    const auto body = json::parse(answer.body, nullptr, false);
    EXPECT_EQ(answer.status, 500) << lie << ' ' << answer.body;
    return body.value("code", "");
  };
  const auto before = journaled();
  EXPECT_EQ(code_of("prefix"), "sign.prepared_attributes");
  EXPECT_EQ(code_of("digest"), "sign.prepared_attributes");
  EXPECT_EQ(code_of("attributes"), "sign.prepared_attributes");
  EXPECT_EQ(code_of("range"), "sign.prepared_range");
  EXPECT_EQ(code_of("placeholder"), "sign.prepared_range");
  EXPECT_EQ(code_of("tail"), "sign.prepared_range");
  for (const auto* lie : {"annotation", "content", "javascript", "nothing", "field"})
    EXPECT_EQ(code_of(lie), "sign.prepared_changes") << lie;
  EXPECT_EQ(journaled(), before) << "the key was used";

  EXPECT_EQ(code_of("after"), "sign.completed_differs");
  EXPECT_EQ(code_of("empty"), "sign.completed_differs");
  EXPECT_EQ(code_of("appended"), "extend.more_than_proof");
  // What antind, which reads no CMS, cannot see itself.
  for (const auto* lie : {"wrapping", "digest-name", "value-name", "trailing", "level"})
    EXPECT_EQ(code_of(lie), "sign.completed_unsound") << lie;
  const auto honest = sign("honest");
  EXPECT_EQ(honest.status, 201) << honest.body;
  EXPECT_EQ(daemon_->end(SIGTERM), 0);
  EXPECT_NE(daemon_->log().find("sign.prepared_changes"), std::string::npos);
  EXPECT_NE(daemon_->log().find("sign.completed_unsound"), std::string::npos);
}

// What the key has made is kept before anybody is asked to complete it: whoever is killed then
// completes the same signature after the restart.
TEST_F(LyingWorker, AKillBeforeTheReleaseCostsNoSecondSignature) {
  const auto before = journaled();
  std::thread asker([&] {
    RawClient client(daemon_->port());
    static_cast<void>(client.ask(request("hang")));
  });
  EXPECT_TRUE(daemon_->says("\"event\":\"signature_made\""));
  daemon_->end(SIGKILL);
  asker.join();
  EXPECT_EQ(journaled(), before + 1);

  ASSERT_TRUE(daemon_->start()) << daemon_->log();
  const auto answer = sign("hang");
  EXPECT_EQ(answer.status, 201) << answer.body;
  EXPECT_EQ(journaled(), before + 1) << "the key was used again";
}

TEST_F(LyingWorker, WhoSignsUnconfinedIsTold) {
  const auto told = [&](const char* key) {
    return sign(key).body.find("service.unconfined") != std::string::npos;
  };
  EXPECT_FALSE(told("confined"));
  EXPECT_EQ(daemon_->end(SIGTERM), 0);
  ASSERT_TRUE(daemon_->start({"--unconfined-development"})) << daemon_->log();
  EXPECT_TRUE(told("unconfined"));
}

}  // namespace
}  // namespace antin
