#include <algorithm>
#include <array>
#include <fstream>
#include <grp.h>
#include <iterator>
#include <sstream>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>

#include "tests/integration/tokend/fixture.h"

namespace antin::hsm {
namespace {

using antin::testing::TokendProcess;

constexpr const char* kTokenUri = "pkcs11:token=antin%20test";

std::string text_of(const std::string& path) {
  std::ifstream in{path, std::ios::binary};
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string with_pin(const std::string& origin) {
  return TokendProcess::head(fakes::SoftHsmToken::kModule) + "[[tokens]]\nuri = \"" + kTokenUri +
         "\"\npin = \"" + origin + "\"\n" +
         TokendProcess::document_key("pkcs11:token=antin%20test;object=rsa2048");
}

class PinsTest : public TokendProcessTest {
 protected:
  // The command as an operator runs it; its exit code.
  int control(const std::string& arguments) const {
    // NOLINTNEXTLINE(concurrency-mt-unsafe,cert-env33-c)
    const int status = std::system((std::string(ANTIN_BINARY_DIR) + "/bin/antin-tokend-control " +
                                    arguments + " --socket " + tokend_->operator_socket() + " >" +
                                    folder_.path() + "/said 2>&1")
                                       .c_str());
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  std::string said() const { return text_of(folder_.path() + "/said"); }
  std::string pin_state() {
    auto operators = connect(tokend_->operator_socket());
    const auto status = operators.status();
    if (!status) return to_log_line(status.error());
    const auto tokens = service::cbor::array_at(status.value(), "tokens");
    return service::cbor::text_at(tokens.value().front(), "pin").value();
  }
  Status unlock(const std::string& pin, const std::string& socket) {
    return connect(socket).unlock(kTokenUri, Secret{to_bytes(pin)});
  }
};

TEST_F(PinsTest, WaitsForAnOperatorToUnlock) {
  tokend_->write_config(with_pin("unlock"));
  ASSERT_TRUE(tokend_->start()) << tokend_->log();
  EXPECT_EQ(pin_state(), "none");
  EXPECT_EQ(outcome(sign()), "tokend.unlock_needed");
  EXPECT_EQ(outcome(unlock(fakes::SoftHsmToken::kPin, tokend_->socket())), "tokend.operator_only");
  EXPECT_EQ(pin_state(), "none");
  tokend_->write_pin(fakes::SoftHsmToken::kPin);
  EXPECT_EQ(control("status"), 3) << said();
  ASSERT_EQ(control("unlock --pin-source file:" + folder_.path() + "/pin"), 0) << said();
  EXPECT_EQ(pin_state(), "held");
  EXPECT_EQ(control("status"), 0) << said();
  EXPECT_EQ(outcome(sign()), "ok");
  EXPECT_EQ(control("unlock --pin-source file:" + folder_.path() + "/pin"), 0) << said();
  EXPECT_EQ(said().find(fakes::SoftHsmToken::kPin), std::string::npos);
}

TEST_F(PinsTest, DestroysAWrongPinAndAsksForAnother) {
  tokend_->write_config(with_pin("file:pin"));
  tokend_->write_pin("11111111");
  ASSERT_TRUE(tokend_->start()) << tokend_->log();
  EXPECT_EQ(outcome(sign()), "tokend.unlock_needed");
  EXPECT_EQ(pin_state(), "destroyed");
  EXPECT_EQ(outcome(sign()), "tokend.unlock_needed") << "no second try with it";
  const auto wrong = unlock("22222222", tokend_->operator_socket());
  EXPECT_EQ(outcome(wrong), "token.pin_incorrect");
  EXPECT_EQ(pin_state(), "destroyed");
  EXPECT_EQ(outcome(unlock(fakes::SoftHsmToken::kPin, tokend_->operator_socket())), "ok");
  EXPECT_EQ(outcome(sign()), "ok");
  auto operators = connect(tokend_->operator_socket());
  const auto stranger =
      operators.unlock("pkcs11:token=other", Secret{to_bytes(std::string_view{"1"})});
  EXPECT_EQ(outcome(stranger), "tokend.token_unknown");
}

TEST_F(PinsTest, S23_AreTakenFromACredential) {
  tokend_->write_config(with_pin("credential:agency-pin"));
  EXPECT_FALSE(tokend_->start());
  EXPECT_NE(tokend_->log().find("tokend.credential_missing"), std::string::npos);
  std::filesystem::create_directory(folder_.path() + "/credentials");
  ::setenv("CREDENTIALS_DIRECTORY", (folder_.path() + "/credentials").c_str(), 1);
  EXPECT_FALSE(tokend_->start()) << "the folder alone is not enough";
  const auto file = folder_.path() + "/credentials/agency-pin";
  std::ofstream{file} << fakes::SoftHsmToken::kPin;
  std::filesystem::permissions(file, std::filesystem::perms::owner_read);
  ASSERT_TRUE(tokend_->start()) << tokend_->log();
  EXPECT_EQ(outcome(sign()), "ok");
}

TEST_F(PinsTest, S23_AreNotTakenFromAFileThatOthersRead) {
  tokend_->write_config(with_pin("file:pin"));
  tokend_->write_pin(fakes::SoftHsmToken::kPin);
  std::filesystem::permissions(folder_.path() + "/pin", std::filesystem::perms{0444});
  EXPECT_FALSE(tokend_->start());
  EXPECT_NE(tokend_->log().find("token.pin_file_unsafe"), std::string::npos);
}

// One mapping of /proc/PID/smaps that can be read, and whether it is locked and kept out of dumps.
struct Mapping {
  std::uint64_t from = 0;
  std::uint64_t to = 0;
  bool readable = false;
  bool locked = false;
  bool dumped = true;
};
std::vector<Mapping> mappings(pid_t pid) {
  std::vector<Mapping> all;
  std::ifstream in{"/proc/" + std::to_string(pid) + "/smaps"};
  for (std::string line; std::getline(in, line);) {
    std::uint64_t from = 0;
    std::uint64_t to = 0;
    char dash = 0;
    std::string rights;
    std::istringstream head{line};
    if (head >> std::hex >> from >> dash >> to >> rights && dash == '-')
      all.push_back({.from = from, .to = to, .readable = rights.front() == 'r'});
    if (line.starts_with("VmFlags:")) {
      all.back().locked = line.find(" lo") != std::string::npos;
      all.back().dumped = line.find(" dd") == std::string::npos;
    }
  }
  return all;
}

TEST_F(PinsTest, AreNowhereButInOneLockedPage) {
  const std::string pin = fakes::SoftHsmToken::kPin;
  tokend_->write_config(with_pin("unlock"));
  ASSERT_TRUE(tokend_->start()) << tokend_->log();
  ASSERT_EQ(outcome(unlock(pin, tokend_->operator_socket())), "ok");
  for (unsigned i = 0; i < 3; ++i) ASSERT_EQ(outcome(sign(i)), "ok");
  const auto process = "/proc/" + std::to_string(tokend_->pid());
  // Who may read these at all is root.
  EXPECT_EQ(text_of(process + "/environ").find(pin), std::string::npos);
  EXPECT_EQ(text_of(process + "/cmdline").find(pin), std::string::npos);
  const auto limits = text_of(process + "/limits");
  EXPECT_NE(limits.find("Max core file size        0                    0"), std::string::npos);
  std::ifstream memory{process + "/mem", std::ios::binary};
  if (::geteuid() == 0 && memory) {
    int held = 0;
    for (const auto& one : mappings(tokend_->pid())) {
      if (!one.readable) continue;
      std::string octets(one.to - one.from, '\0');
      memory.clear();
      memory.seekg(static_cast<std::streamoff>(one.from));
      memory.read(octets.data(), static_cast<std::streamsize>(octets.size()));
      octets.resize(static_cast<std::size_t>(memory.gcount()));
      for (auto at = octets.find(pin); at != std::string::npos; at = octets.find(pin, at + 1)) {
        ++held;
        EXPECT_TRUE(one.locked && !one.dumped) << std::hex << one.from + at;
      }
    }
    EXPECT_EQ(held, 1);
  }
  // A crash leaves no core behind.
  EXPECT_EQ(tokend_->end(SIGABRT), -1);
  for (const auto& file : std::filesystem::recursive_directory_iterator{folder_.path()}) {
    if (!file.is_regular_file()) continue;
    EXPECT_EQ(file.path().filename().string().find("core"), std::string::npos);
    EXPECT_EQ(text_of(file.path().string()).find(pin), std::string::npos) << file.path();
  }
  EXPECT_EQ(tokend_->log().find(pin), std::string::npos);
}

// What an account of another number hears; the child process is that account.
std::string answer_to(uid_t uid, const std::string& socket) {
  std::array<int, 2> pipe{};
  if (::pipe(pipe.data()) != 0) return "pipe";
  const auto child = ::fork();
  if (child == 0) {
    const bool changed = ::setgroups(0, nullptr) == 0 && ::setgid(uid) == 0 && ::setuid(uid) == 0;
    TokendKeyHolder client{[&socket] { return connect_to_tokend(socket); },
                           {std::chrono::seconds{10}, std::chrono::seconds{10}}};
    const auto heard = changed ? outcome(client.tokens()) : std::string{"setuid"};
    const auto wrote = ::write(pipe[1], heard.data(), heard.size());
    ::_exit(wrote > 0 ? 0 : 1);
  }
  ::close(pipe[1]);
  std::array<char, 256> buffer{};
  const auto got = ::read(pipe[0], buffer.data(), buffer.size());
  ::close(pipe[0]);
  ::waitpid(child, nullptr, 0);
  return {buffer.data(), got > 0 ? static_cast<std::size_t>(got) : 0};
}

TEST_F(PinsTest, AreForTheAccountsThatTheConfigurationNames) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can be somebody else";
  constexpr uid_t kClient = 54321;
  constexpr uid_t kStranger = 54322;
  tokend_->write_pin(fakes::SoftHsmToken::kPin);
  configure(fakes::SoftHsmToken::kModule, "clients = [\"54321\"]\noperators = [\"root\"]\n");
  ASSERT_TRUE(tokend_->start()) << tokend_->log();
  struct stat facts {};
  ASSERT_EQ(::stat(tokend_->socket().c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777U, 0660U);
  EXPECT_EQ(answer_to(kClient, tokend_->socket()), "token.service_unreachable")
      << "the folder and the group keep others out first";
  // Whoever is let through by the file system is still asked who it is.
  ::chmod(folder_.path().c_str(), 0755);
  ::chmod(tokend_->socket().c_str(), 0666);
  ::chmod(tokend_->operator_socket().c_str(), 0666);
  EXPECT_EQ(answer_to(kClient, tokend_->socket()), "ok");
  EXPECT_EQ(answer_to(kStranger, tokend_->socket()), "tokend.peer_refused");
  EXPECT_EQ(answer_to(kClient, tokend_->operator_socket()), "tokend.peer_refused");
  EXPECT_EQ(outcome(client_.tokens()), "tokend.peer_refused") << "root is nobody special";
  EXPECT_NE(tokend_->log().find("\"uid\":\"54322\""), std::string::npos);
  tokend_->end(SIGTERM);
  configure(fakes::SoftHsmToken::kModule, "clients = [\"no-such-account\"]\n");
  EXPECT_FALSE(tokend_->start());
  EXPECT_NE(tokend_->log().find("tokend.account_unknown"), std::string::npos);
}

}  // namespace
}  // namespace antin::hsm
