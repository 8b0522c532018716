#include <fstream>
#include <sys/stat.h>

#include "service/system/files.h"
#include "tests/fakes/store_fixture.h"

namespace antin::service {
namespace {

namespace fs = std::filesystem;

// A store whose documents are encrypted; its key lies elsewhere.
class EncryptedStore : public fakes::StoreFixture {
 protected:
  void SetUp() override {
    settings_.key_file = key_folder_.path() + "/store-key";
    ASSERT_TRUE(MasterKeys::create(settings_.key_file));
    StoreFixture::SetUp();
  }
  std::vector<fs::path> files() const {
    std::vector<fs::path> found;
    for (const auto& entry : fs::recursive_directory_iterator(folder_.path() + "/documents"))
      if (entry.is_regular_file()) found.push_back(entry.path());
    return found;
  }
  static std::string content(const fs::path& file) {
    const auto octets = read_file(file.string(), 1'000'000);
    return octets ? std::string(as_text(octets.value())) : std::string();
  }
  std::string read(const Bytes& sha256) {
    const auto octets = store_->document(sha256, 1'000);
    return octets ? std::string(as_text(octets.value().view())) : to_log_line(octets.error());
  }
  fakes::TempFolder key_folder_{"key"};
};

TEST_F(EncryptedStore, KeepsNeitherTheOctetsNorTheHashWhereAnyoneSeesThem) {
  const auto digest = store_->put_document({as_bytes("giấy "), as_bytes("khai sinh")}).value();
  EXPECT_EQ(store_->put_document({as_bytes("giấy khai sinh")}).value(), digest);
  ASSERT_EQ(files().size(), 1U);
  EXPECT_EQ(content(files()[0]).find("khai"), std::string::npos);
  EXPECT_EQ(files()[0].string().find(to_hex(digest).substr(0, 16)), std::string::npos);
  open();
  EXPECT_EQ(read(digest), "giấy khai sinh");
  EXPECT_FALSE(store_->document(digest, 3));
}

TEST_F(EncryptedStore, DoesNotOpenWithoutItsKey) {
  const auto digest = store_->put_document({as_bytes("x")}).value();
  store_.reset();
  const auto right = settings_.key_file;
  settings_.key_file = key_folder_.path() + "/other";
  EXPECT_EQ(Store::open(settings_).error().code, Code::kStoreKeyFile);
  ASSERT_TRUE(MasterKeys::create(settings_.key_file));
  EXPECT_EQ(Store::open(settings_).error().code, Code::kStoreKeyWrong);
  settings_.key_file.clear();
  open();
  EXPECT_EQ(store_->document(digest, 10).error().code, Code::kStoreKeyFile);
  settings_.key_file = right;
  ASSERT_EQ(::chmod(right.c_str(), 0440), 0);
  EXPECT_EQ(Store::open(settings_).error().code, Code::kStoreKeyFile);
  EXPECT_EQ(MasterKeys::create(right).error().code, Code::kStoreKeyFile);
}

TEST_F(EncryptedStore, TellsDamagedLostAndDestroyedApart) {
  const auto digest = store_->put_document({as_bytes("hello")}).value();
  const auto file = files().at(0);
  const auto sealed = content(file);
  auto altered = sealed;
  altered.back() ^= 1;  // whatever it is: it is as good as random
  std::ofstream(file) << altered;
  EXPECT_EQ(store_->document(digest, 100).error().code, Code::kStoredDocumentDamaged);
  EXPECT_EQ(store_->put_document({as_bytes("hello")}).error().code, Code::kStoredDocumentDamaged);
  fs::remove(file);
  EXPECT_EQ(store_->document(digest, 100).error().code, Code::kStoredDocumentMissing);
  // Whoever still has it brings it back.
  ASSERT_TRUE(store_->put_document({as_bytes("hello")}));
  EXPECT_EQ(read(digest), "hello");
  ASSERT_TRUE(store_->destroy_document(digest));
  EXPECT_TRUE(files().empty());
  EXPECT_EQ(store_->document(digest, 100).error().code, Code::kStoredDocumentDestroyed);
  const auto row = database()->query("SELECT wrapped_key FROM stored_file").value();
  EXPECT_TRUE(as_blob(row.at(0).at(0)).empty());
}

TEST_F(EncryptedStore, EncryptsWhatWasPlainBefore) {
  const auto key_file = settings_.key_file;
  settings_.key_file.clear();
  open();
  const auto one = store_->put_document({as_bytes("one")}).value();
  const auto two = store_->put_document({as_bytes("two")}).value();
  settings_.key_file = key_file;
  open();
  EXPECT_EQ(read(one), "one");
  ASSERT_TRUE(store_->put_document({as_bytes("two")}));
  EXPECT_EQ(store_->encrypt_plain_documents().value(), 1U);
  EXPECT_EQ(store_->encrypt_plain_documents().value(), 0U);
  ASSERT_EQ(files().size(), 2U);
  for (const auto& file : files()) EXPECT_TRUE(content(file).starts_with("ANTINF1\n"));
  EXPECT_EQ(read(one), "one");
  EXPECT_EQ(read(two), "two");
}

TEST_F(EncryptedStore, ChangesItsMasterKeyUnderAProcessThatUsesIt) {
  const auto one = store_->put_document({as_bytes("one")}).value();
  const auto before = content(settings_.key_file);
  const auto other = Store::open(settings_);
  ASSERT_TRUE(other);
  ASSERT_TRUE(store_->rotate_master_key());
  EXPECT_NE(content(settings_.key_file), before);
  EXPECT_EQ(content(settings_.key_file).size(), before.size());
  // It holds the old key only.
  const auto two = other.value()->put_document({as_bytes("two")}).value();
  EXPECT_EQ(as_text(other.value()->document(one, 10).value().view()), "one");
  open();
  EXPECT_EQ(read(one), "one");
  EXPECT_EQ(read(two), "two");
  std::ofstream(key_folder_.path() + "/old") << before;
  ASSERT_EQ(::chmod((key_folder_.path() + "/old").c_str(), 0400), 0);
  settings_.key_file = key_folder_.path() + "/old";
  EXPECT_EQ(Store::open(settings_).error().code, Code::kStoreKeyWrong);
}

TEST_F(EncryptedStore, FinishesAChangeOfKeysThatWasCut) {
  const auto one = store_->put_document({as_bytes("one")}).value();
  ASSERT_TRUE(MasterKeys::prepend(settings_.key_file));
  open();
  EXPECT_EQ(read(one), "one");
  ASSERT_TRUE(store_->put_document({as_bytes("two")}));
  ASSERT_TRUE(store_->rotate_master_key());
  open();
  EXPECT_EQ(read(one), "one");
  EXPECT_EQ(content(settings_.key_file).find('\n', 100), content(settings_.key_file).size() - 1);
}

TEST_F(EncryptedStore, RemovesWhatAKilledProcessLeftAndNothingElse) {
  const auto digest = store_->put_document({as_bytes("one")}).value();
  const auto left = files().at(0).parent_path() / ".x.0123.part";
  std::ofstream(left) << "half";
  EXPECT_EQ(store_->remove_leftovers(), 0U);  // someone may be writing it
  fs::last_write_time(left, fs::file_time_type::clock::now() - std::chrono::hours(2));
  EXPECT_EQ(store_->remove_leftovers(), 1U);
  EXPECT_EQ(read(digest), "one");
}

}  // namespace
}  // namespace antin::service
