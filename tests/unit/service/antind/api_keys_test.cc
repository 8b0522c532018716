#include "service/antind/api_keys.h"

#include "service/antind/sha256.h"
#include "service/system/real.h"
#include "tests/fakes/frozen_clock.h"
#include "tests/fakes/store_fixture.h"

namespace antin::service {
namespace {

const UtcTime kNow = *from_rfc3339("2026-06-01T00:00:00Z");

class KeyRingTest : public fakes::StoreFixture {};

TEST_F(KeyRingTest, KnowsACallerByTheWholeKeyOnly) {
  fakes::FrozenClock clock(kNow);
  SystemRandom random;
  const auto key = new_key("portal", {Scope::kVerify, Scope::kSign}, clock, random);
  ASSERT_EQ(key.secret.size(), 70U);
  KeyRing ring(*store_, clock);
  EXPECT_FALSE(ring.caller("Bearer " + key.secret));
  {
    const auto other_process = Store::open(settings_);
    ASSERT_TRUE(other_process);
    ASSERT_TRUE(other_process.value()->add_key(key.stored));
  }
  clock.advance(std::chrono::seconds(2));
  const auto caller = ring.caller("bearer " + key.secret);
  ASSERT_TRUE(caller);
  EXPECT_EQ(caller->key_id, key.stored.id);
  EXPECT_EQ(caller->scopes, (std::set<Scope>{Scope::kVerify, Scope::kSign}));
  auto wrong = key.secret;
  wrong.back() = wrong.back() == '0' ? '1' : '0';
  for (const auto& text : {"Bearer " + wrong, "Bearer " + key.secret.substr(0, 69),
                           "Basic " + key.secret, key.secret, std::string()})
    EXPECT_FALSE(ring.caller(text)) << text;
  {
    const auto other_process = Store::open(settings_);
    EXPECT_TRUE(other_process.value()->remove_key(key.stored.id).value());
    EXPECT_FALSE(other_process.value()->remove_key(key.stored.id).value());
  }
  clock.advance(std::chrono::seconds(2));
  EXPECT_FALSE(ring.caller("Bearer " + key.secret));
}

TEST(Scopes, AreReadStrictly) {
  EXPECT_EQ(read_scopes("verify,originals"), (std::set<Scope>{Scope::kVerify, Scope::kOriginals}));
  for (const auto* bad : {"", ",verify", "admin", "verify sign", "verify,,sign"})
    EXPECT_FALSE(read_scopes(bad)) << bad;
}

TEST(Sha256, OfPartsIsThatOfTheWhole) {
  EXPECT_EQ(sha256({as_bytes("ab"), as_bytes(""), as_bytes("c")}), sha256({as_bytes("abc")}));
  EXPECT_EQ(to_hex(sha256({as_bytes("abc")})),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace
}  // namespace antin::service
