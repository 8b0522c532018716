// Vendors' modules at their worst, and several tokens with the same key.

#include <atomic>
#include <fstream>
#include <map>
#include <set>
#include <thread>

#include "tests/integration/tokend/fixture.h"

namespace antin::hsm {
namespace {

using antin::testing::TokendProcess;

class ModulesTest : public TokendProcessTest {
 protected:
  void inject(const std::string& lines) const {
    std::ofstream{folder_.path() + "/control"} << lines;
  }
};

// architecture.md: crashes, hangs, leaks, corrupts memory, calls exit - one request at most.
TEST_F(ModulesTest, CostOneRequestAtMostWhateverTheyDo) {
  configure(kShim, "call_seconds = 1\nmodule_megabytes = 192\n");
  ASSERT_TRUE(tokend_->start()) << tokend_->log();
  const auto pid = tokend_->pid();
  unsigned number = 0;
  ASSERT_EQ(outcome(sign(++number)), "ok");
  for (const char* const what : {"crash", "exit", "leak", "corrupt"}) {
    inject(std::string{"C_Sign "} + what + " 1\n");
    EXPECT_EQ(outcome(sign(++number)), "ok") << what << ": asked once more of a new process";
  }
  inject("C_Sign hang 1\n");
  EXPECT_EQ(outcome(sign(++number)), "token.timeout");
  EXPECT_EQ(outcome(sign(++number)), "ok");
  inject("load crash 1\nC_Sign crash 1\n");
  EXPECT_NE(outcome(sign(++number)), "ok");
  for (int i = 0; i < 50 && !sign(++number); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds{100});  // waits: for the restart pause
  EXPECT_EQ(outcome(sign(++number)), "ok");
  EXPECT_EQ(tokend_->pid(), pid);
  EXPECT_EQ(tokend_->end(SIGTERM), 0) << "it never went down itself";
}

class TwinTokensTest : public ModulesTest {
 protected:
  static constexpr const char* kTwin = "antin twin";
  static constexpr const char* kAny = "pkcs11:object=rsa2048";

  // A second token with the same key and certificate.
  TwinTokensTest() {
    const auto before = tokens();
    const auto pin = std::string{" --pin "} + fakes::SoftHsmToken::kPin;
    const auto tool = std::string{"pkcs11-tool --module "} + fakes::SoftHsmToken::kModule +
                      " --token-label '" + kTwin + "' --login" + pin;
    fakes::SoftHsmToken::run(
        "cd " + token_.folder() + " && softhsm2-util --init-token --free --label '" + kTwin + "'" +
        pin + " --so-pin 12345678 && softhsm2-util --import rsa2048.key --token '" + kTwin +
        "' --label rsa2048 --id 01" + pin + " && openssl x509 -in rsa2048.crt -outform DER -out " +
        folder_.path() + "/crt.der && " + tool + " --write-object " + folder_.path() +
        "/crt.der --type cert --label rsa2048 --id 01");
    for (const auto& one : tokens()) {
      if (!before.contains(one)) twin_ = one;
    }
    tokend_->write_pin(fakes::SoftHsmToken::kPin);
    tokend_->write_config(
        TokendProcess::head(fakes::SoftHsmToken::kModule) +
        "[[tokens]]\nuri = \"pkcs11:token=antin%20test\"\npin = \"file:pin\"\n"
        "[[tokens]]\nuri = \"pkcs11:token=antin%20twin\"\npin = \"file:pin\"\n" +
        // One rule for both: what the tokens have in common.
        TokendProcess::document_key("pkcs11:manufacturer=SoftHSM%20project;object=rsa2048"));
  }
  std::set<std::string> tokens() const {
    std::set<std::string> names;
    for (const auto& one : std::filesystem::directory_iterator{token_.tokens_folder()})
      names.insert(one.path().filename().string());
    return names;
  }
  void pull_twin() const {
    std::filesystem::rename(token_.tokens_folder() + "/" + twin_, folder_.path() + "/pulled");
  }
  void plug_twin_in() const {
    std::filesystem::rename(folder_.path() + "/pulled", token_.tokens_folder() + "/" + twin_);
  }
  // token label -> member of the status
  std::map<std::string, service::cbor::Value> members() {
    std::map<std::string, service::cbor::Value> found;
    const auto status = client_.status();
    if (!status) return found;
    const auto keys = service::cbor::array_at(status.value(), "keys").value();
    for (const auto& key : keys) found[service::cbor::text_at(key, "token").value()] = key;
    return found;
  }
  // Signatures that the status tells of; -1 for a token that it does not name.
  std::int64_t signatures_of(const std::string& token) {
    const auto all = members();
    const auto found = all.find(token);
    if (found == all.end()) return -1;
    const auto number = service::cbor::integer_at(found->second, "signatures");
    return number ? number.value() : -1;
  }
  std::string state_of_twin() {
    const auto all = members();
    const auto twin = all.find(kTwin);
    return twin == all.end() ? "unknown" : service::cbor::text_at(twin->second, "state").value();
  }
  template <class Condition>
  bool eventually(Condition condition) {
    for (int i = 0; i < 100; ++i) {
      if (condition()) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds{100});  // waits: for the caretaker
    }
    return false;
  }
  std::string twin_;
};

TEST_F(TwinTokensTest, SignOnWhileOneIsAwayAndTakeItBack) {
  ASSERT_TRUE(tokend_->start()) << tokend_->log();
  const auto listed = client_.keys(by_uri(kAny));
  ASSERT_TRUE(listed) << to_log_line(listed.error());
  ASSERT_EQ(listed.value().size(), 1U) << "the same key on two tokens is one";
  const auto uri = listed.value().front().uri;
  certificate_ = listed.value().front().certificate->value();
  unsigned number = 0;
  const auto sign_some = [&](int count) {
    for (int i = 0; i < count; ++i) {
      const auto value = client_.sign(uri, kRsa256, attributes(++number));
      EXPECT_TRUE(value) << to_log_line(value.error());
    }
  };
  sign_some(10);
  EXPECT_EQ(signatures_of(fakes::SoftHsmToken::kLabel), 5);
  EXPECT_EQ(signatures_of(kTwin), 5);

  std::atomic<bool> over{false};
  std::thread busy{[&] {
    while (!over) sign_some(1);
  }};
  pull_twin();
  EXPECT_TRUE(eventually([&] { return state_of_twin() == "resting"; }));
  plug_twin_in();
  EXPECT_TRUE(eventually([&] { return state_of_twin() == "ready"; })) << tokend_->log();
  over = true;
  busy.join();
  const auto before = signatures_of(kTwin);
  EXPECT_TRUE(eventually([&] {
    sign_some(10);
    return signatures_of(kTwin) > before;
  }));
  EXPECT_NE(tokend_->log().find("key_resting"), std::string::npos);
  EXPECT_NE(tokend_->log().find("key_ready"), std::string::npos);
}

}  // namespace
}  // namespace antin::hsm
