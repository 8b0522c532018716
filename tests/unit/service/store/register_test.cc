#include "service/store/register_text.h"
#include "service/store/store.h"
#include "tests/fakes/counting_random.h"
#include "tests/fakes/store_fixture.h"
#include "tests/fakes/stored_rows.h"

namespace antin::service {
namespace {

const UtcTime kNow = *from_rfc3339("2026-06-01T00:00:00Z");

class RegisterTest : public fakes::StoreFixture {
 protected:
  static StoredEntry entry(const std::string& number, const std::string& code) {
    auto entry = fakes::stored_entry(number, code);
    entry.unit_name = "UBND xã Quỳnh Diễn";
    entry.officers = {Bytes(32, 7)};
    entry.agencies = {Bytes(32, 8), Bytes(32, 9)};
    return entry;
  }
  // Signed in its second and third revision.
  static StoredOriginal original(const std::string& id, std::uint8_t seed) {
    return {.id = id,
            .sha256 = Bytes(32, static_cast<std::uint8_t>(seed + 3)),
            .size = 30,
            .name = "a.pdf",
            .owner = "key-1",
            .created = kNow,
            .revisions = {{10, Bytes(32, 1)},
                          {20, Bytes(32, static_cast<std::uint8_t>(seed + 2))},
                          {30, Bytes(32, static_cast<std::uint8_t>(seed + 3))}},
            .signed_end = 20};
  }
  Result<StoredOriginal> add(StoredOriginal one, const std::optional<StoredEntry>& entry) {
    one.entry = entry;
    bool fresh = false;
    return store_->add_original(std::move(one), fresh);
  }
  static StoredDecision decision(const std::string& state, const std::string& number = "12/QĐ") {
    return {.state = state,
            .decision = state == "released" ? "" : number,
            .day = state == "released" ? "" : "2026-07-03",
            .actor = "key-1",
            .at = kNow};
  }
};

TEST_F(RegisterTest, KeepsAnEntryWithItsOriginal) {
  open();
  ASSERT_TRUE(add(original("o-1", 10), entry("125/ĐT", "0123456789ABCDEF")));
  open();
  const auto kept = store_->original("o-1").value();
  ASSERT_TRUE(kept && kept->entry);
  EXPECT_TRUE(kept->entry->same_facts(entry("125/ĐT", "")));
  EXPECT_EQ(kept->entry->officers, std::vector<Bytes>{Bytes(32, 7)});
  EXPECT_EQ(kept->entry->agencies.size(), 2U);
  EXPECT_EQ(store_->original_with_code("0123456789ABCDEF").value()->id, "o-1");
  EXPECT_FALSE(store_->original_with_code("0123456789ABCDEG").value());
}

TEST_F(RegisterTest, FindsByTheSignedRevisionAndWhatFollowsItButNotByWhatCameBefore) {
  open();
  ASSERT_TRUE(add(original("o-1", 10), entry("125/ĐT", "A000000000000000")));
  ASSERT_TRUE(add(original("o-2", 20), entry("126/ĐT", "B000000000000000")));
  const auto ids = [&](std::uint8_t digest) {
    std::string all;
    const auto found = store_->originals_signed_as({Bytes(32, digest)});
    for (const auto& one : found.value()) all += one.id;
    return all;
  };
  EXPECT_EQ(ids(12), "o-1");
  EXPECT_EQ(ids(13), "o-1");
  EXPECT_EQ(ids(1), "");  // the scan that both begin with
  EXPECT_EQ(ids(99), "");
  EXPECT_EQ(
      store_->originals_signed_as({Bytes(32, 12), Bytes(32, 13), Bytes(32, 22)}).value().size(),
      2U);
}

TEST_F(RegisterTest, DoesNotAnswerForWhatIsOnlyKept) {
  open();
  ASSERT_TRUE(add(original("o-1", 10), std::nullopt));
  EXPECT_TRUE(store_->originals_signed_as({Bytes(32, 13)}).value().empty());
  ASSERT_TRUE(add(original("o-x", 10), entry("125/ĐT", "A000000000000000")));
  ASSERT_EQ(store_->originals_signed_as({Bytes(32, 13)}).value().size(), 1U);
  EXPECT_EQ(store_->originals_signed_as({Bytes(32, 13)}).value()[0].id, "o-1");
}

TEST_F(RegisterTest, FindsByNumberHoweverItIsWrittenInItsUnitOnly) {
  open();
  ASSERT_TRUE(add(original("o-1", 10), entry("125/ĐT", "A000000000000000")));
  const auto count = [&](const std::string& number, const std::string& book,
                         const std::string& unit) {
    return store_->originals_numbered(number, book, unit).value().size();
  };
  EXPECT_EQ(count("0125 / đt", "1/2026 - sct/bs", "H40.7"), 1U);
  EXPECT_EQ(count("125/ĐT", "01/2026-SCT/BS", "UBND xã Quỳnh Diễn"), 1U);
  EXPECT_EQ(count("125/ĐT", "01/2026-SCT/BS", "H40.8"), 0U);
  EXPECT_EQ(count("125/ĐT", "02/2026-SCT/BS", "H40.7"), 0U);
  EXPECT_EQ(count("12/5ĐT", "01/2026-SCT/BS", "H40.7"), 0U);
  EXPECT_EQ(count("", "01/2026-SCT/BS", "H40.7"), 0U);
}

TEST_F(RegisterTest, GivesANumberOnce) {
  open();
  ASSERT_TRUE(add(original("o-1", 10), entry("125/ĐT", "A000000000000000")));
  EXPECT_EQ(add(original("o-2", 20), entry("0125/đt", "B000000000000000")).error().code,
            Code::kRegisterNumberTaken);
  EXPECT_FALSE(store_->original("o-2").value());  // nothing half-made stays
  auto elsewhere = entry("125/ĐT", "C000000000000000");
  elsewhere.unit_code = "H40.8";
  EXPECT_TRUE(add(original("o-2", 20), elsewhere));
}

TEST_F(RegisterTest, TakesTheSameFactsTwiceAndOthersNever) {
  open();
  ASSERT_TRUE(add(original("o-1", 10), entry("125/ĐT", "A000000000000000")));
  const auto again = add(original("o-9", 10), entry("125/ĐT", "B000000000000000"));
  ASSERT_TRUE(again);
  EXPECT_EQ(again.value().id, "o-1");
  EXPECT_EQ(again.value().entry->code, "A000000000000000");
  EXPECT_EQ(add(original("o-9", 10), entry("126/ĐT", "C000000000000000")).error().code,
            Code::kRegisterFactsDiffer);
}

TEST_F(RegisterTest, CancelsOnceAndKeepsEverything) {
  open();
  ASSERT_TRUE(add(original("o-1", 10), entry("125/ĐT", "A000000000000000")));
  ASSERT_TRUE(store_->decide("o-1", decision("cancelled")));
  ASSERT_TRUE(store_->decide("o-1", decision("cancelled")));
  open();
  const auto kept = store_->original("o-1").value()->entry;
  EXPECT_EQ(kept->state, "cancelled");
  EXPECT_EQ(kept->decision, "12/QĐ");
  EXPECT_EQ(kept->number, "125/ĐT");
  for (const auto& other :
       {decision("cancelled", "13/QĐ"), decision("recalled"), decision("released")}) {
    const auto refused = store_->decide("o-1", other);
    ASSERT_FALSE(refused) << other.state;
    EXPECT_EQ(refused.error().code, Code::kRegisterStateFinal);
  }
  EXPECT_EQ(as_integer(database()->query("SELECT COUNT(*) FROM register_event").value()[0][0]), 1);
}

TEST_F(RegisterTest, ReleasesOnlyWhatWaits) {
  open();
  auto waiting = entry("125/ĐT", "A000000000000000");
  waiting.state = "pending";
  ASSERT_TRUE(add(original("o-1", 10), waiting));
  ASSERT_TRUE(store_->decide("o-1", decision("released")));
  EXPECT_EQ(store_->original("o-1").value()->entry->state, "released");
  ASSERT_TRUE(store_->decide("o-1", decision("recalled")));
  EXPECT_EQ(store_->decide("o-1", decision("released")).error().code, Code::kRegisterStateFinal);
}

TEST_F(RegisterTest, DecidesNothingAboutWhatItDoesNotHave) {
  open();
  ASSERT_TRUE(add(original("o-1", 10), std::nullopt));
  EXPECT_EQ(store_->decide("o-1", decision("cancelled")).error().code, Code::kRegisterNotEntered);
  EXPECT_EQ(store_->decide("o-2", decision("cancelled")).error().code, Code::kOriginalUnknown);
}

// Tables of the third version, as the program before this one left them.
TEST_F(RegisterTest, UpgradesAnOlderStoreAndKeepsWhatItHolds) {
  const fakes::TempFolder older("older");
  settings_ = {.folder = older.path()};
  {
    const auto db = open_database("sqlite", older.path() + "/antin.sqlite");
    ASSERT_TRUE(db);
    for (const char* statement :
         {"CREATE TABLE original(id TEXT PRIMARY KEY, sha256 BLOB NOT NULL UNIQUE,"
          " size INTEGER NOT NULL, name TEXT NOT NULL, owner TEXT NOT NULL,"
          " created INTEGER NOT NULL) STRICT",
          "CREATE TABLE original_revision(original TEXT NOT NULL REFERENCES original(id)"
          " ON DELETE CASCADE, number INTEGER NOT NULL, end INTEGER NOT NULL,"
          " sha256 BLOB NOT NULL, PRIMARY KEY(original, number)) STRICT",
          "CREATE TABLE job(id TEXT PRIMARY KEY) STRICT",
          "CREATE TABLE api_key(id TEXT PRIMARY KEY) STRICT",
          "CREATE TABLE upgrade(signature TEXT PRIMARY KEY) STRICT",
          "INSERT INTO original VALUES('o-1', zeroblob(32), 30, 'a.pdf', 'key-1', 0)",
          "INSERT INTO original_revision VALUES('o-1', 1, 30, zeroblob(32))",
          "PRAGMA user_version=3"})
      ASSERT_TRUE(db.value()->execute(statement)) << statement;
  }
  open();
  const auto kept = store_->original("o-1").value();
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->size, 30U);
  EXPECT_EQ(kept->signed_end, 0U);
  EXPECT_FALSE(kept->entry);
  auto again = original("o-2", 10);
  again.sha256 = Bytes(32, 0);
  const auto entered = add(again, entry("125/ĐT", "A000000000000000"));
  ASSERT_TRUE(entered) << to_log_line(entered.error());
  EXPECT_EQ(entered.value().id, "o-1");
  EXPECT_EQ(store_->original("o-1").value()->signed_end, 20U);
  store_.reset();
}

TEST(RegisterText, MakesCodesOfEightyBitsThatPeopleCanType) {
  fakes::CountingRandom random;
  const auto code = new_register_code(random);
  EXPECT_EQ(code.size(), 16U);
  EXPECT_EQ(code.find_first_of("ILOU"), std::string::npos);
  EXPECT_NE(new_register_code(random), code);
  auto typed = code.substr(0, 4) + "-" + code.substr(4, 4) + " " + code.substr(8);
  for (auto& c : typed) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  EXPECT_EQ(read_register_code(typed), code);
  for (const auto& wrong : {code + "0", code.substr(1), code.substr(1) + "O", std::string{},
                            code + std::string(60, '-')})
    EXPECT_FALSE(read_register_code(wrong)) << wrong;
}

TEST(RegisterText, KnowsDaysThatExist) {
  EXPECT_TRUE(is_day("2028-02-29"));
  for (const char* wrong : {"2026-02-29", "2026-13-01", "2026-00-10", "26-01-01", "2026-1-01",
                            "2026/01/01", "2026-01-0x", "", "1899-01-01"})
    EXPECT_FALSE(is_day(wrong)) << wrong;
}

}  // namespace
}  // namespace antin::service
