#include <sys/socket.h>
#include <sys/un.h>

#include "service/setup/installation.h"
#include "tests/fakes/frozen_clock.h"
#include "tests/unit/service/setup/setup_fixture.h"

namespace antin::service::setup {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST_F(Paths, WhatIsInOrderIsNotSpokenOf) {
  EXPECT_THAT(checked(file("open", 0644), Use::kFile), IsEmpty());
  EXPECT_THAT(checked(file("secret", 0600), Use::kSecret), IsEmpty());
  EXPECT_THAT(checked(file("read-only", 0400), Use::kSecret), IsEmpty());
  EXPECT_THAT(checked(folder_.path(), Use::kFolder), IsEmpty());
  EXPECT_THAT(checked(folder_.path(), Use::kOwnFolder), IsEmpty());
  EXPECT_THAT(checked(folder_.path() + "/made-at-start", Use::kOwnFolder), IsEmpty());
}

TEST_F(Paths, ASecretThatOthersCanReadStops) {
  for (const mode_t mode : {0640U, 0604U, 0644U})
    EXPECT_THAT(checked(file("secret", mode), Use::kSecret), ElementsAre(Code::kSetupFileOpen));
}

TEST_F(Paths, WhatOthersCanChangeStops) {
  EXPECT_THAT(checked(file("open", 0646), Use::kFile), ElementsAre(Code::kSetupFileWritable));
  const auto inner = folder_.path() + "/inner";
  std::filesystem::create_directory(inner);
  file("inner/root.crt", 0644);
  EXPECT_THAT(checked(inner, Use::kFolder), IsEmpty());
  file("inner/root.crt", 0666);
  EXPECT_THAT(checked(inner, Use::kFolder), ElementsAre(Code::kSetupFileWritable));
  file("inner/root.crt", 0644);
  ASSERT_EQ(::chmod(inner.c_str(), 0777), 0);
  // The folder, and the folder once more as the one that the file can be renamed in.
  EXPECT_THAT(checked(inner, Use::kFolder),
              ElementsAre(Code::kSetupFileWritable, Code::kSetupFileWritable));
}

TEST_F(Paths, WhatIsNotThereOrOfAnotherKindIsMissing) {
  EXPECT_THAT(checked(folder_.path() + "/none", Use::kFile), ElementsAre(Code::kSetupFileMissing));
  EXPECT_THAT(checked(folder_.path(), Use::kFile), ElementsAre(Code::kSetupFileMissing));
  EXPECT_THAT(checked(file("a", 0600), Use::kFolder), ElementsAre(Code::kSetupFileMissing));
  EXPECT_THAT(checked(folder_.path() + "/no/where", Use::kOwnFolder),
              ElementsAre(Code::kSetupFolderUnwritable));
}

TEST_F(Paths, RightsAreThoseOfTheServicesUser) {
  // Nobody's rights, whoever runs this test.
  const Account other{"other", 54'321, {54'321}};
  ASSERT_EQ(::chmod(folder_.path().c_str(), 0755), 0);
  EXPECT_THAT(checked(file("mine", 0600), Use::kFile, other),
              ::testing::Contains(Code::kSetupFileMissing));
  EXPECT_THAT(checked(folder_.path(), Use::kOwnFolder, other),
              ElementsAre(Code::kSetupFolderUnwritable));
  ASSERT_EQ(::chmod(folder_.path().c_str(), 0700), 0);
  EXPECT_THAT(checked(file("open", 0644), Use::kFile, other),
              ::testing::Contains(Code::kSetupFileMissing));
}

TEST_F(Paths, ASocketNobodyAnswersAtIsSpokenOfAndDoesNotStop) {
  const auto path = folder_.path() + "/socket";
  Problems problems;
  check_path({"a.key", path, Use::kSocket}, Account::own(), problems);
  ASSERT_EQ(codes(problems), std::vector{Code::kSetupSocketMissing});
  EXPECT_EQ(problems[0].weight, Problem::Weight::kWarns);

  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  ASSERT_LT(path.size(), sizeof address.sun_path);
  std::copy(path.begin(), path.end(), std::begin(address.sun_path));
  const int listener = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ASSERT_EQ(::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(::listen(listener, 4), 0);
  ASSERT_EQ(::chmod(path.c_str(), 0660), 0);
  EXPECT_THAT(checked(path, Use::kSocket), IsEmpty());
  ASSERT_EQ(::chmod(path.c_str(), 0666), 0);
  EXPECT_THAT(checked(path, Use::kSocket), ElementsAre(Code::kSetupSocketOpen));
  ::close(listener);
}

TEST_F(Paths, ACredentialIsLookedAtWhereItComesFrom) {
  EXPECT_EQ(source_of_credential("/run/credentials/antind.service/secret_tls.key"),
            "/etc/antin/credentials/antind/tls.key");
  EXPECT_EQ(source_of_credential("/run/credentials/antind.service/other"),
            "/run/credentials/antind.service/other");
  EXPECT_EQ(source_of_credential("/etc/antin/pin"), "/etc/antin/pin");
}

TEST_F(Paths, RootAndUnknownUsersAreNoAccount) {
  for (const auto* const user : {"root", "no-such-user-here"}) {
    const auto account = Account::named(user, "process.user");
    ASSERT_FALSE(account);
    EXPECT_EQ(account.error().code, Code::kSetupUserUnknown);
  }
}

class Installation : public Paths {
 protected:
  void SetUp() override {
    std::filesystem::create_directory(folder_.path() + "/trust");
    std::filesystem::copy(ANTIN_SOURCE_DIR "/tests/pki/certs/root.crt", folder_.path() + "/trust");
    config_.verify.trust = folder_.path() + "/trust";
    config_.store.folder = folder_.path() + "/store";
  }
  std::vector<Code> checked_at(const char* day) const {
    const fakes::FrozenClock clock(from_rfc3339(day).value());
    return codes(check_installation(config_, Account::own(), clock));
  }
  Config config_;
};

TEST_F(Installation, InOrderGivesNothing) {
  EXPECT_THAT(checked_at("2026-11-22T00:00:00Z"), IsEmpty());
}

TEST_F(Installation, A09_TablesOfTheOfficeAreReadAsTheServiceWould) {
  config_.office.legal = ANTIN_SOURCE_DIR "/packaging/legal";
  config_.office.layouts = ANTIN_SOURCE_DIR "/packaging/layouts";
  EXPECT_THAT(checked_at("2026-11-22T00:00:00Z"), IsEmpty());
  config_.office.people = file("people.toml", 0600, "schema = \"antin-office/1\"\ncolour = 1\n");
  EXPECT_THAT(checked_at("2026-11-22T00:00:00Z"), ElementsAre(Code::kOfficeTable));
  config_.office.people.clear();
  config_.office.layouts = folder_.path() + "/trust";
  EXPECT_THAT(checked_at("2026-11-22T00:00:00Z"),
              ElementsAre(Code::kFileUnreadable, Code::kFileUnreadable, Code::kFileUnreadable));
}

TEST_F(Installation, AnEmptyTrustFolderAndDevelopmentSettingsAreSpokenOf) {
  std::filesystem::remove(folder_.path() + "/trust/root.crt");
  config_.verify.allow_test_pki = true;
  EXPECT_THAT(checked_at("2026-11-22T00:00:00Z"),
              ElementsAre(Code::kSetupTrustEmpty, Code::kSetupDevelopment));
}

TEST_F(Installation, ASecretInTheFolderThatBackupsCopyStops) {
  std::filesystem::create_directory(config_.store.folder);
  ASSERT_EQ(::chmod(config_.store.folder.c_str(), 0700), 0);
  config_.http.tls.key = file("store/tls.key", 0600);
  EXPECT_THAT(checked_at("2026-11-22T00:00:00Z"), ElementsAre(Code::kSetupSecretInBackup));
  config_.http.tls.key = file("tls.key", 0600);
  EXPECT_THAT(checked_at("2026-11-22T00:00:00Z"), IsEmpty());
}

TEST_F(Installation, SecretsOfReceiversAreReadBeforeTheyAreNeeded) {
  outbox::Target kho;
  kho.name = "kho";
  const auto checked = [&](const std::string& secret) {
    kho.secrets = {secret};
    config_.targets = {kho};
    return checked_at("2026-11-22T00:00:00Z");
  };
  EXPECT_THAT(checked(file("good", 0600, std::string(40, 'k'))), IsEmpty());
  EXPECT_THAT(checked(file("short", 0600, "k")), ElementsAre(Code::kOutboxSecret));
  EXPECT_THAT(checked(folder_.path() + "/none"), ElementsAre(Code::kSetupFileMissing));
  std::filesystem::create_directory(config_.store.folder);
  ASSERT_EQ(::chmod(config_.store.folder.c_str(), 0700), 0);
  EXPECT_THAT(checked(file("store/secret", 0600, std::string(40, 'k'))),
              ElementsAre(Code::kSetupSecretInBackup));
}

TEST_F(Installation, ATlsKeyIsHeldToItsCertificateAndToItsMode) {
  const std::string keys = ANTIN_SOURCE_DIR "/tests/pki/keys/";
  const auto key = [this, &keys](const char* name, mode_t mode) {
    std::filesystem::copy(keys + name, folder_.path() + "/tls.key",
                          std::filesystem::copy_options::overwrite_existing);
    EXPECT_EQ(::chmod((folder_.path() + "/tls.key").c_str(), mode), 0);
    return folder_.path() + "/tls.key";
  };
  config_.http.tls.certificate = ANTIN_SOURCE_DIR "/tests/pki/certs/agency.crt";
  config_.http.tls.key = key("agency.key", 0600);
  EXPECT_THAT(checked_at("2026-11-22T00:00:00Z"), IsEmpty());
  config_.http.tls.key = key("agency.key", 0644);
  EXPECT_THAT(checked_at("2026-11-22T00:00:00Z"), ::testing::Contains(Code::kSetupFileOpen));
  config_.http.tls.key = key("tsa.key", 0600);
  EXPECT_THAT(checked_at("2026-11-22T00:00:00Z"), ElementsAre(Code::kTlsUnusable));
}

TEST_F(Installation, TheEndOfACertificateIsSpokenOf) {
  config_.agency.certificate = ANTIN_SOURCE_DIR "/tests/pki/certs/agency.crt";
  EXPECT_THAT(checked_at("2090-01-01T00:00:00Z"), ElementsAre(Code::kSetupCertificateExpired));
  EXPECT_THAT(checked_at("2000-01-01T00:00:00Z"), ElementsAre(Code::kSetupCertificateExpired));
  config_.agency.certificate = file("not-a-certificate", 0644);
  EXPECT_THAT(checked_at("2026-11-22T00:00:00Z"), ElementsAre(Code::kSetupFileUnusable));
  config_.agency.certificate = ANTIN_SOURCE_DIR "/tests/pki/certs/agency.crt";
  EXPECT_THAT(checked_at("2034-12-01T00:00:00Z"), ElementsAre(Code::kSetupCertificateEnds));
  EXPECT_THAT(checked_at("2034-11-01T00:00:00Z"), IsEmpty());
}

}  // namespace
}  // namespace antin::service::setup
