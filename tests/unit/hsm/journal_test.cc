#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>
#include <unistd.h>

#include <gtest/gtest.h>

#include "certs/ossl/digest.h"
#include "hsm/tokend/file_journal.h"
#include "hsm/tokend/journal_line.h"
#include "tests/fakes/frozen_clock.h"
#include "tests/fakes/full_disk.h"
#include "tests/fakes/temp_folder.h"

namespace antin::hsm {
namespace {

JournalEntry document(int number) {
  JournalEntry entry;
  entry.key_uri = "pkcs11:object=a\"b\\c\n";
  entry.scheme = "ECDSA SHA-256";
  entry.signed_sha256 = Bytes(32, static_cast<std::uint8_t>(number));
  entry.role = "agency";
  entry.message_digest = {2};
  entry.certificate_sha256 = {3};
  return entry;
}

JournalEntry checkpoint() {
  JournalEntry entry;
  entry.kind = JournalEntry::Kind::kCheckpoint;
  entry.key_uri = "pkcs11:object=log";
  entry.scheme = "Ed25519";
  entry.signed_sha256 = {1};
  entry.origin = "example.vn/nhật-ký";
  entry.size = 12;
  entry.root = Bytes(32, 9);
  entry.public_key = {7};
  return entry;
}

class JournalTest : public testing::Test {
 protected:
  std::string path() const { return folder_.path() + "/journal"; }
  std::unique_ptr<FileJournal> open() {
    auto journal = FileJournal::open(path(), clock_);
    EXPECT_TRUE(journal) << to_log_line(journal.error());
    return journal ? std::move(journal).value() : nullptr;
  }
  void write_some(int count) {
    const auto journal = open();
    for (int i = 0; i < count; ++i) EXPECT_TRUE(journal->record(document(i)));
  }
  std::vector<std::string> lines() const {
    std::ifstream in{path()};
    std::vector<std::string> all;
    for (std::string line; std::getline(in, line);) all.push_back(line);
    return all;
  }
  void rewrite(const std::vector<std::string>& all) const {
    std::ofstream out{path(), std::ios::trunc};
    for (const auto& line : all) out << line << '\n';
  }
  // The code and {seq} of what open() says, "" when it opens.
  std::string refusal() {
    const auto journal = FileJournal::open(path(), clock_);
    if (journal) return "";
    std::string text{info(journal.error().code).name};
    for (const auto& [name, value] : journal.error().params) {
      if (name == "seq") text += " " + value;
    }
    return text;
  }

  const fakes::FrozenClock clock_{
      UtcTime{std::chrono::sys_days{std::chrono::year{2026} / 11 / 22}}};
  fakes::TempFolder folder_{"journal"};
};

TEST_F(JournalTest, ChainsEachLineToTheOneBefore) {
  {
    const auto journal = open();
    EXPECT_TRUE(journal->record(document(1)));
    EXPECT_TRUE(journal->record(checkpoint()));
  }
  const auto all = lines();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(
      all[1],
      R"({"number":2,"at":"2026-11-22T00:00:00Z","kind":"checkpoint","key":)"
      R"("pkcs11:object=log","scheme":"Ed25519","signed":"01","origin":"example.vn/nhật-ký",)"
      R"("size":12,"root":"0909090909090909090909090909090909090909090909090909090909090909",)"
      R"("public_key":"07","previous":")" +
          to_hex(ossl::sha256(as_bytes(all[0]))) + "\"}");
  const auto back = from_journal_line(all[0]);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->entry, document(1));
  EXPECT_EQ(back->previous, Bytes(32, 0));
  const auto again = open();
  EXPECT_EQ(again->found().last, 2U);
  EXPECT_EQ(again->found().hash, ossl::sha256(as_bytes(all[1])));
  EXPECT_EQ(again->found().torn_octets, 0U);
}

TEST_F(JournalTest, TakesAnAlteredRemovedMovedOrDoubledEntryForWhatItIs) {
  write_some(5);
  const auto good = lines();
  EXPECT_EQ(refusal(), "");
  auto altered = good;
  altered[1].replace(altered[1].find("agency"), 6, "person");
  rewrite(altered);
  // The altered line is well-formed: the next one tells.
  EXPECT_EQ(refusal(), "tokend.journal_broken 3");
  auto removed = good;
  removed.erase(removed.begin() + 2);
  rewrite(removed);
  EXPECT_EQ(refusal(), "tokend.journal_broken 3");
  auto moved = good;
  std::swap(moved[2], moved[3]);
  rewrite(moved);
  EXPECT_EQ(refusal(), "tokend.journal_broken 3");
  auto doubled = good;
  doubled.insert(doubled.begin() + 1, good[1]);
  rewrite(doubled);
  EXPECT_EQ(refusal(), "tokend.journal_broken 3");
  auto spaced = good;
  spaced.back() += ' ';
  rewrite(spaced);
  EXPECT_EQ(refusal(), "tokend.journal_broken 5");
  rewrite(good);
  EXPECT_EQ(refusal(), "");
}

TEST_F(JournalTest, CutsOffWhatAPowerCutLeftUnfinished) {
  for (const auto& rest : {std::string{R"({"number":4,"at":"2026)"}, std::string(5000, '\0'),
                           std::string(40, '\0') + "\"}\n"}) {
    std::filesystem::remove(path());
    write_some(3);
    const auto whole = std::filesystem::file_size(path());
    std::ofstream{path(), std::ios::app} << rest;
    {
      const auto journal = open();
      EXPECT_EQ(journal->found().torn_octets, rest.size());
      EXPECT_EQ(std::filesystem::file_size(path()), whole);
      EXPECT_TRUE(journal->record(document(4)));
    }
    EXPECT_EQ(open()->found().last, 4U);
  }
}

TEST_F(JournalTest, BelongsToOneProcess) {
  const auto journal = open();
  EXPECT_EQ(refusal(), "tokend.journal_busy");
}

TEST_F(JournalTest, GivesPagesOfWhatIsSafe) {
  const auto journal = open();
  {
    std::vector<std::thread> threads;
    for (int i = 0; i < 20; ++i)
      threads.emplace_back([&journal, i] {
        for (int n = 0; n < 30; ++n) EXPECT_TRUE(journal->record(document(i)));
      });
    for (auto& thread : threads) thread.join();
  }
  const auto page = journal->page(510, 50);
  ASSERT_TRUE(page);
  EXPECT_EQ(page.value().last, 600U);
  ASSERT_EQ(page.value().records.size(), 50U);
  EXPECT_EQ(page.value().records.front().number, 511U);
  EXPECT_EQ(page.value().records.back().number, 560U);
  EXPECT_EQ(journal->page(590, 50).value().records.size(), 10U);
  EXPECT_TRUE(journal->page(600, 50).value().records.empty());
  EXPECT_TRUE(journal->page(9000, 50).value().records.empty());
}

TEST_F(JournalTest, KeepsItsOrderWhateverThreadsWrite) {
  {
    const auto journal = open();
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i)
      threads.emplace_back([&journal, i] {
        for (int n = 0; n < 5; ++n) EXPECT_TRUE(journal->record(document(i)));
      });
    for (auto& thread : threads) thread.join();
  }
  std::uint64_t seen = 0;
  const auto found =
      verify_journal(path(), [&seen](const JournalRecord& record) { seen = record.number; });
  ASSERT_TRUE(found);
  EXPECT_EQ(found.value().last, 40U);
  EXPECT_EQ(seen, 40U);
}

TEST_F(JournalTest, AFullDiskSaysSoAndTheNextEntryFitsWhenThereIsRoom) {
  const auto journal = open();
  ASSERT_TRUE(journal->record(document(1)));
  const auto size = std::filesystem::file_size(path());
  {
    // Room for a part of the line, which must not stay.
    const fakes::FullDisk full(size + 10);
    const auto refused = journal->record(document(2));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Code::kTokendJournalFull);
    EXPECT_EQ(info(refused.error().code).http_status, 503);
    EXPECT_EQ(std::filesystem::file_size(path()), size);
  }
  EXPECT_TRUE(journal->record(document(2)));
  const auto found = verify_journal(path(), {});
  ASSERT_TRUE(found);
  EXPECT_EQ(found.value().last, 2U);
}

TEST_F(JournalTest, SaysWhenItCannotBeWritten) {
  const auto nowhere = FileJournal::open(folder_.path() + "/none/journal", clock_);
  ASSERT_FALSE(nowhere);
  EXPECT_EQ(nowhere.error().code, Code::kFileUnwritable);
  const auto absent = verify_journal(folder_.path() + "/absent", {});
  ASSERT_FALSE(absent);
  EXPECT_EQ(absent.error().code, Code::kFileUnreadable);
}

}  // namespace
}  // namespace antin::hsm
