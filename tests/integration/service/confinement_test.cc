// antind does not serve with workers that are not confined, unless somebody said so, and then says
// it.

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include <gtest/gtest.h>

#include "service/sandbox/process_state.h"
#include "tests/fakes/temp_folder.h"
#include "tests/integration/service/daemon.h"

namespace antin {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::Daemon;
using testing::RawAnswer;
using testing::RawClient;

class Confinement : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!service::sandbox::can_be_confined()) GTEST_SKIP() << "a sanitizer cannot be confined";
    std::ofstream(folder_.path() + "/antin.toml")
        << "schema = \"antin-config/1\"\n[http]\nport = 0\n[verify]\nworkers = 1\n"
           "[revocation]\nonline = false\n[store]\nfolder = \"data\"\n";
  }
  static RawAnswer ask(const Daemon& daemon, const std::string& start, const std::string& body) {
    RawClient client(daemon.port());
    const auto answer = client.ask(start + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" +
                                   "Content-Type: application/pdf\r\nContent-Length: " +
                                   std::to_string(body.size()) + "\r\n\r\n" + body);
    EXPECT_TRUE(answer) << start;
    return answer.value_or(RawAnswer{});
  }
  // Codes of the findings about the whole document.
  static bool says_unconfined(const Daemon& daemon) {
    const auto pdf = testing::file_text(ANTIN_SOURCE_DIR "/tests/vectors/structure/xref-table.pdf");
    const auto answer = ask(daemon, "POST /api/v1/verify", pdf);
    EXPECT_EQ(answer.status, 200) << answer.body;
    const auto report = json::parse(answer.body, nullptr, false);
    for (const auto& finding : report.value("findings", json::array())) {
      if (finding.value("code", "") != "service.unconfined") continue;
      EXPECT_EQ(finding.value("severity", ""), "warning");
      return true;
    }
    return false;
  }
  fakes::TempFolder folder_{"confined"};
};

TEST_F(Confinement, IsProvenBeforeItServes) {
  testing::link_programs(folder_.path() + "/bin", ANTIN_FAKE_WORKER);
  Daemon daemon(folder_.path(), folder_.path() + "/bin");
  EXPECT_FALSE(daemon.start());
  EXPECT_NE(daemon.end(SIGTERM), 0);
  EXPECT_NE(daemon.log().find("service.sandbox_incomplete"), std::string::npos);
  EXPECT_NE(daemon.log().find("--unconfined-development"), std::string::npos);
}

TEST_F(Confinement, WhoLeavesItOutIsToldEverywhere) {
  Daemon daemon(folder_.path());
  ASSERT_TRUE(daemon.start({"--unconfined-development"})) << daemon.log();
  EXPECT_TRUE(says_unconfined(daemon));
  EXPECT_EQ(json::parse(ask(daemon, "GET /readyz", "").body)["warnings"][0], "service.unconfined");
  EXPECT_EQ(daemon.end(SIGTERM), 0);
  EXPECT_NE(daemon.log().find("\"event\":\"unconfined_development\""), std::string::npos);

  ASSERT_TRUE(daemon.start()) << daemon.log();
  EXPECT_FALSE(says_unconfined(daemon));
  EXPECT_EQ(json::parse(ask(daemon, "GET /readyz", "").body).count("warnings"), 0U);
}

}  // namespace
}  // namespace antin
