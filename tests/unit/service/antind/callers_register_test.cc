#include "service/antind/callers_register.h"

#include "service/antind/sha256.h"
#include "tests/fakes/store_fixture.h"
#include "tests/fakes/stored_rows.h"

namespace antin::service {
namespace {

const UtcTime kNow = *from_rfc3339("2026-06-01T00:00:00Z");

// Two units with a book each, and what is in no book.
class CallersRegisterTest : public fakes::StoreFixture {
 protected:
  void SetUp() override {
    fakes::StoreFixture::SetUp();
    if (IsSkipped()) return;
    keep("1", "of-a", "A", "1");
    keep("2", "of-b", "B", "1");
    keep("3", "loose", "", "");
  }
  static StoredOriginal make(const std::string& id, const std::string& content,
                             const std::string& unit, const std::string& number) {
    StoredOriginal original{.id = id,
                            .sha256 = sha256({as_bytes(content)}),
                            .size = content.size(),
                            .name = content,
                            .owner = "system-a",
                            .created = kNow,
                            .revisions = {{content.size(), sha256({as_bytes(content)})}},
                            .signed_end = content.size(),
                            .entry = {}};
    if (!unit.empty()) {
      original.entry = fakes::stored_entry(number, "CODE" + id, unit);
      original.entry->book = "01";
    }
    return original;
  }
  void keep(const std::string& id, const std::string& content, const std::string& unit,
            const std::string& number) {
    bool fresh = false;
    ASSERT_TRUE(store_->add_original(make(id, content, unit, number), fresh));
  }
  static Caller caller(const std::set<std::string>& units, const std::string& system) {
    return {.key_id = system, .scopes = {Scope::kOriginals, Scope::kRegister}, .units = units};
  }
  const Caller everywhere_ = caller({}, "system-x");
  const Caller a_ = caller({"A"}, "system-a");
  const Caller b_ = caller({"B"}, "system-b");
};

TEST_F(CallersRegisterTest, ShowsTheBooksOfTheCallersUnits) {
  const CallersRegister all(*store_, everywhere_), a(*store_, a_), b(*store_, b_);
  for (const auto* id : {"1", "2", "3"}) EXPECT_TRUE(all.original(id).value()) << id;
  EXPECT_TRUE(a.original("1").value());
  EXPECT_FALSE(a.original("2").value());
  EXPECT_FALSE(b.original("1").value());
  EXPECT_TRUE(b.original("2").value());
}

TEST_F(CallersRegisterTest, WhatIsInNoBookIsItsSystemsOwn) {
  EXPECT_TRUE(CallersRegister(*store_, a_).original("3").value());
  EXPECT_FALSE(CallersRegister(*store_, b_).original("3").value());
}

TEST_F(CallersRegisterTest, FindsNothingAcross) {
  const CallersRegister a(*store_, a_), b(*store_, b_);
  const auto digest = sha256({as_bytes("of-a")});
  EXPECT_EQ(a.originals_with(digest).value().size(), 1U);
  EXPECT_TRUE(b.originals_with(digest).value().empty());
  EXPECT_EQ(a.originals_numbered("1", "01", "A").value().size(), 1U);
  EXPECT_TRUE(a.originals_numbered("1", "01", "B").value().empty());
  EXPECT_TRUE(a.originals_numbered("1", "01", "Unit B").value().empty());
}

TEST_F(CallersRegisterTest, DecidesNothingAcross) {
  const StoredDecision recall{
      .state = "recalled", .decision = "5/QĐ", .day = "2026-06-02", .actor = "b", .at = kNow};
  EXPECT_EQ(CallersRegister(*store_, b_).decide("1", recall).error().code, Code::kOriginalUnknown);
  EXPECT_EQ(store_->original("1").value()->entry->state, "released");
  EXPECT_TRUE(CallersRegister(*store_, a_).decide("1", recall));
}

TEST_F(CallersRegisterTest, WritesNothingAcross) {
  const CallersRegister a(*store_, a_), b(*store_, b_);
  bool fresh = false;
  EXPECT_EQ(b.add_original(make("4", "new", "A", "9"), fresh).error().code, Code::kKeyUnit);
  EXPECT_TRUE(store_->originals_with(sha256({as_bytes("new")})).value().empty());
  EXPECT_TRUE(a.add_original(make("4", "new", "A", "9"), fresh));
  // Storing the same octets again must not be a way to read about another unit's.
  EXPECT_EQ(b.add_original(make("5", "of-a", "", ""), fresh).error().code, Code::kKeyUnit);
  EXPECT_EQ(b.add_original(make("5", "of-a", "B", "7"), fresh).error().code, Code::kKeyUnit);
  EXPECT_FALSE(store_->original_with_code("CODE5").value());
}

TEST_F(CallersRegisterTest, WhatEverybodyMayKnowIsKnownWithoutItsId) {
  const CallersRegister a(*store_, a_), b(*store_, b_);
  const auto by_code = b.public_original_with_code("CODE1").value();
  ASSERT_TRUE(by_code);
  EXPECT_FALSE(b.sees(*by_code));
  EXPECT_TRUE(a.sees(*by_code));
  EXPECT_EQ(b.public_originals_signed_as({sha256({as_bytes("of-a")})}).value().size(), 1U);
  EXPECT_FALSE(CallersRegister(*store_, Caller{}).sees(*by_code));
}

}  // namespace
}  // namespace antin::service
