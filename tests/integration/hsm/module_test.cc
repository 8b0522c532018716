// M-20: a module that cannot be used is reported with its file and reason, and hides no other.

#include <sys/stat.h>

#include <gtest/gtest.h>

#include "tests/integration/hsm/fixture.h"

namespace antin::hsm {
namespace {

class Modules : public testing::Test {
 protected:
  // The failure of `path` listed beside the good module, whose token must be there.
  Error failure_beside_a_good_one(const std::string& path) {
    auto chosen = options({path, fakes::SoftHsmToken::kModule});
    chosen.load_timeout = std::chrono::milliseconds{3'000};
    chosen.chatter = Pkcs11Options::Chatter::kDiscard;
    const auto keys = holder(std::move(chosen));
    const auto listing = keys->tokens();
    EXPECT_TRUE(listing);
    bool listed = false;
    for (const auto& token : listing.value().tokens)
      listed = listed || (token.label == fakes::SoftHsmToken::kLabel &&
                          token.module == fakes::SoftHsmToken::kModule);
    EXPECT_TRUE(listed) << "the good module's token";
    EXPECT_EQ(listing.value().failures.size(), 1U);
    if (listing.value().failures.empty()) return make_error(Code::kInternal, "no failure");
    return listing.value().failures.front();
  }

  static std::string reason(const Error& error) {
    EXPECT_EQ(error.code, Code::kTokenModuleUnusable);
    std::string found;
    for (const auto& [name, value] : error.params) {
      if (name == "reason") found = value;
    }
    // Both sentences are complete: file and reason filled in.
    EXPECT_EQ(sentence(error.code, Language::kVietnamese, error.params).find('{'),
              std::string::npos);
    EXPECT_EQ(sentence(error.code, Language::kEnglish, error.params).find('{'), std::string::npos);
    return found;
  }

  std::string file(const std::string& name, const std::string& content) {
    const auto path = shimmed_.token.folder() + "/" + name;
    std::ofstream{path, std::ios::binary} << content;
    return path;
  }

  ShimmedToken shimmed_;
};

TEST_F(Modules, AMissingFileIsNamed) {
  const auto error = failure_beside_a_good_one("/nonexistent/libtoken.so");
  EXPECT_EQ(reason(error), "no such file, or no permission");
  EXPECT_EQ(
      sentence(error.code, Language::kVietnamese, error.params),
      "Không nạp được thư viện PKCS#11 /nonexistent/libtoken.so: không có tệp hoặc không được "
      "đọc");
}

TEST_F(Modules, ATextFileIsNoLibrary) {
  EXPECT_EQ(reason(failure_beside_a_good_one(file("a.so", "#!/bin/sh\necho a script, no library"))),
            "not a Linux library (ELF)");
}

TEST_F(Modules, S09_A32BitLibraryIsToldAsSuch) {
  std::string elf32 =
      "\x7f"
      "ELF\x01\x01\x01";
  elf32.resize(52, '\0');
  elf32[16] = 3;  // ET_DYN
  elf32[18] = 3;  // EM_386
  EXPECT_EQ(reason(failure_beside_a_good_one(file("32.so", elf32))),
            "a 32-bit library; this machine needs the 64-bit one");
}

TEST_F(Modules, ALibraryForAnotherMachineIsToldAsSuch) {
  std::string elf64 =
      "\x7f"
      "ELF\x02\x01\x01";
  elf64.resize(64, '\0');
  elf64[16] = 3;
  elf64[18] = 8;  // EM_MIPS
  EXPECT_EQ(reason(failure_beside_a_good_one(file("mips.so", elf64))),
            "a library for another kind of machine");
}

TEST_F(Modules, AnotherLibraryIsNoPkcs11Module) {
  EXPECT_EQ(reason(failure_beside_a_good_one("/usr/lib/x86_64-linux-gnu/libz.so.1")),
            "not a PKCS#11 library (no C_GetFunctionList)");
}

TEST_F(Modules, S09_ACrashWhileLoadingTakesNobodyAlong) {
  shimmed_.inject("load crash -1\n");
  EXPECT_NE(reason(failure_beside_a_good_one(shim_module())).find("when loaded"),
            std::string::npos);
}

TEST_F(Modules, AModuleThatEndsTheProcessTakesNobodyAlong) {
  shimmed_.inject("load exit -1\n");
  EXPECT_EQ(reason(failure_beside_a_good_one(shim_module())), "ends the program when loaded");
}

TEST_F(Modules, AHangWhileInitialisingEndsAtItsDeadline) {
  shimmed_.inject("C_Initialize hang -1\n");
  EXPECT_EQ(reason(failure_beside_a_good_one(shim_module())),
            "does not answer within 3 seconds when loaded");
}

TEST_F(Modules, ARefusedInitialisationNamesItsReturnValue) {
  shimmed_.inject("C_Initialize 30 -1\n");
  EXPECT_EQ(reason(failure_beside_a_good_one(shim_module())),
            "C_Initialize: CKR_DEVICE_ERROR (0x30)");
}

TEST_F(Modules, OneThatFailedIsUsedAgainOnceItWorks) {
  shimmed_.inject("C_Initialize 30 -1\n");
  const auto keys = holder(options({shim_module()}));
  ASSERT_EQ(must(keys->tokens()).failures.size(), 1U);
  shimmed_.heal();
  const auto listing = keys->tokens();
  EXPECT_TRUE(listing.value().failures.empty());
  EXPECT_FALSE(listing.value().tokens.empty());
}

TEST_F(Modules, OneThatFailedIsLeftAloneForAWhile) {
  shimmed_.inject("C_Initialize 30 -1\n");
  auto chosen = options({shim_module()});
  chosen.restart_pause = std::chrono::hours{1};
  const auto keys = holder(std::move(chosen));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(must(keys->tokens()).failures.size(), 1U);
  EXPECT_EQ(shimmed_.calls("C_Initialize"), 1);
}

TEST_F(Modules, AMissingChildProgramIsNoCrash) {
  auto chosen = options({fakes::SoftHsmToken::kModule});
  chosen.child_program = "/nonexistent/antin-pkcs11";
  const auto listing = holder(std::move(chosen))->tokens();
  ASSERT_EQ(listing.value().failures.size(), 1U);
  EXPECT_EQ(listing.value().failures.front().code, Code::kTokenModuleUnusable);
}

TEST_F(Modules, AUriNeverMakesUsLoadAnotherModule) {
  const auto keys = holder(options({shim_module()}));
  const auto uri = std::string{"pkcs11:object=p256?module-path="} + fakes::SoftHsmToken::kModule;
  EXPECT_TRUE(must(keys->keys(by_uri(uri))).empty());
  EXPECT_EQ(outcome(keys->sign(uri, kEcdsa256, attributes())), "token.key_not_found");
}

}  // namespace
}  // namespace antin::hsm
