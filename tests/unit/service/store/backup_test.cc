#include "service/store/backup.h"

#include <fstream>

#include "tests/fakes/frozen_clock.h"
#include "tests/fakes/store_fixture.h"
#include "tests/fakes/stored_rows.h"

namespace antin::service {
namespace {

namespace fs = std::filesystem;

const UtcTime kNow = *from_rfc3339("2026-06-01T00:00:00Z");

class Backup : public fakes::StoreFixture {
 protected:
  void SetUp() override {
    settings_.key_file = place_.path() + "/store-key";
    ASSERT_TRUE(MasterKeys::create(settings_.key_file));
    StoreFixture::SetUp();
  }
  // What a day of work leaves: a job with its signature, one on its way, an original.
  void work() {
    input_ = store_->put_document({as_bytes("input")}).value();
    output_ = store_->put_document({as_bytes("input"), as_bytes("+signature")}).value();
    ASSERT_TRUE(store_->begin_job(job("j-1"), "key-0001", Bytes(32, 1)));
    ASSERT_TRUE(store_->begin_job(job("j-2"), "key-0002", Bytes(32, 1)));
    auto signature = fakes::stored_signature("s-1", kNow);
    signature.sha256 = output_;
    signature.input_sha256 = input_;
    signature.size = 15;
    signature.facts = facts_;
    ASSERT_TRUE(store_->finish_signature(signature, "j-1", "{}"));
  }
  StoredJob job(const std::string& id) const {
    auto job = fakes::stored_job(id, kNow);
    job.input_sha256 = input_;
    return job;
  }
  Result<BackupReport> back_up(const std::string& to) {
    return make_backup(settings_, {{"evidence", place_.path() + "/evidence"}}, to, clock_);
  }
  std::string place(const std::string& name) const { return place_.path() + "/" + name; }

  fakes::TempFolder place_{"backup"};
  fakes::FrozenClock clock_{kNow};
  Bytes input_, output_;
  // PostgreSQL keeps no text that is not UTF-8.
  std::string facts_ = on_postgresql() ? "{\"tên\": \"\u2028\\n\"}" : "{\"tên\": \"\xff\\n\"}";
};

TEST_F(Backup, IsMadeWhileTheStoreIsInUseAndRestoredElsewhere) {
  work();
  fs::create_directories(place("evidence"));
  std::ofstream(place("evidence") + "/a.crl") << "crl";
  const auto made = back_up(place("b"));
  ASSERT_TRUE(made) << to_log_line(made.error());
  EXPECT_EQ(made.value().documents, 2U);
  EXPECT_TRUE(made.value().lost.empty());
  EXPECT_EQ(verify_backup(place("b")).value().rows, made.value().rows);
  // Not a word of a document, and no key.
  for (const auto& entry : fs::recursive_directory_iterator(place("b"))) {
    EXPECT_NE(entry.path().filename(), "store-key");
  }
  // Into a file, whatever it came from.
  const Store::Settings restored{.folder = place("r"), .key_file = settings_.key_file};
  ASSERT_TRUE(restore_backup(place("b"), restored));
  EXPECT_TRUE(fs::exists(place("r") + "/evidence/a.crl"));
  const auto store = Store::open(restored);
  ASSERT_TRUE(store) << to_log_line(store.error());
  const auto signature = store.value()->signature("s-1", "key-1").value();
  ASSERT_TRUE(signature);
  EXPECT_EQ(signature->facts, facts_);
  EXPECT_EQ(as_text(store.value()->document(output_, 100).value().view()), "input+signature");
  // Without its key it is of no use to whoever finds it.
  const auto stranger = Store::open(place("r"));
  EXPECT_EQ(stranger.value()->document(output_, 100).error().code, Code::kStoreKeyFile);
}

TEST_F(Backup, HoldsWhatWasRestoredUntilSomebodyHasCompared) {
  using Outcome = Store::Begun::Outcome;
  work();
  ASSERT_TRUE(back_up(place("b")));
  // After the backup: the old store goes on, and the new one does not know.
  ASSERT_TRUE(store_->begin_job(job("j-3"), "key-0003", Bytes(32, 1)));
  const Store::Settings restored{.folder = place("r"), .key_file = settings_.key_file};
  ASSERT_TRUE(restore_backup(place("b"), restored));
  const auto store = std::move(Store::open(restored)).value();
  EXPECT_EQ(store->held().value(), "2026-06-01T00:00:00Z");
  EXPECT_EQ(store->begin_job(job("j-4"), "key-0003", Bytes(32, 1)).error().code, Code::kStoreHeld);
  // What it knows it still answers.
  EXPECT_EQ(store->begin_job(job("j-4"), "key-0001", Bytes(32, 1)).value().outcome, Outcome::kSame);
  EXPECT_TRUE(store->unfinished_jobs("sign").value().empty());
  EXPECT_EQ(store->release("{\"status\":503}", kNow).value(), 1U);
  EXPECT_EQ(store->any_job("j-2").value()->state, JobState::kFailed);
  EXPECT_EQ(store->any_job("j-1").value()->state, JobState::kDone);
  EXPECT_FALSE(store->held().value());
  EXPECT_EQ(store->begin_job(job("j-4"), "key-0004", Bytes(32, 1)).value().outcome, Outcome::kNew);
}

// Whoever was signed in when the backup was made may have been locked since.
TEST_F(Backup, A04_HasTheAccountsAndNobodySignedIn) {
  const auto rows = [](Store& store, const std::string& from) {
    std::int64_t count = -1;
    EXPECT_TRUE(store.in_snapshot([&](Database& database) -> Status {
      ANTIN_TRY(const auto found, database.query("SELECT count(*) FROM " + from));
      count = as_integer(found[0][0]);
      return Done{};
    }));
    return count;
  };
  ASSERT_TRUE(store_->in_transaction([](Database& database) -> Status {
    ANTIN_CHECK(database.execute("INSERT INTO account VALUES('an','','cases','','',0,'x',0,1,1)"));
    ANTIN_CHECK(database.execute("INSERT INTO page_session VALUES('s',?1,'an','password','',1,1,2)",
                                 {Bytes(32, 1)}));
    ANTIN_CHECK(database.execute("INSERT INTO login_nonce VALUES(?1, 2)", {Bytes(32, 2)}));
    return database.execute("INSERT INTO store_state VALUES('login_nonce_key', '00')");
  }));
  ASSERT_TRUE(back_up(place("b")));
  const Store::Settings restored{.folder = place("r"), .key_file = settings_.key_file};
  ASSERT_TRUE(restore_backup(place("b"), restored));
  const auto store = std::move(Store::open(restored)).value();
  EXPECT_EQ(rows(*store_, "page_session"), 1);
  EXPECT_EQ(rows(*store, "account"), 1);
  for (const auto* gone :
       {"page_session", "login_nonce", "store_state WHERE name='login_nonce_key'"})
    EXPECT_EQ(rows(*store, gone), 0) << gone;
}

TEST_F(Backup, A04_RestoresIntoPostgresqlWhateverItCameFrom) {
  if (server() == nullptr) GTEST_SKIP() << "PostgreSQL is not installed";
  const auto fresh = [&](const std::string& schema) {
    const auto address = server()->address(schema);
    EXPECT_TRUE(open_database(address, {}).value()->execute("CREATE SCHEMA " + schema));
    return Store::Settings{
        .folder = place(schema), .database = address, .key_file = settings_.key_file};
  };
  facts_ = "{\"tên\": \"\u2028\\n\"}";
  work();
  const auto made = back_up(place("b"));
  ASSERT_TRUE(made) << to_log_line(made.error());
  const auto restored = fresh("restored");
  const auto report = restore_backup(place("b"), restored);
  ASSERT_TRUE(report) << to_log_line(report.error());
  EXPECT_EQ(report.value().rows, made.value().rows);
  EXPECT_EQ(report.value().manifest_sha256, made.value().manifest_sha256);
  const auto store = Store::open(restored);
  ASSERT_TRUE(store) << to_log_line(store.error());
  EXPECT_EQ(store.value()->signature("s-1", "key-1").value()->facts, facts_);
  EXPECT_EQ(as_text(store.value()->document(output_, 100).value().view()), "input+signature");
  EXPECT_EQ(store.value()->held().value(), "2026-06-01T00:00:00Z");
  ASSERT_TRUE(store.value()->release("{}", kNow));
  // It goes on where it stopped, and back to a file.
  using Outcome = Store::Begun::Outcome;
  EXPECT_EQ(store.value()->begin_job(job("j-9"), "key-0001", Bytes(32, 1)).value().outcome,
            Outcome::kSame);
  EXPECT_EQ(store.value()->begin_job(job("j-9"), "key-0009", Bytes(32, 1)).value().outcome,
            Outcome::kNew);
  ASSERT_TRUE(make_backup(restored, {}, place("back"), clock_));
  EXPECT_TRUE(restore_backup(place("back"), {.folder = place("file")}));
  // Where there are tables already nothing is written.
  const Store::Settings taken{.folder = place("taken"), .database = restored.database};
  EXPECT_EQ(restore_backup(place("b"), taken).error().code, Code::kBackupTarget);
  EXPECT_FALSE(fs::exists(place("taken")));
}

TEST_F(Backup, WhatPostgresqlCannotHoldIsRefusedAndLeavesNoFolder) {
  if (on_postgresql() || server() == nullptr) GTEST_SKIP() << "from SQLite to PostgreSQL only";
  work();  // with a text that is not UTF-8
  ASSERT_TRUE(back_up(place("b")));
  const auto address = server()->address("refused");
  ASSERT_TRUE(open_database(address, {}).value()->execute("CREATE SCHEMA refused"));
  EXPECT_FALSE(restore_backup(place("b"), {.folder = place("r"), .database = address}));
  EXPECT_FALSE(fs::exists(place("r")));
}

TEST_F(Backup, NeverWritesOverAnything) {
  work();
  fs::create_directories(place("full"));
  std::ofstream(place("full") + "/x") << "x";
  EXPECT_EQ(back_up(place("full")).error().code, Code::kBackupTarget);
  ASSERT_TRUE(back_up(place("b")));
  EXPECT_EQ(back_up(place("b")).error().code, Code::kBackupTarget);
  EXPECT_EQ(restore_backup(place("b"), {.folder = place("full")}).error().code,
            Code::kBackupTarget);
  EXPECT_EQ(restore_backup(place("b"), {.folder = folder_.path()}).error().code,
            Code::kBackupTarget);
}

TEST_F(Backup, TellsWhatTheStoreHasLostAndKeepsTheRest) {
  work();
  const auto rows = database()->query("SELECT name FROM stored_file WHERE sha256=?1", {input_});
  const auto name = as_string(rows.value().at(0).at(0));
  fs::remove(folder_.path() + "/documents/" + name.substr(0, 2) + "/" + name);
  const auto made = back_up(place("b"));
  ASSERT_TRUE(made) << to_log_line(made.error());
  EXPECT_EQ(made.value().documents, 1U);
  EXPECT_EQ(made.value().lost, (std::vector{to_hex(input_) + " store.document_missing"}));
  EXPECT_EQ(verify_backup(place("b")).value().lost.size(), 1U);
}

TEST_F(Backup, NoticesEveryKindOfDamage) {
  work();
  ASSERT_TRUE(back_up(place("good")));
  const auto damaged = [&](const auto& change) {
    fs::remove_all(place("bad"));
    fs::copy(place("good"), place("bad"), fs::copy_options::recursive);
    change(place("bad"));
    const auto report = verify_backup(place("bad"));
    EXPECT_EQ(restore_backup(place("bad"), {.folder = place("r")}).error().code,
              report.error().code);
    EXPECT_FALSE(fs::exists(place("r")));
    return report.error().code;
  };
  const auto first_document = [](const std::string& folder) {
    for (const auto& entry : fs::recursive_directory_iterator(folder + "/documents"))
      if (entry.is_regular_file()) return entry.path();
    return fs::path();
  };
  EXPECT_EQ(damaged([&](const auto& folder) { fs::remove(first_document(folder)); }),
            Code::kBackupDamaged);
  EXPECT_EQ(damaged([&](const auto& folder) {
              std::ofstream(first_document(folder), std::ios::app) << "x";
            }),
            Code::kBackupDamaged);
  EXPECT_EQ(damaged([](const auto& folder) {
              std::ofstream(folder + "/rows/job.jsonl", std::ios::app) << "[]\n";
            }),
            Code::kBackupDamaged);
  EXPECT_EQ(damaged([](const auto& folder) { fs::remove(folder + "/manifest.jsonl"); }),
            Code::kBackupManifest);
  const auto cut = [](const std::string& folder, std::uintmax_t by) {
    const auto size = fs::file_size(folder + "/manifest.jsonl");
    fs::resize_file(folder + "/manifest.jsonl", size - std::min(size, by));
  };
  for (const std::uintmax_t by : {1U, 200U, 100'000U})
    EXPECT_EQ(damaged([&](const auto& folder) { cut(folder, by); }), Code::kBackupManifest) << by;
  EXPECT_EQ(damaged([](const auto& folder) {
              std::ofstream(folder + "/manifest.jsonl") << "{\"schema\": \"antin-backup/2\"}\n";
            }),
            Code::kBackupManifest);
  EXPECT_EQ(damaged([](const auto& folder) {
              std::ofstream(folder + "/manifest.jsonl")
                  << "{\"schema\": \"antin-backup/1\"}\n{\"file\": \"../good/manifest.jsonl\"}\n";
            }),
            Code::kBackupManifest);
}

}  // namespace
}  // namespace antin::service
