// A log through the years: other names after a restore, records whose time is over.
#include "service/audit/origin.h"

#include "service/audit/retention.h"
#include "tests/fakes/stored_rows.h"
#include "tests/unit/service/audit/log_fixture.h"

namespace antin::audit {
namespace {

class OriginTest : public LogTest {
 protected:
  void use(const std::string& origin) {
    write([&](LogWriter& logs) { return take_origin(*db_, logs, origin); });
  }
  bool used_up(const std::string& origin) { return is_used_up(*db_, origin).value(); }
  void signed_by(const fakes::LogKey& key) {
    write([&](LogWriter& logs) { return keep_verifier(*db_, logs, Log::kAudit, key.verifier); });
  }
  void restored(int times) {
    tamper("DELETE FROM store_state WHERE name='generation'");
    tamper("INSERT INTO store_state VALUES('generation', '" + std::to_string(times) + "')");
  }
};

TEST_F(OriginTest, AStoreThatWasNeverRestoredKeepsItsName) {
  EXPECT_FALSE(used_up("a.example/antin"));
  use("a.example/antin");
  signed_by(fakes::LogKey::of("a.example/antin/audit"));
  EXPECT_FALSE(used_up("a.example/antin"));
  EXPECT_FALSE(used_up("b.example/antin"));
}

TEST_F(OriginTest, A04_ARestoredStoreNeedsAnotherNameAndKeepsThat) {
  use("a.example/antin");
  signed_by(fakes::LogKey::of("a.example/antin/audit"));
  restored(1);
  EXPECT_TRUE(used_up("a.example/antin"));
  EXPECT_FALSE(used_up("a.example/antin-2"));
  use("a.example/antin-2");
  signed_by(fakes::LogKey::of("a.example/antin-2/audit"));
  EXPECT_FALSE(used_up("a.example/antin-2"));
  EXPECT_TRUE(used_up("a.example/antin"));
  restored(2);
  EXPECT_TRUE(used_up("a.example/antin-2"));
  EXPECT_TRUE(used_up("a.example/antin"));
}

TEST_F(OriginTest, WhatWasSignedUnderAnEarlierNameStaysProven) {
  grow(5);
  checkpoint(Log::kAudit);
  signed_by(audit_key_);
  const auto earlier = std::exchange(audit_key_, fakes::LogKey::of("log.example/antin-2/audit"));
  grow(5);
  const auto size = LogReader(*db_, Log::kAudit).size().value();
  const auto root = root_at(size, LogReader(*db_, Log::kAudit).nodes()).value();
  const auto text = checkpoint_text({"log.example/antin-2/audit", {size, root}});
  write([&](LogWriter& logs) {
    return logs.keep_checkpoint(Log::kAudit, size,
                                to_text(SignedNote{text, {audit_key_.sign(text)}}), kNow);
  });
  signed_by(audit_key_);
  const auto keys = verifiers_of(*db_, Log::kAudit).value();
  ASSERT_EQ(keys.size(), 2U);
  EXPECT_EQ(keys[0].name(), "log.example/antin-2/audit");
  EXPECT_EQ(keys[1].name(), earlier.verifier.name());
  const auto judged = [&](std::vector<const VerifierKey*> more) {
    return verify_log(*db_, Log::kAudit, {.key = &keys[0], .earlier = std::move(more)}).value();
  };
  EXPECT_EQ(codes(judged({&keys[1]}).findings), (std::vector<std::string>{}));
  EXPECT_EQ(judged({&keys[1]}).proven.value, 10U);
  // Without the earlier key its checkpoint is nobody's.
  EXPECT_EQ(codes(judged({}).findings), std::vector<std::string>{"audit.checkpoint_forged 5"});
}

class RetentionTest : public LogTest {
 protected:
  void SetUp() override {
    LogTest::SetUp();
    write([](LogWriter& logs) { return logs.set("began", "0"); });
  }
  // A signature that is released now, with a job of its own.
  void sign(const std::string& id) {
    const auto now = clock_.utc_now();
    ASSERT_TRUE(store_->add_job(fakes::stored_job("job-" + id, now, service::JobState::kRunning)));
    auto signature = fakes::stored_signature(id, now);
    signature.sha256 = Bytes(32, static_cast<std::uint8_t>(id[0]));
    ASSERT_TRUE(store_->finish_signature(signature, "job-" + id, "{}"));
  }
  Status forget_until(UtcTime until) {
    return db_->transaction([&]() -> Status {
      ANTIN_TRY(found_, records_before(*db_, until));
      return forget(*db_, random_, found_, until, "somebody", clock_.utc_now());
    });
  }
  Names verified() {
    VerifyReport report;
    RegisterCheck rows(*db_, report);
    const auto walked = verify_log(
        *db_, Log::kAudit,
        {.key = &audit_key_.verifier,
         .on_record = [&](const AuditRecord& record) { return rows.on_record(record); }});
    EXPECT_TRUE(walked);
    EXPECT_TRUE(rows.finish());
    auto all = codes(walked.value().findings);
    for (auto& code : codes(report.findings)) all.push_back(std::move(code));
    return all;
  }
  Retention found_;
};

TEST_F(RetentionTest, A02_RecordsOfAnEarlierTimeGoAndEverythingStaysProven) {
  sign("a");
  sign("b");
  clock_.advance(std::chrono::hours(24));
  const auto until = clock_.utc_now();
  sign("c");
  checkpoint(Log::kAudit);
  ASSERT_TRUE(forget_until(until));
  EXPECT_EQ(found_.records, 2U);
  checkpoint(Log::kAudit);
  EXPECT_EQ(verified(), Names{});
  const auto leaves = LogReader(*db_, Log::kAudit).leaves(0, 10).value();
  ASSERT_EQ(leaves.size(), 4U);
  EXPECT_FALSE(leaves[0].record || leaves[1].record);
  EXPECT_TRUE(leaves[2].record);
  const auto said = decode_audit(*leaves[3].record)->event;
  EXPECT_EQ(said.kind, "records_forgotten");
  EXPECT_EQ(said.facts.at("by"), "somebody");
  // Nothing is left to forget, and then nothing is said.
  ASSERT_TRUE(forget_until(until));
  EXPECT_EQ(LogReader(*db_, Log::kAudit).size().value().value, 4U);
}

TEST_F(RetentionTest, WhatWasSlippedIntoTheRegisterIsFoundAfterwardsToo) {
  sign("a");
  clock_.advance(std::chrono::hours(24));
  checkpoint(Log::kAudit);
  ASSERT_TRUE(forget_until(clock_.utc_now()));
  checkpoint(Log::kAudit);
  EXPECT_EQ(verified(), Names{});
  // As old as what was forgotten: the log of issued documents does not know it.
  tamper(
      "INSERT INTO signature SELECT 'slipped', owner, ?1, input_sha256, size, created, facts"
      " FROM signature WHERE id='a'",
      {Bytes(32, 9)});
  EXPECT_EQ(verified(), Names{"audit.register_differs slipped"});
}

TEST_F(RetentionTest, WhatNoCheckpointProvesYetStays) {
  write(
      [&](LogWriter& logs) { return keep_verifier(*db_, logs, Log::kAudit, audit_key_.verifier); });
  sign("a");
  clock_.advance(std::chrono::hours(24));
  const auto refused = forget_until(clock_.utc_now());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::kAuditForgetUnproven);
  EXPECT_TRUE(LogReader(*db_, Log::kAudit).leaves(0, 1).value().at(0).record);
  checkpoint(Log::kAudit);
  EXPECT_TRUE(forget_until(clock_.utc_now()));
  EXPECT_FALSE(LogReader(*db_, Log::kAudit).leaves(0, 1).value().at(0).record);
}

}  // namespace
}  // namespace antin::audit
