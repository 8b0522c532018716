#include <cstdio>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

#include <gtest/gtest.h>

#include "tests/integration/hsm/fixture.h"

namespace antin::hsm {
namespace {

constexpr std::string_view kPin = fakes::SoftHsmToken::kPin;

class Pins : public testing::Test {
 protected:
  static Secret secret(std::string_view text) { return Secret{to_bytes(text)}; }
  static std::string value_of(const Error& error, std::string_view name) {
    for (const auto& [key, value] : error.params) {
      if (key == name) return value;
    }
    return "";
  }
  std::unique_ptr<Pkcs11KeyHolder> unattended(std::string_view pin) {
    auto chosen = options({shim_module()});
    chosen.chatter = Pkcs11Options::Chatter::kDiscard;
    chosen.unattended.push_back({"pkcs11:token=antin%20test", secret(pin)});
    return holder(std::move(chosen));
  }
  std::string canonical_uri() {
    const auto keys = holder(options({shim_module()}));
    EXPECT_EQ(outcome(log_in(*keys)), "ok");
    return must(find_one(*keys, labelled("p256"))).uri;
  }

  ShimmedToken shimmed_;
  std::unique_ptr<Pkcs11KeyHolder> keys_ = holder(options({shim_module()}));
};

TEST_F(Pins, S10_AWrongOneIsTriedOnceAndTheNextLoginAsksAgain) {
  FixedPin wrong{"00000000"};
  const auto refused = log_in(*keys_, wrong);
  ASSERT_EQ(outcome(refused), "token.pin_incorrect");
  EXPECT_EQ(wrong.asked, 1);
  EXPECT_EQ(shimmed_.calls("C_Login"), 1);
  EXPECT_EQ(sentence(refused.error().code, Language::kVietnamese, refused.error().params),
            "Mã PIN không đúng. Còn một số ít lần thử trước khi thiết bị bị khóa.");
  FixedPin right{std::string{kPin}};
  EXPECT_EQ(outcome(log_in(*keys_, right)), "ok");
  EXPECT_EQ(shimmed_.calls("C_Login"), 2);
}

// Answers with the present PIN, then with the new one, and remembers in which order.
struct Changing final : PinSource {
  Changing(std::string_view present, std::string_view next) : old_pin(present), new_pin(next) {}
  Result<Secret> pin(const TokenStatus&, Why why) override {
    asked.push_back(why);
    return Secret{to_bytes(why == Why::kNewPin ? new_pin : old_pin)};
  }
  std::string_view old_pin;
  std::string_view new_pin;
  std::vector<Why> asked;
};

TEST_F(Pins, AreChangedByOneCallAndOnlyTheNewOneHolds) {
  const auto token = must(keys_->tokens()).tokens.front();
  Changing change{kPin, "mã-mới-2468"};
  ASSERT_EQ(outcome(keys_->change_pin(token, change)), "ok");
  EXPECT_EQ(change.asked, (std::vector{PinSource::Why::kLogin, PinSource::Why::kNewPin}));
  EXPECT_EQ(shimmed_.calls("C_SetPIN"), 1);
  FixedPin before{std::string{kPin}};
  EXPECT_EQ(outcome(log_in(*keys_, before)), "token.pin_incorrect");
  FixedPin after{"mã-mới-2468"};
  EXPECT_EQ(outcome(log_in(*keys_, after)), "ok");
}

TEST_F(Pins, AreNotChangedWithAWrongOneNorToOneThatTheDeviceRefuses) {
  const auto token = must(keys_->tokens()).tokens.front();
  Changing wrong{"00000000", "24682468"};
  EXPECT_EQ(outcome(keys_->change_pin(token, wrong)), "token.pin_incorrect");
  EXPECT_EQ(shimmed_.calls("C_SetPIN"), 1);
  Changing too_short{kPin, "1"};
  EXPECT_EQ(outcome(keys_->change_pin(token, too_short)), "token.pin_refused");
  Changing empty{kPin, ""};
  EXPECT_EQ(outcome(keys_->change_pin(token, empty)), "token.pin_refused");
  EXPECT_EQ(shimmed_.calls("C_SetPIN"), 2);
  FixedPin same{std::string{kPin}};
  EXPECT_EQ(outcome(log_in(*keys_, same)), "ok");
}

TEST_F(Pins, AChangeThatTheDeviceBreaksIsNeverTriedAgain) {
  const auto token = must(keys_->tokens()).tokens.front();
  shimmed_.inject("C_SetPIN crash 1\n");
  Changing change{kPin, "24682468"};
  EXPECT_EQ(outcome(keys_->change_pin(token, change)), "token.failed");
  EXPECT_EQ(shimmed_.calls("C_SetPIN"), 1);
  shimmed_.inject("C_GetTokenInfo flags:40000 -1\n");  // locked
  EXPECT_EQ(outcome(keys_->change_pin(token, change)), "token.pin_locked");
  EXPECT_EQ(shimmed_.calls("C_SetPIN"), 1);
}

TEST_F(Pins, AreNotAskedForTwiceWhileLoggedIn) {
  FixedPin pin{std::string{kPin}};
  for (int i = 0; i < 3; ++i) EXPECT_EQ(outcome(log_in(*keys_, pin)), "ok");
  EXPECT_EQ(pin.asked, 1);
  EXPECT_EQ(shimmed_.calls("C_Login"), 1);
}

TEST_F(Pins, AreAskedOnceWhenManyThreadsWantToLogIn) {
  FixedPin pin{std::string{kPin}};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&] { EXPECT_EQ(outcome(log_in(*keys_, pin)), "ok"); });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(pin.asked, 1);
}

TEST_F(Pins, GivingUpUsesNoTry) {
  Refusing refusing;
  EXPECT_EQ(outcome(log_in(*keys_, refusing)), "general.cancelled");
  FixedPin empty{""};
  EXPECT_EQ(outcome(log_in(*keys_, empty)), "token.pin_refused");
  FixedPin endless{std::string(300, '1')};
  EXPECT_EQ(outcome(log_in(*keys_, endless)), "token.pin_refused");
  EXPECT_EQ(shimmed_.calls("C_Login"), 0);
}

TEST_F(Pins, TheTokensWarningsAreFreshWhenThePersonIsAsked) {
  ASSERT_TRUE(keys_->tokens());
  shimmed_.inject("C_GetTokenInfo flags:30000 -1\n");  // count low, final try
  FixedPin wrong{"00000000"};
  const auto refused = log_in(*keys_, wrong);
  EXPECT_TRUE(wrong.last_status.pin_count_low);
  EXPECT_TRUE(wrong.last_status.pin_final_try);
  EXPECT_EQ(value_of(refused.error(), "n"), "01");
}

TEST_F(Pins, OfALockedTokenAreRefusedBeforeAsking) {
  shimmed_.inject("C_GetTokenInfo flags:40000 -1\n");
  FixedPin pin{std::string{kPin}};
  EXPECT_EQ(outcome(log_in(*keys_, pin)), "token.pin_locked");
  EXPECT_EQ(pin.asked, 0);
  EXPECT_EQ(shimmed_.calls("C_Login"), 0);
}

TEST_F(Pins, OfADeviceWithAKeyPadAreTypedThere) {
  shimmed_.inject("C_GetTokenInfo flags:100 -1\n");  // CKF_PROTECTED_AUTHENTICATION_PATH
  ::setenv("ANTIN_SHIM_PINPAD", std::string{kPin}.c_str(), 1);
  FixedPin pin{"never asked"};
  EXPECT_EQ(outcome(log_in(*keys_, pin)), "ok");
  ::unsetenv("ANTIN_SHIM_PINPAD");
  EXPECT_EQ(pin.asked, 0);
  EXPECT_EQ(must(keys_->keys({})).size(), 5U);
}

TEST_F(Pins, AppearInNoCommandLineEnvironmentOrMessage) {
  FixedPin pin{std::string{kPin}};
  ASSERT_EQ(outcome(log_in(*keys_, pin)), "ok");
  int children = 0;
  for (const auto& process : std::filesystem::directory_iterator{"/proc"}) {
    // Ours alone: tests of other programs run beside this one.
    std::ifstream status_file{process.path() / "status"};
    const std::string status{std::istreambuf_iterator<char>{status_file}, {}};
    if (status.find("Name:\tantin-pkcs11\n") == std::string::npos ||
        status.find("\nPPid:\t" + std::to_string(::getpid()) + "\n") == std::string::npos)
      continue;
    ++children;
    for (const char* file : {"cmdline", "environ"}) {
      std::ifstream stream{process.path() / file, std::ios::binary};
      const std::string text{std::istreambuf_iterator<char>{stream}, {}};
      EXPECT_EQ(text.find(kPin), std::string::npos) << file;
    }
  }
  EXPECT_GE(children, 1);
  FixedPin secret_pin{"31415926"};
  shimmed_.inject("C_Login 30 -1\n");
  const auto other = holder(options({shim_module()}));
  const auto failed = log_in(*other, secret_pin);
  ASSERT_FALSE(failed);
  EXPECT_EQ(to_log_line(failed.error()).find("31415926"), std::string::npos);
  for (const auto& [name, value] : failed.error().params)
    EXPECT_EQ(value.find("31415926"), std::string::npos) << name;
}

// The whole writable memory of a process; as its owner or root only.
bool memory_holds(const std::string& pid, std::string_view text) {
  std::ifstream maps{"/proc/" + pid + "/maps"};
  std::ifstream memory{"/proc/" + pid + "/mem", std::ios::binary};
  for (std::string line; std::getline(maps, line);) {
    unsigned long from = 0;
    unsigned long to = 0;
    std::string rights(4, ' ');
    if (std::sscanf(line.c_str(), "%lx-%lx %4c", &from, &to, rights.data()) != 3) continue;
    if (rights.substr(0, 2) != "rw" || to - from > (64UL << 20U)) continue;
    std::string content(to - from, '\0');
    memory.clear();
    memory.seekg(static_cast<std::streamoff>(from));
    memory.read(content.data(), static_cast<std::streamsize>(content.size()));
    if (content.find(text) != std::string::npos) return true;
  }
  return false;
}

std::string child_of_this_process() {
  for (const auto& process : std::filesystem::directory_iterator{"/proc"}) {
    std::ifstream status{process.path() / "status"};
    bool ours = false;
    bool child = false;
    for (std::string line; std::getline(status, line);) {
      ours = ours || line == "Name:\tantin-pkcs11";
      child = child || line == "PPid:\t" + std::to_string(::getpid());
    }
    if (ours && child) return process.path().filename().string();
  }
  return "";
}

TEST_F(Pins, LeaveTheChildsMemoryWithTheirLogin) {
  const std::string wrong = "16180339887498";
  FixedPin pin{wrong};
  shimmed_.inject("C_Login A0 -1\n");  // SoftHSM itself never sees it: what is found is ours
  ASSERT_EQ(outcome(log_in(*keys_, pin)), "token.pin_incorrect");
  const auto pid = child_of_this_process();
  ASSERT_NE(pid, "");
  if (::geteuid() != 0) GTEST_SKIP() << "the child is not dumpable: only root may look";
  EXPECT_TRUE(memory_holds(pid, "pkcs11:")) << "the search itself works";
  EXPECT_FALSE(memory_holds(pid, wrong));
}

TEST_F(Pins, S12_AKeyThatWantsOnePerSignatureGetsOnePerSignature) {
  shimmed_.token.tool("--keypairgen --key-type EC:prime256v1 --label each --id 66 --always-auth");
  FixedPin each{std::string{kPin}};
  auto chosen = options({shim_module()});
  chosen.signature_pins = &each;
  const auto keys = holder(std::move(chosen));
  ASSERT_EQ(outcome(log_in(*keys)), "ok");
  const auto key = find_one(*keys, labelled("each"));
  ASSERT_TRUE(key) << to_log_line(key.error());
  EXPECT_TRUE(key.value().always_authenticate);
  for (int i = 0; i < 2; ++i)
    EXPECT_EQ(outcome(keys->sign(key.value().uri, kEcdsa256, attributes())), "ok");
  EXPECT_EQ(each.asked, 2);
  EXPECT_EQ(each.last_why, PinSource::Why::kForSignature);
  EXPECT_EQ(shimmed_.calls("C_Login:context"), 2);

  // Without anyone to ask it says so; with a wrong PIN it tries once.
  ASSERT_EQ(outcome(log_in(*keys_)), "ok");
  EXPECT_EQ(outcome(keys_->sign(key.value().uri, kEcdsa256, attributes())), "token.login_required");
  FixedPin wrong{"00000000"};
  auto other = options({shim_module()});
  other.signature_pins = &wrong;
  const auto careless = holder(std::move(other));
  ASSERT_EQ(outcome(log_in(*careless)), "ok");
  EXPECT_EQ(outcome(careless->sign(key.value().uri, kEcdsa256, attributes())),
            "token.pin_incorrect");
  EXPECT_EQ(wrong.asked, 1);
  EXPECT_EQ(shimmed_.calls("C_Login:context"), 3);
}

TEST_F(Pins, AnEntrustedOneLogsInByItselfOncePerChild) {
  const auto uri = canonical_uri();
  const int before = shimmed_.calls("C_Login");
  const auto keys = unattended(kPin);
  for (int i = 0; i < 5; ++i) ASSERT_EQ(outcome(keys->sign(uri, kEcdsa256, attributes())), "ok");
  EXPECT_EQ(shimmed_.calls("C_Login"), before + 1);
  shimmed_.inject("C_Sign crash 1\n");
  EXPECT_EQ(outcome(keys->sign(uri, kEcdsa256, attributes())), "ok");
  EXPECT_EQ(shimmed_.calls("C_Login"), before + 2);
}

TEST_F(Pins, AnEntrustedOneThatIsWrongIsDestroyedAtItsFirstRefusal) {
  const auto uri = canonical_uri();
  const int before = shimmed_.calls("C_Login");
  const auto keys = unattended("00000000");
  for (int i = 0; i < 4; ++i)
    EXPECT_EQ(outcome(keys->sign(uri, kEcdsa256, attributes())), "token.login_required");
  EXPECT_TRUE(must(keys->keys({})).empty());
  EXPECT_EQ(shimmed_.calls("C_Login"), before + 1);
}

TEST_F(Pins, AnEntrustedOneIsNotRiskedOnATokenThatWarns) {
  const auto uri = canonical_uri();
  const int before = shimmed_.calls("C_Login");
  for (const char* flags : {"10000", "20000", "40000"}) {
    shimmed_.inject(std::string{"C_GetTokenInfo flags:"} + flags + " -1\n");
    const auto keys = unattended(kPin);
    EXPECT_EQ(outcome(keys->sign(uri, kEcdsa256, attributes())), "token.login_required") << flags;
    EXPECT_TRUE(must(keys->keys({})).empty());
  }
  EXPECT_EQ(shimmed_.calls("C_Login"), before);
}

TEST_F(Pins, AnEntrustedOneMustNameItsTokenProperly) {
  auto chosen = options({shim_module()});
  chosen.unattended.push_back({"antin test", secret(kPin)});
  EXPECT_EQ(outcome(Pkcs11KeyHolder::create(std::move(chosen))), "token.uri_invalid");
}

TEST_F(Pins, S23_InAFileAreReadOnlyWhenNobodyElseCanReadIt) {
  const auto path = shimmed_.token.folder() + "/pin";
  std::ofstream{path} << kPin << "\n";
  ASSERT_EQ(::chmod(path.c_str(), 0400), 0);
  const auto pin = read_pin_file(path);
  ASSERT_TRUE(pin);
  EXPECT_EQ(as_text(pin.value().reveal()), kPin);
  for (const auto mode : {0440U, 0404U, 0660U, 0644U}) {
    ASSERT_EQ(::chmod(path.c_str(), mode), 0);
    EXPECT_EQ(outcome(read_pin_file(path)), "token.pin_file_unsafe") << mode;
  }
  EXPECT_EQ(outcome(read_pin_file(path + ".missing")), "general.file_unreadable");
  EXPECT_EQ(outcome(read_pin_file(shimmed_.token.folder())), "token.pin_file_unsafe");
}

}  // namespace
}  // namespace antin::hsm
