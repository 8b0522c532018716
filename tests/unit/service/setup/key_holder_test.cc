#include "service/setup/key_holder.h"

#include "tests/unit/service/setup/setup_fixture.h"

namespace antin::service::setup {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// An installation with both files, as antin config check sees it.
class KeyHolderSetup : public Paths {
 protected:
  void SetUp() override {
    path_ = file("tokend.toml", 0644);
    tokend_.modules = {file("module.so", 0644)};
    tokend_.service.folder = folder_.path() + "/tokend";
    tokend_.service.socket = folder_.path() + "/tokend.sock";
    tokend_.tokens.push_back({"pkcs11:token=agency", {PinOrigin::Kind::kFile, file("pin", 0600)}});
    hsm::KeyRule rule;
    rule.uri = "pkcs11:token=agency;object=seal";
    tokend_.keys.push_back(rule);
    rule.uri = "pkcs11:token=agency;object=log";
    rule.purpose = hsm::Purpose::kCheckpoint;
    tokend_.keys.push_back(rule);
    config_.agency.tokend = tokend_.service.socket;
    config_.agency.key = "pkcs11:token=agency;object=seal";
    config_.audit.checkpoint_key = "pkcs11:object=log";
  }
  std::vector<Code> alone() const {
    return codes(check_key_holder(tokend_, path_, Account::own()));
  }
  std::vector<Code> together() const { return codes(check_pair(config_, tokend_, path_)); }

  std::string path_;
  TokendConfig tokend_;
  Config config_;
};

TEST_F(KeyHolderSetup, WhatIsInOrderIsNotSpokenOf) {
  EXPECT_THAT(alone(), IsEmpty());
  EXPECT_THAT(together(), IsEmpty());
}

TEST_F(KeyHolderSetup, FilesAndTheirModesAreLookedAt) {
  ASSERT_EQ(::chmod(path_.c_str(), 0666), 0);
  EXPECT_THAT(alone(), ElementsAre(Code::kSetupFileWritable));
  ASSERT_EQ(::chmod(path_.c_str(), 0644), 0);
  ASSERT_EQ(::chmod(tokend_.tokens[0].pin.where.c_str(), 0644), 0);
  EXPECT_THAT(alone(), ElementsAre(Code::kSetupFileOpen));
  tokend_.tokens[0].pin = {};
  tokend_.modules = {folder_.path() + "/absent.so"};
  EXPECT_THAT(alone(), ElementsAre(Code::kSetupFileMissing));
}

TEST_F(KeyHolderSetup, APinInTheFolderThatIsCopiedAwayStops) {
  std::filesystem::create_directory(tokend_.service.folder);
  ASSERT_EQ(::chmod(tokend_.service.folder.c_str(), 0700), 0);
  tokend_.tokens[0].pin.where = file("tokend/pin", 0600);
  EXPECT_THAT(alone(), ElementsAre(Code::kSetupSecretInBackup));
}

TEST_F(KeyHolderSetup, AccountsAreKnownAndOfOneListOnly) {
  tokend_.service.clients = {"no-such-user-here"};
  EXPECT_THAT(alone(), ElementsAre(Code::kSetupUserUnknown));
  // The same account by its name and by its number.
  tokend_.service.clients = {"0"};
  tokend_.service.operators = {"root"};
  EXPECT_THAT(alone(), ElementsAre(Code::kConfigUnsafe));
}

TEST_F(KeyHolderSetup, AntindMustBeAClient) {
  tokend_.service.clients = {std::to_string(::geteuid() + 1)};
  EXPECT_THAT(together(), ElementsAre(Code::kSetupNotAClient));
  tokend_.service.clients.push_back(std::to_string(::geteuid()));
  EXPECT_THAT(together(), IsEmpty());
}

TEST_F(KeyHolderSetup, EachKeyOfAntindNeedsARuleForItsPurpose) {
  config_.agency.key = "pkcs11:token=agency;object=other";
  EXPECT_THAT(together(), ElementsAre(Code::kSetupKeyNotAllowed));
  // A key for documents signs no checkpoint, and the other way round.
  config_.agency.key = "pkcs11:token=agency;object=log";
  config_.audit.checkpoint_key = "pkcs11:token=agency;object=seal";
  EXPECT_THAT(together(), ElementsAre(Code::kSetupKeyNotAllowed, Code::kSetupKeyNotAllowed));
  config_.agency.tokend.clear();
  EXPECT_THAT(together(), IsEmpty());
}

TEST_F(KeyHolderSetup, BothMeanOneSocket) {
  config_.agency.tokend = folder_.path() + "/other.sock";
  EXPECT_THAT(together(), ElementsAre(Code::kSetupSocketDiffers));
  tokend_.service.socket.clear();  // systemd's
  EXPECT_THAT(together(), IsEmpty());
}

}  // namespace
}  // namespace antin::service::setup
