// antin audit as administrators start it: exit codes, codes on stdout, on a database that was
// tampered with and on its untouched twin.

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sys/wait.h>

#include <gtest/gtest.h>

#include "certs/ossl/digest.h"
#include "service/audit/log_reader.h"
#include "service/audit/log_writer.h"
#include "service/audit/reconcile.h"
#include "service/audit/store_events.h"
#include "tests/fakes/counting_random.h"
#include "tests/fakes/frozen_clock.h"
#include "tests/fakes/log_keys.h"
#include "tests/fakes/stored_rows.h"
#include "tests/fakes/temp_folder.h"

namespace antin::audit {
namespace {

using Json = nlohmann::json;
const UtcTime kNow{std::chrono::sys_seconds(std::chrono::seconds(1'700'000'000))};
constexpr const char* kOrigin = "log.example/antin";

struct Outcome {
  int exit = -1;
  Json json;
  std::vector<std::string> codes() const {
    std::vector<std::string> all;
    const auto take = [&](const Json& findings) {
      for (const auto& finding : findings) all.push_back(finding["code"]);
    };
    if (json.contains("findings")) take(json["findings"]);
    if (json.contains("keys")) take(json["keys"]["findings"]);
    for (const auto& log : json.value("logs", Json::array())) take(log["findings"]);
    if (json.contains("journal")) take(json["journal"]["findings"]);
    return all;
  }
};

class AntinAudit : public testing::Test {
 protected:
  void SetUp() override {
    store_ = service::Store::open(folder_.path()).value();
    store_->set_event_sink(store_events(clock_, random_));
    db_ = service::open_database("sqlite", database_file()).value();
    for (int i = 0; i < 10; ++i) sign(i);
    checkpoint();
    first_ = newest(Log::kAudit);
    for (int i = 10; i < 20; ++i) sign(i);
    checkpoint();
  }
  std::string database_file() const { return folder_.path() + "/antin.sqlite"; }
  static Bytes document(int i) { return antin::to_bytes("document " + std::to_string(i)); }

  void sign(int i) {
    const auto job = "job-" + std::to_string(i);
    ASSERT_TRUE(store_->add_job(fakes::stored_job(job, kNow, service::JobState::kRunning)));
    auto signature = fakes::stored_signature("sig-" + std::to_string(i), kNow);
    signature.sha256 = ossl::sha256(document(i));
    ASSERT_TRUE(store_->finish_signature(signature, job, "{}"));
  }
  void checkpoint() {
    for (const auto log : {Log::kAudit, Log::kIssued}) {
      ASSERT_TRUE(store_->in_transaction([&](Database& database) -> Status {
        LogReader reader(database, log);
        ANTIN_TRY(const auto size, reader.size());
        ANTIN_TRY(const auto root, root_at(size, reader.nodes()));
        const auto text = checkpoint_text({origin_of(kOrigin, log), {size, root}});
        LogWriter logs(database, random_);
        ANTIN_CHECK(logs.set("vkey." + std::string(name(log)), key(log).verifier.to_text()));
        return logs.keep_checkpoint(log, size, to_text(SignedNote{text, {key(log).sign(text)}}),
                                    kNow);
      }));
    }
  }
  std::string newest(Log log) { return LogReader(*db_, log).newest_checkpoint().value()->note; }
  std::string proof(int i) {
    LogReader reader(*db_, Log::kIssued);
    const auto leaf =
        reader.newest_about(to_hex(ossl::sha256(document(i))), {kMaxTreeSize}).value();
    return to_text(reader.prove(*leaf, *reader.newest_checkpoint().value()).value());
  }
  const fakes::LogKey& key(Log log) const { return log == Log::kAudit ? audit_key_ : issued_key_; }
  std::string write(const std::string& name, std::string_view text) const {
    const auto path = folder_.path() + "/" + name;
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }
  void tamper(const std::string& sql) { ASSERT_TRUE(db_->execute(sql)) << sql; }

  static Outcome run(const std::string& arguments) {
    const bool speaks_json = !arguments.starts_with("forget");
    const auto command = std::string{ANTIN_AUDIT_PROGRAM} + " " + arguments +
                         (speaks_json ? " --json 2>/dev/null" : " 2>/dev/null");
    FILE* pipe = ::popen(command.c_str(), "r");  // NOLINT(cert-env33-c): our own program
    std::string out;
    std::string buffer(4096, '\0');
    for (std::size_t got = 0; (got = std::fread(buffer.data(), 1, buffer.size(), pipe)) > 0;)
      out.append(buffer, 0, got);
    const int status = ::pclose(pipe);
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, Json::parse(out, nullptr, false)};
  }
  Outcome verify(const std::string& more = "") const {
    return run("verify --store " + folder_.path() + " --key " + audit_key_.verifier.to_text() +
               " --key " + issued_key_.verifier.to_text() + " " + more);
  }

  fakes::TempFolder folder_{"audit-cli"};
  fakes::FrozenClock clock_{kNow};
  fakes::CountingRandom random_;
  fakes::LogKey audit_key_ = fakes::LogKey::of("log.example/antin/audit");
  fakes::LogKey issued_key_ = fakes::LogKey::of("log.example/antin/issued");
  std::unique_ptr<service::Store> store_;
  std::unique_ptr<Database> db_;
  std::string first_;  ///< an early checkpoint of the audit log
};

using Names = std::vector<std::string>;

TEST_F(AntinAudit, FindsAnUntouchedDatabaseClean) {
  const auto outcome = verify("--since " + write("first", first_));
  EXPECT_EQ(outcome.exit, 0);
  EXPECT_EQ(outcome.codes(), Names{});
  EXPECT_EQ(outcome.json["clean"], true);
  EXPECT_EQ(outcome.json["logs"][0]["entries"], 20);
  EXPECT_EQ(outcome.json["logs"][1]["proven"], 20);
}

TEST_F(AntinAudit, NamesARemovedAnAlteredAndAReorderedEntry) {
  tamper("DELETE FROM log_leaf WHERE log=1 AND number=3");
  tamper("UPDATE log_leaf SET record=zeroblob(66) WHERE log=2 AND number=5");
  tamper("UPDATE log_leaf SET number=100 WHERE log=1 AND number=8");
  tamper("UPDATE log_leaf SET number=8 WHERE log=1 AND number=9");
  tamper("UPDATE log_leaf SET number=9 WHERE log=1 AND number=100");
  const auto outcome = verify();
  EXPECT_EQ(outcome.exit, 1);
  EXPECT_EQ(outcome.codes(), (Names{"audit.entry_removed", "audit.entry_reordered",
                                    "audit.entry_reordered", "audit.entry_altered"}));
  const auto& findings = outcome.json["logs"][0]["findings"];
  EXPECT_EQ(findings[0]["parameters"]["so"], "3");
  EXPECT_EQ(findings[1]["parameters"]["so"], "8");
  EXPECT_EQ(findings[1]["parameters"]["la"], "9");
}

TEST_F(AntinAudit, FindsADatabaseThatWasPutBackToAnOlderBackup) {
  // An older backup: copied while it was in use, put back later.
  const auto kept = write("kept", newest(Log::kAudit));
  fakes::TempFolder backup{"audit-backup"};
  ASSERT_TRUE(db_->execute("VACUUM INTO '" + backup.path() + "/antin.sqlite'"));
  for (int i = 20; i < 25; ++i) sign(i);
  checkpoint();
  const auto newer = write("newer", newest(Log::kAudit));
  db_.reset();
  store_.reset();
  for (const auto* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(database_file() + suffix);
  std::filesystem::copy_file(backup.path() + "/antin.sqlite", database_file());
  EXPECT_EQ(verify().exit, 0);
  EXPECT_EQ(verify("--since " + kept).exit, 0);
  const auto outcome = verify("--since " + newer);
  EXPECT_EQ(outcome.exit, 1);
  EXPECT_EQ(outcome.codes(), Names{"audit.rolled_back"});
}

TEST_F(AntinAudit, FindsARegisterThatWasChangedBehindTheLog) {
  tamper("UPDATE signature SET sha256=zeroblob(32) WHERE id='sig-4'");
  const auto outcome = verify();
  EXPECT_EQ(outcome.exit, 1);
  EXPECT_EQ(outcome.codes(), Names{"audit.register_differs"});
}

TEST_F(AntinAudit, WithoutCheckpointsNothingIsProven) {
  tamper("DELETE FROM log_fact");
  tamper("DELETE FROM log_checkpoint");
  const auto outcome = run("verify --store " + folder_.path());
  EXPECT_EQ(outcome.exit, 2);
  EXPECT_EQ(outcome.codes(), (Names{"audit.unsigned", "audit.unsigned"}));
}

TEST_F(AntinAudit, SaysWhenAKeyCameFromTheDatabaseItself) {
  const auto alone = run("verify --store " + folder_.path());
  EXPECT_EQ(alone.exit, 0);
  EXPECT_EQ(alone.json["clean"], true);
  EXPECT_EQ(alone.codes(), (Names{"audit.key_from_database", "audit.key_from_database"}));
  const auto half =
      run("verify --store " + folder_.path() + " --key " + audit_key_.verifier.to_text());
  EXPECT_EQ(half.codes(), Names{"audit.key_from_database"});
  EXPECT_EQ(half.json["keys"]["findings"][0]["parameters"]["origin"], "log.example/antin/issued");
  // A key that was put in its place goes unnoticed without the right one at hand.
  const auto forged = fakes::LogKey::of("log.example/antin/issued");
  tamper("UPDATE log_fact SET value='" + forged.verifier.to_text() + "' WHERE name='vkey.issued'");
  EXPECT_EQ(verify().exit, 0);
  EXPECT_EQ(run("verify --store " + folder_.path()).exit, 1);
}

TEST_F(AntinAudit, A02_ForgetsRecordsOfAnEarlierTimeWhenItIsToldTwice) {
  const auto forget = [&](const std::string& more) {
    return run("forget --store " + folder_.path() + " --before " + more).exit;
  };
  EXPECT_EQ(forget("2023-11-14"), 0);  // the first day that has any
  EXPECT_EQ(verify().json["logs"][0]["forgotten"], 0);
  EXPECT_EQ(forget("2023-11-16"), 0);  // only tells
  EXPECT_EQ(verify().json["logs"][0]["forgotten"], 0);
  EXPECT_EQ(forget("2023-11-16 --yes"), 0);
  const auto after = verify();
  EXPECT_EQ(after.exit, 0);
  EXPECT_EQ(after.codes(), Names{});
  EXPECT_EQ(after.json["logs"][0]["forgotten"], 20);
  EXPECT_EQ(after.json["logs"][0]["entries"], 21);
  for (const auto* wrong : {"9000-01-01", "2023-11-31", "16.11.2023", "2023-11-16T00:00:00Z"})
    EXPECT_EQ(forget(wrong), 3) << wrong;
}

TEST_F(AntinAudit, WhatIsNotThereIsNotMade) {
  const fakes::TempFolder empty{"audit-none"};
  EXPECT_EQ(run("verify --store " + empty.path()).exit, 3);
  EXPECT_TRUE(std::filesystem::is_empty(empty.path()));
  EXPECT_EQ(verify("--since " + write("nonsense", "x")).exit, 3);
  EXPECT_EQ(verify("--journal " + empty.path() + "/none").exit, 3);
}

TEST_F(AntinAudit, ChecksAProofOffline) {
  const auto file = write("a.pdf", as_text(document(7)));
  const auto good = write("a.proof", proof(7));
  const auto check = [&](const std::string& document_path, const std::string& proof_path,
                         const fakes::LogKey& by) {
    return run("check-proof " + document_path + " " + proof_path + " --key " +
               by.verifier.to_text());
  };
  const auto proven = check(file, good, issued_key_);
  EXPECT_EQ(proven.exit, 0);
  EXPECT_EQ(proven.codes(), Names{"audit.document_proven"});

  const auto other = check(write("b.pdf", "another document"), good, issued_key_);
  EXPECT_EQ(other.exit, 1);
  EXPECT_EQ(other.codes(), Names{"audit.proof_other_document"});
  EXPECT_EQ(check(file, good, audit_key_).codes(), Names{"audit.checkpoint_other_key"});
  const auto stranger = fakes::LogKey::of(issued_key_.verifier.name());
  EXPECT_EQ(check(file, good, stranger).exit, 1);
  // Each line of the path changed.
  auto read = parse_proof(proof(7)).value();
  read.path.at(1).at(3) ^= 1;
  EXPECT_EQ(check(file, write("c.proof", to_text(read)), issued_key_).codes(),
            Names{"audit.proof_wrong"});
  read = parse_proof(proof(7)).value();
  read.index ^= 1;
  EXPECT_EQ(check(file, write("d.proof", to_text(read)), issued_key_).codes(),
            Names{"audit.proof_wrong"});
  // The state is part of what was logged.
  read = parse_proof(proof(7)).value();
  read.extra.back() = 2;
  EXPECT_EQ(check(file, write("e.proof", to_text(read)), issued_key_).codes(),
            Names{"audit.proof_wrong"});
  EXPECT_EQ(check(file, write("f.proof", "nonsense"), issued_key_).exit, 3);
}

TEST_F(AntinAudit, SaysWhenTheLogWithdrewADocument) {
  ASSERT_TRUE(store_->in_transaction([&](Database& database) -> Status {
    ANTIN_TRY(
        const auto number,
        LogWriter(database, random_).issued(ossl::sha256(document(7)), IssuedState::kCancelled));
    static_cast<void>(number);
    return Done{};
  }));
  checkpoint();
  const auto outcome = run("check-proof " + write("a.pdf", as_text(document(7))) + " " +
                           write("a.proof", proof(7)) + " --key " + issued_key_.verifier.to_text());
  EXPECT_EQ(outcome.exit, 1);
  EXPECT_EQ(outcome.codes(), Names{"audit.document_withdrawn"});
}

}  // namespace
}  // namespace antin::audit
