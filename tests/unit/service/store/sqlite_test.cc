#include "service/store/sqlite.h"

#include <gtest/gtest.h>

namespace antin::service {
namespace {

// Statements are kept prepared from one call to the next: what may go wrong with that.
class SqliteTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto opened = Sqlite::open(":memory:");
    ASSERT_TRUE(opened);
    db_ = std::move(opened).value();
    ASSERT_TRUE(db_->execute("CREATE TABLE t (k INTEGER PRIMARY KEY, v TEXT NOT NULL)"));
    for (const std::int64_t k : {1, 2, 3}) ASSERT_TRUE(put(k, "v" + std::to_string(k)));
  }
  Status put(std::int64_t k, Database::Value v) {
    return db_->execute("INSERT INTO t VALUES (?1, ?2)", {k, std::move(v)});
  }
  std::vector<Database::Row> rows(const std::string& sql, const Database::Values& values = {}) {
    return db_->query(sql, values).value();
  }
  std::unique_ptr<Database> db_;
};

TEST_F(SqliteTest, TheSameSqlMayBeAskedWhileItsRowsAreRead) {
  int outer = 0, inner = 0;
  ASSERT_TRUE(db_->each("SELECT k FROM t ORDER BY k", [&](const Database::Row& row) -> Status {
    ++outer;
    EXPECT_EQ(as_integer(row[0]), outer);
    return db_->each("SELECT k FROM t ORDER BY k", [&](const Database::Row& again) -> Status {
      EXPECT_EQ(as_integer(again[0]), inner % 3 + 1);
      ++inner;
      return Done{};
    });
  }));
  EXPECT_EQ(outer, 3);
  EXPECT_EQ(inner, 9);
}

TEST_F(SqliteTest, AStatementThatWasLeftInTheMiddleBeginsAtItsFirstRow) {
  const auto first = [&] {
    std::int64_t seen = 0;
    const auto stopped =
        db_->each("SELECT k FROM t ORDER BY k", [&](const Database::Row& row) -> Status {
          seen = as_integer(row[0]);
          return make_error(Code::kStoreFailed, "enough");
        });
    EXPECT_EQ(stopped.error().code, Code::kStoreFailed);
    return seen;
  };
  EXPECT_EQ(first(), 1);
  EXPECT_EQ(first(), 1);
}

TEST_F(SqliteTest, ValuesOfAnEarlierCallAreForgotten) {
  EXPECT_EQ(rows("SELECT k FROM t WHERE v = ?1", {std::string("v2")}).size(), 1U);
  EXPECT_EQ(rows("SELECT k FROM t WHERE v = ?1").size(), 0U);
}

TEST_F(SqliteTest, ARefusedChangeLeavesNoTransactionAndItsStatementWorksAgain) {
  EXPECT_EQ(put(4, nullptr).error().code, Code::kStoreFailed);
  EXPECT_TRUE(db_->transaction([&] { return put(4, std::string("v4")); }));
  EXPECT_EQ(rows("SELECT k FROM t").size(), 4U);
}

TEST_F(SqliteTest, AnotherSchemaIsSeenByStatementsOfTheOldOne) {
  EXPECT_EQ(rows("SELECT * FROM t WHERE k = 1")[0].size(), 2U);
  ASSERT_TRUE(db_->execute("ALTER TABLE t ADD COLUMN w TEXT NOT NULL DEFAULT 'new'"));
  const auto after = rows("SELECT * FROM t WHERE k = 1");
  ASSERT_EQ(after[0].size(), 3U);
  EXPECT_EQ(as_string(after[0][2]), "new");
}

TEST_F(SqliteTest, AnswersManyMoreSentencesThanItKeeps) {
  for (int round = 0; round < 2; ++round) {
    for (std::int64_t n = 0; n < 200; ++n) {
      const auto found = rows("SELECT k + " + std::to_string(n) + " FROM t WHERE k = 1");
      ASSERT_EQ(found.size(), 1U);
      ASSERT_EQ(as_integer(found[0][0]), n + 1);
    }
  }
}

TEST_F(SqliteTest, WhatIsNoSqlIsRefusedEachTime) {
  EXPECT_EQ(db_->query("SELEKT 1", {}).error().code, Code::kStoreFailed);
  EXPECT_EQ(db_->query("SELEKT 1", {}).error().code, Code::kStoreFailed);
}

}  // namespace
}  // namespace antin::service
