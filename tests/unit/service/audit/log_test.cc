#include "tests/fakes/stored_rows.h"
#include "tests/unit/service/audit/log_fixture.h"

namespace antin::audit {
namespace {

TEST_F(LogTest, AnUntouchedLogIsFoundClean) {
  for (const auto log : {Log::kAudit, Log::kIssued}) EXPECT_EQ(found(log), Names{}) << name(log);
  for (int i = 0; i < 6; ++i) {
    grow(7);
    checkpoint(Log::kAudit);
    checkpoint(Log::kIssued);
  }
  for (const auto log : {Log::kAudit, Log::kIssued}) {
    const auto report = verify(log);
    EXPECT_EQ(codes(report.findings), Names{}) << name(log);
    EXPECT_EQ(report.head.size.value, 42U);
    EXPECT_EQ(report.proven.value, 42U);
    EXPECT_EQ(report.checkpoints, 6U);
  }
}

TEST_F(LogTest, ARollbackTakesTheEntryBack) {
  grow(3);
  const auto undone = db_->transaction([&]() -> Status {
    LogWriter logs(*db_, random_);
    ANTIN_TRY(const auto number, logs.audit({"test", "", "", {}}, kNow));
    EXPECT_EQ(number, 3U);
    return make_error(Code::kInternal, "undone");
  });
  EXPECT_FALSE(undone);
  grow(2);
  checkpoint(Log::kAudit);
  EXPECT_EQ(found(Log::kAudit), Names{});
  EXPECT_EQ(verify(Log::kAudit).head.size.value, 5U);
}

TEST_F(LogTest, ARemovedEntryIsNamed) {
  grow(20);
  checkpoint(Log::kAudit);
  tamper("DELETE FROM log_leaf WHERE log=1 AND number=7");
  EXPECT_EQ(found(Log::kAudit), Names{"audit.entry_removed 7"});
  EXPECT_EQ(found(Log::kIssued), Names{});
  // Its hash as well.
  tamper("DELETE FROM log_node WHERE log=1 AND level=0 AND number=7");
  EXPECT_EQ(found(Log::kAudit), Names{"audit.entry_removed 7"});
  tamper("DELETE FROM log_leaf WHERE log=1 AND number>=17");
  EXPECT_EQ(found(Log::kAudit), (Names{"audit.entry_removed 7", "audit.entry_removed 17–19",
                                       "audit.rolled_back 17 20"}));
}

TEST_F(LogTest, AnAlteredEntryIsNamed) {
  grow(20);
  checkpoint(Log::kAudit);
  checkpoint(Log::kIssued);
  tamper("UPDATE log_leaf SET record=?1 WHERE log=1 AND number=4", {Bytes(40, 1)});
  EXPECT_EQ(found(Log::kAudit), Names{"audit.entry_altered 4"});
  // The entry with it.
  auto record = decode_audit(*LogReader(*db_, Log::kAudit).leaves(9, 1).value().at(0).record);
  ASSERT_TRUE(record);
  record->event.actor = "somebody-else";
  const auto forged = encode(*record);
  tamper("UPDATE log_leaf SET record=?1, entry=?2 WHERE log=1 AND number=9",
         {forged, to_bytes(entry_of(forged))});
  EXPECT_EQ(found(Log::kAudit), (Names{"audit.entry_altered 4", "audit.entry_altered 9"}));
  tamper("UPDATE log_leaf SET subject='other' WHERE log=1 AND number=11");
  EXPECT_EQ(found(Log::kAudit).size(), 3U);
  tamper("UPDATE log_leaf SET record=NULL WHERE log=2 AND number=3");
  EXPECT_EQ(found(Log::kIssued), Names{"audit.entry_altered 3"});
}

TEST_F(LogTest, AnAlteredEntryWithTheWholeTreeMadeAnewDisagreesWithTheCheckpoint) {
  grow(10);
  checkpoint(Log::kAudit);
  grow(10);
  checkpoint(Log::kAudit);
  auto record = decode_audit(*LogReader(*db_, Log::kAudit).leaves(13, 1).value().at(0).record);
  ASSERT_TRUE(record);
  record->event.actor = "somebody-else";
  const auto forged = encode(*record);
  tamper("UPDATE log_leaf SET record=?1, entry=?2 WHERE log=1 AND number=13",
         {forged, to_bytes(entry_of(forged))});
  rebuild(Log::kAudit);
  EXPECT_EQ(found(Log::kAudit), Names{"audit.history_changed 10 20"});
}

TEST_F(LogTest, ReorderedEntriesAreNamed) {
  grow(20);
  checkpoint(Log::kAudit);
  checkpoint(Log::kIssued);
  for (const auto* log : {"1", "2"}) {
    const auto where = std::string(" WHERE log=") + log + " AND number=";
    tamper("UPDATE log_leaf SET number=1000" + where + "5");
    tamper("UPDATE log_leaf SET number=5" + where + "12");
    tamper("UPDATE log_leaf SET number=12" + where + "1000");
  }
  EXPECT_EQ(found(Log::kAudit),
            (Names{"audit.entry_reordered 5 12", "audit.entry_reordered 12 5"}));
  EXPECT_EQ(found(Log::kIssued),
            (Names{"audit.entry_reordered 5 12", "audit.entry_reordered 12 5"}));
}

TEST_F(LogTest, ALogCutShortIsFoundByWhatWasKeptElsewhere) {
  grow(10);
  checkpoint(Log::kAudit);
  grow(10);
  checkpoint(Log::kAudit);
  const auto newest = LogReader(*db_, Log::kAudit).newest_checkpoint().value();
  ASSERT_TRUE(newest);
  const auto kept = open_checkpoint(newest->note, audit_key_.verifier).value().checkpoint;
  EXPECT_EQ(codes(verify(Log::kAudit, {kept}).findings), Names{});
  // As an older backup has it.
  tamper("DELETE FROM log_leaf WHERE log=1 AND number>=12");
  tamper("DELETE FROM log_checkpoint WHERE log=1 AND size>12");
  rebuild(Log::kAudit);
  EXPECT_EQ(found(Log::kAudit), Names{});
  EXPECT_EQ(codes(verify(Log::kAudit, {kept}).findings), Names{"audit.rolled_back 12 20"});
  // And other entries since.
  grow(8);
  EXPECT_EQ(codes(verify(Log::kAudit, {kept}).findings), Names{"audit.history_changed 10 20"});
}

TEST_F(LogTest, ADamagedNodeAndAForgedCheckpointAreNamed) {
  grow(20);
  checkpoint(Log::kAudit);
  tamper("UPDATE log_node SET hash=?1 WHERE log=1 AND level=2 AND number=1", {Bytes(32, 7)});
  EXPECT_EQ(found(Log::kAudit), Names{"audit.node_damaged 4 8"});
  const auto text = checkpoint_text({origin_of(kOrigin, Log::kAudit), {{3}, empty_root()}});
  tamper("INSERT INTO log_checkpoint VALUES(1, 3, 0, ?1)",
         {to_text(SignedNote{text, {fakes::LogKey::of(audit_key_.verifier.name()).sign(text)}})});
  EXPECT_EQ(found(Log::kAudit), (Names{"audit.checkpoint_forged 3", "audit.node_damaged 4 8"}));
}

TEST_F(LogTest, WhatRetentionForgetsStaysProvenAndNothingElseMayBeForgotten) {
  grow(10);
  checkpoint(Log::kAudit);
  write([](LogWriter& logs) { return logs.forget_before(6, "key-1", kNow); });
  checkpoint(Log::kAudit);
  const auto report = verify(Log::kAudit);
  EXPECT_EQ(codes(report.findings), Names{});
  EXPECT_EQ(report.forgotten, 6U);
  EXPECT_EQ(report.proven.value, 11U);
  tamper("UPDATE log_leaf SET record=NULL WHERE log=1 AND number=8");
  EXPECT_EQ(found(Log::kAudit), Names{"audit.entry_altered 8"});
}

TEST_F(LogTest, WithoutAKeyTheLogIsSaidToBeUnsigned) {
  grow(3);
  const auto report = verify_log(*db_, Log::kAudit, {});
  ASSERT_TRUE(report);
  ASSERT_EQ(report.value().findings.size(), 1U);
  EXPECT_EQ(report.value().findings[0].code, Code::kAuditUnsigned);
  EXPECT_EQ(report.value().findings[0].severity, Severity::kWarning);
}

TEST_F(LogTest, TilesAndProofsLeadToTheCheckpoint) {
  grow(300);
  checkpoint(Log::kIssued);
  LogReader reader(*db_, Log::kIssued);
  const auto checkpoint = reader.newest_checkpoint().value();
  ASSERT_TRUE(checkpoint);
  const auto head = open_checkpoint(checkpoint->note, issued_key_.verifier).value().checkpoint.head;
  // As a witness does it: the hashes of the tiles give the root.
  GrowingTree tree;
  for (const auto& tile : {TileId{}, TileId{.number = 1, .width = 44}}) {
    const auto hashes = reader.tile(tile, head.size);
    const auto bundle = reader.tile(
        {.kind = TileId::Kind::kEntries, .number = tile.number, .width = tile.width}, head.size);
    ASSERT_TRUE(hashes);
    ASSERT_TRUE(bundle);
    ASSERT_EQ(hashes.value().size(), tile.width * 32);
    ASSERT_EQ(bundle.value().size(), tile.width * 34);
    for (std::size_t i = 0; i < tile.width; ++i) {
      Hash hash{};
      ASSERT_TRUE(to_hash(ByteView(hashes.value()).subspan(i * 32, 32), hash));
      EXPECT_EQ(hash, leaf_hash(ByteView(bundle.value()).subspan(i * 34 + 2, 32)));
      tree.add(hash);
    }
  }
  EXPECT_EQ(tree.root(), head.root);
  EXPECT_FALSE(reader.tile({.number = 1, .width = 45}, head.size));
  EXPECT_EQ(reader.tile({.level = 1, .width = 1}, head.size).value().size(), 32U);

  for (const std::uint64_t number : {0U, 255U, 256U, 299U}) {
    const auto leaf = reader.leaves(number, 1).value().at(0);
    const auto proof = parse_proof(to_text(reader.prove(leaf, *checkpoint).value()));
    ASSERT_TRUE(proof);
    EXPECT_TRUE(verify_inclusion(leaf_hash(view(entry_of(proof.value().extra))),
                                 proof.value().index, head.size, head.root, proof.value().path));
  }
}

// A signature whose job ran as it should.
class ReconcileTest : public LogTest {
 protected:
  void SetUp() override {
    LogTest::SetUp();
    journal_ = [this](std::uint64_t after, std::size_t most) -> Result<JournalPage> {
      JournalPage page;
      page.last = entries_.empty() ? 0 : entries_.back().number;
      for (const auto& entry : entries_) {
        if (entry.number > after && page.entries.size() < most) page.entries.push_back(entry);
      }
      return page;
    };
    EXPECT_EQ(step(), Names{});
  }
  void begin(const std::string& job, std::uint8_t what) {
    if (!store_->any_job(job).value()) {
      ASSERT_TRUE(store_->add_job(fakes::stored_job(job, kNow, service::JobState::kRunning)));
    }
    ASSERT_TRUE(store_->in_transaction(
        [&](Database& db) { return expect_signature(db, job, Bytes(32, what), kNow); }));
  }
  void journaled(std::uint8_t what) {
    entries_.push_back({.number = entries_.size() + 1,
                        .signed_sha256 = Bytes(32, what),
                        .key_uri = "pkcs11:object=a",
                        .origin = {},
                        .root = {}});
  }
  void release(const std::string& job) {
    ASSERT_TRUE(store_->finish_signature(fakes::stored_signature("s-" + job, kNow), job, "{}"));
  }
  Names step() {
    const auto findings =
        reconcile([this](const auto& work) { return store_->in_transaction(work); }, journal_,
                  random_, kOrigin, kNow);
    EXPECT_TRUE(findings) << to_log_line(findings.error());
    return findings ? codes(findings.value()) : Names{"failed"};
  }
  Names offline() {
    const auto findings = compare_with_journal(*db_, journal_, kOrigin);
    EXPECT_TRUE(findings);
    return codes(findings.value());
  }

  std::vector<Journaled> entries_;
  Journal journal_;
};

TEST_F(ReconcileTest, ASignatureThatBothKnowIsNoAlarm) {
  begin("j1", 1);
  journaled(1);
  release("j1");
  EXPECT_EQ(offline(), Names{});
  EXPECT_EQ(step(), Names{});
  EXPECT_EQ(offline(), Names{});
  const auto use = LogReader(*db_, Log::kAudit).newest_about("j1", {1'000}).value();
  ASSERT_TRUE(use);
  EXPECT_EQ(decode_audit(*use->record)->event.kind, "key_use");
}

TEST_F(ReconcileTest, ASignatureThatTheRegisterDoesNotKnowIsAnAlarmOnce) {
  begin("j1", 1);
  journaled(1);
  journaled(9);
  EXPECT_EQ(step(), Names{"audit.signature_unknown 2"});
  EXPECT_EQ(step(), Names{});
  EXPECT_EQ(offline(), Names{"audit.signature_unknown 2"});
}

TEST_F(ReconcileTest, AJobThatWasInterruptedBetweenTokenAndStoreIsNoAlarm) {
  begin("j1", 1);
  journaled(1);  // then power went
  EXPECT_EQ(step(), Names{});
  begin("j1", 2);  // taken up again, another time in the attributes
  EXPECT_EQ(step(), Names{});
  journaled(2);
  release("j1");
  EXPECT_EQ(step(), Names{});
  EXPECT_EQ(offline(), Names{});
}

TEST_F(ReconcileTest, AReleasedSignatureThatTheJournalDoesNotKnowIsAnAlarm) {
  begin("j1", 1);
  release("j1");
  EXPECT_EQ(offline(), Names{"audit.signature_unjournaled j1"});
  EXPECT_EQ(step(), Names{"audit.signature_unjournaled j1"});
  EXPECT_EQ(step(), Names{});
  EXPECT_EQ(offline(), Names{"audit.signature_unjournaled j1"});
}

TEST_F(ReconcileTest, AJournalShorterThanBeforeIsAnAlarm) {
  begin("j1", 1);
  journaled(1);
  EXPECT_EQ(step(), Names{});
  entries_.clear();
  EXPECT_EQ(step(), Names{"audit.journal_unreadable 1"});
  EXPECT_EQ(offline(), (Names{"audit.journal_unreadable 1", "audit.signature_unjournaled j1"}));
}

TEST_F(ReconcileTest, ACheckpointBeyondTheLogShowsThatItWasRolledBack) {
  grow(5);
  LogReader reader(*db_, Log::kIssued);
  Journaled entry{.number = 1,
                  .kind = Journaled::Kind::kCheckpoint,
                  .signed_sha256 = Bytes(32, 3),
                  .key_uri = "pkcs11:object=c",
                  .origin = origin_of(kOrigin, Log::kIssued),
                  .size = 5,
                  .root = to_bytes(root_at({5}, reader.nodes()).value())};
  entries_ = {entry};
  EXPECT_EQ(offline(), Names{});
  entries_[0].size = 6;
  EXPECT_EQ(offline(), Names{"audit.rolled_back 5 6"});
  entries_[0] = entry;
  entries_[0].root[0] ^= 1;
  EXPECT_EQ(step(), Names{"audit.history_changed 0 5"});
}

TEST_F(ReconcileTest, WhatTheKeySignedWhileTheDatabaseWasReadIsNoAlarm) {
  begin("j1", 1);
  journaled(1);
  // After the snapshot of the database; its job is not in it.
  journaled(9);
  const auto compared = [&](const JournalSpan& span) {
    return codes(compare_with_journal(*db_, journal_, kOrigin, span).value());
  };
  EXPECT_EQ(compared({.after = {}, .up_to = 1}), Names{});
  EXPECT_EQ(compared({.after = {}, .up_to = 2}), Names{"audit.signature_unknown 2"});
}

TEST_F(ReconcileTest, WhereTheComparisonBeganIsTheLogsWordAndNotTheDatabases) {
  journaled(9);  // nobody's
  EXPECT_EQ(step(), Names{"audit.signature_unknown 1"});
  // Somebody lets it begin later, so that the entry is not looked at.
  tamper("UPDATE log_fact SET value='1' WHERE name='journal.baseline'");
  EXPECT_EQ(offline(), Names{"audit.journal_before 1"});
  const auto told = compare_with_journal(*db_, journal_, kOrigin, {.after = 0, .up_to = {}});
  EXPECT_EQ(codes(told.value()), (Names{"audit.journal_moved 0 1", "audit.signature_unknown 1"}));
}

// The register beside the log.
TEST_F(ReconcileTest, ARegisterChangedBehindTheLogIsNamed) {
  write([](LogWriter& logs) { return logs.set("began", "0"); });
  begin("j1", 1);
  begin("j2", 2);
  release("j1");
  release("j2");
  const auto check = [&] {
    VerifyReport report;
    RegisterCheck rows(*db_, report);
    const auto walked = verify_log(
        *db_, Log::kAudit,
        {.key = &audit_key_.verifier,
         .earlier = {},
         .kept = {},
         .on_record = [&](const AuditRecord& record) { return rows.on_record(record); }});
    EXPECT_TRUE(walked);
    EXPECT_TRUE(rows.finish());
    return codes(report.findings);
  };
  EXPECT_EQ(check(), Names{});
  tamper("UPDATE signature SET facts='{\"level\":\"B-LTA\"}' WHERE id='s-j1'");
  EXPECT_EQ(check(), Names{"audit.register_differs s-j1"});
  tamper(
      "INSERT INTO signature SELECT 's-new', owner, sha256, input_sha256, size, created, facts"
      " FROM signature WHERE id='s-j2'");
  EXPECT_EQ(check(), (Names{"audit.register_differs s-j1", "audit.register_differs s-new"}));
}

}  // namespace
}  // namespace antin::audit
