#include "service/antind/api_keys.h"

#include <future>

#include "service/antind/sha256.h"
#include "service/system/real.h"
#include "tests/fakes/frozen_clock.h"
#include "tests/fakes/store_fixture.h"

namespace antin::service {
namespace {

const UtcTime kNow = *from_rfc3339("2026-06-01T00:00:00Z");

Peer at(const std::string& address) {
  Peer peer;
  peer.address = address;
  return peer;
}
const Peer kPeer = at("192.0.2.7");

// Moves by less than a second.
class FineClock final : public Clock {
 public:
  UtcTime utc_now() const override { return kNow; }
  std::chrono::steady_clock::time_point ticks() const override { return ticks_; }
  std::chrono::steady_clock::time_point ticks_{};
};

class KeyRingTest : public fakes::StoreFixture {
 protected:
  // A key with these limits, as the interface knows it.
  std::string add(const KeyLimits& limits, const std::set<Scope>& scopes = {Scope::kVerify}) {
    const auto key = new_key("portal", scopes, clock_, random_, limits);
    EXPECT_TRUE(store_->add_key(key.stored));
    clock_.advance(std::chrono::seconds(2));
    return "Bearer " + key.secret;
  }
  std::optional<Code> refusal(KeyRing& ring, const std::string& key, const Peer& peer = kPeer) {
    const auto caller = ring.caller(key, peer);
    return caller ? std::nullopt : std::optional(caller.error().code);
  }
  fakes::FrozenClock clock_{kNow};
  SystemRandom random_;
};

TEST_F(KeyRingTest, A01_AKeyMayBelongToAPerson) {
  KeyLimits limits;
  limits.person = "nguyen.van.anh";
  const auto key = add(limits), nobodys = add({});
  KeyRing ring(*store_, clock_);
  EXPECT_EQ(ring.caller(key, kPeer).value().person, "nguyen.van.anh");
  EXPECT_EQ(ring.caller(nobodys, kPeer).value().person, "");
  EXPECT_EQ(read_limits(to_json(limits))->person, "nguyen.van.anh");
  limits.person = std::string(65, 'a');
  EXPECT_EQ(first_wrong(limits), "person");
}

TEST_F(KeyRingTest, KnowsACallerByTheWholeKeyOnly) {
  fakes::FrozenClock clock(kNow);
  SystemRandom random;
  const auto key = new_key("portal", {Scope::kVerify, Scope::kSign}, clock, random);
  ASSERT_EQ(key.secret.size(), 70U);
  KeyRing ring(*store_, clock);
  EXPECT_FALSE(ring.caller("Bearer " + key.secret, kPeer));
  {
    const auto other_process = Store::open(settings_);
    ASSERT_TRUE(other_process);
    ASSERT_TRUE(other_process.value()->add_key(key.stored));
  }
  clock.advance(std::chrono::seconds(2));
  const auto caller = ring.caller("bearer " + key.secret, kPeer);
  ASSERT_TRUE(caller);
  EXPECT_EQ(caller.value().key_id, key.stored.id);
  EXPECT_EQ(caller.value().scopes, (std::set<Scope>{Scope::kVerify, Scope::kSign}));
  auto wrong = key.secret;
  wrong.back() = wrong.back() == '0' ? '1' : '0';
  for (const auto& text : {"Bearer " + wrong, "Bearer " + key.secret.substr(0, 69),
                           "Basic " + key.secret, key.secret, std::string()})
    EXPECT_FALSE(ring.caller(text, kPeer)) << text;
  {
    const auto other_process = Store::open(settings_);
    EXPECT_TRUE(other_process.value()->remove_key(key.stored.id).value());
    EXPECT_FALSE(other_process.value()->remove_key(key.stored.id).value());
  }
  clock.advance(std::chrono::seconds(2));
  EXPECT_FALSE(ring.caller("Bearer " + key.secret, kPeer));
}

TEST_F(KeyRingTest, AKeyThatAnotherProcessHasJustMadeIsGoodAtOnce) {
  FineClock clock;
  KeyRing ring(*store_, clock);
  const auto key = new_key("portal", {Scope::kVerify}, clock, random_);
  EXPECT_EQ(refusal(ring, "Bearer " + key.secret), Code::kHttpUnauthorized);
  const auto other_process = Store::open(settings_);
  ASSERT_TRUE(other_process);
  ASSERT_TRUE(other_process.value()->add_key(key.stored));
  // How often unknown keys make it look is bounded.
  EXPECT_EQ(refusal(ring, "Bearer " + key.secret), Code::kHttpUnauthorized);
  clock.ticks_ += std::chrono::milliseconds(30);
  EXPECT_EQ(refusal(ring, "Bearer " + key.secret), std::nullopt);
}

TEST_F(KeyRingTest, AKeyEndsWhenItSaysSo) {
  const auto key = add({.system = {},
                        .role = {},
                        .units = {},
                        .addresses = {},
                        .certificate = {},
                        .expires = from_rfc3339("2026-06-01T01:00:00Z")});
  KeyRing ring(*store_, clock_);
  EXPECT_EQ(refusal(ring, key), std::nullopt);
  clock_.advance(std::chrono::hours(1));
  EXPECT_EQ(refusal(ring, key), Code::kKeyExpired);
}

TEST_F(KeyRingTest, ASuccessorIsTheSameSystemAndBothAreGoodForAWhile) {
  const auto first = new_key("portal", {Scope::kSign}, clock_, random_);
  ASSERT_TRUE(store_->add_key(first.stored));
  KeyLimits next;
  next.system = first.stored.id;
  const auto second = new_key("portal", {Scope::kSign}, clock_, random_, next);
  KeyLimits ending;
  ending.expires = from_rfc3339("2026-06-02T00:00:00Z");
  ASSERT_TRUE(store_->succeed_key(second.stored, first.stored.id, to_json(ending)));
  KeyRing ring(*store_, clock_);
  const auto old_caller = ring.caller("Bearer " + first.secret, kPeer);
  const auto new_caller = ring.caller("Bearer " + second.secret, kPeer);
  ASSERT_TRUE(old_caller && new_caller);
  EXPECT_EQ(old_caller.value().key_id, new_caller.value().key_id);
  EXPECT_NE(old_caller.value().secret_id, new_caller.value().secret_id);
  clock_.advance(std::chrono::hours(25));
  EXPECT_EQ(refusal(ring, "Bearer " + first.secret), Code::kKeyExpired);
  EXPECT_EQ(refusal(ring, "Bearer " + second.secret), std::nullopt);
  EXPECT_EQ(store_->succeed_key(second.stored, "no such key", "").error().code, Code::kKeyUnknown);
}

TEST_F(KeyRingTest, AKeyIsGoodFromItsAddressesOnly) {
  KeyLimits limits;
  limits.addresses = {"192.0.2.0/29", "2001:db8::/48"};
  const auto key = add(limits);
  KeyRing ring(*store_, clock_);
  for (const auto* good : {"192.0.2.7", "::ffff:192.0.2.1", "2001:db8:0:9::1"})
    EXPECT_EQ(refusal(ring, key, at(good)), std::nullopt) << good;
  for (const auto* bad : {"192.0.2.8", "2001:db8:1::1", "", "unknown"})
    EXPECT_EQ(refusal(ring, key, at(bad)), Code::kKeyAddress) << bad;
}

TEST_F(KeyRingTest, AClientCertificateGoesWithAKeyOrStandsForIt) {
  const std::string digest(64, 'a');
  KeyLimits limits;
  limits.certificate = "sha256:" + digest;
  const auto key = add(limits);
  limits.certificate = "subject:CN=Một cửa,O=UBND phường A";
  const auto by_name = add(limits);
  KeyRing ring(*store_, clock_);
  auto shown = kPeer;
  EXPECT_EQ(refusal(ring, key, shown), Code::kClientCertificateOther);
  EXPECT_EQ(refusal(ring, "", shown), Code::kHttpUnauthorized);
  shown.certificate = digest;
  shown.subject = "CN=other";
  EXPECT_EQ(refusal(ring, key, shown), std::nullopt);
  EXPECT_EQ(refusal(ring, "", shown), std::nullopt);
  EXPECT_EQ(refusal(ring, by_name, shown), Code::kClientCertificateOther);
  shown.certificate = std::string(64, 'b');
  EXPECT_EQ(refusal(ring, "", shown), Code::kHttpUnauthorized);
  shown.subject = "CN=Một cửa,O=UBND phường A";
  EXPECT_EQ(refusal(ring, "", shown), std::nullopt);
  // A subject that nobody verified is worth nothing.
  shown.certificate.clear();
  EXPECT_EQ(refusal(ring, "", shown), Code::kHttpUnauthorized);
}

TEST_F(KeyRingTest, ARoleGivesItsRightsForAsLongAsTheConfigurationHasIt) {
  KeyLimits limits;
  limits.role = "clerk";
  const auto key = add(limits, {});
  KeyRing ring(*store_, clock_, {{"clerk", {Scope::kVerify, Scope::kOriginals}}});
  EXPECT_EQ(ring.caller(key, kPeer).value().scopes,
            (std::set<Scope>{Scope::kVerify, Scope::kOriginals}));
  ring.set_roles({{"other", {Scope::kSign}}});
  EXPECT_TRUE(ring.caller(key, kPeer).value().scopes.empty());
}

TEST_F(KeyRingTest, RemembersWhenKeysWereUsed) {
  const auto key = add({});
  KeyRing ring(*store_, clock_);
  EXPECT_FALSE(store_->keys().value().at(0).last_used);
  ASSERT_TRUE(ring.caller(key, kPeer));
  const auto used = ring.take_used();
  ASSERT_EQ(used.size(), 1U);
  EXPECT_TRUE(ring.take_used().empty());
  ASSERT_TRUE(store_->keys_used(used));
  EXPECT_EQ(store_->keys().value().at(0).last_used, clock_.utc_now());
}

// The thread that serves every connection looks keys up: it must not wait for a database.
TEST_F(KeyRingTest, AStoreThatHangsHoldsNobodyUp) {
  const auto key = add({});
  KeyRing ring(*store_, clock_);
  ASSERT_TRUE(ring.caller(key, kPeer));
  std::promise<void> hangs;
  std::promise<void> answered;
  auto over = answered.get_future();
  store_->set_event_sink([&](Database&, const StoreEvent&) -> Status {
    hangs.set_value();
    over.wait_for(std::chrono::seconds(60));
    return Done{};
  });
  const auto other = new_key("other", {Scope::kVerify}, clock_, random_);
  auto writing = std::async(std::launch::async, [&] { return store_->add_key(other.stored); });
  hangs.get_future().wait();
  clock_.advance(std::chrono::seconds(2));
  EXPECT_TRUE(ring.caller(key, kPeer));
  EXPECT_TRUE(ring.caller(key, kPeer));
  EXPECT_EQ(writing.wait_for(std::chrono::seconds(0)), std::future_status::timeout);
  answered.set_value();
  EXPECT_TRUE(writing.get());
}

TEST(KeyLimits, AreReadAsTheyWereWrittenAndNothingElse) {
  KeyLimits limits;
  limits.system = "a";
  limits.role = "clerk";
  limits.units = {"H26.1", "H26.2"};
  limits.addresses = {"10.0.0.0/8"};
  limits.certificate = "sha256:" + std::string(64, '0');
  limits.expires = kNow;
  const auto read = read_limits(to_json(limits));
  ASSERT_TRUE(read);
  EXPECT_EQ(to_json(*read), to_json(limits));
  EXPECT_TRUE(read_limits(""));
  for (const auto* bad :
       {"[]", "{", R"({"colour":"red"})", R"({"units":"H26"})", R"({"units":[1]})",
        R"({"addresses":["10.0.0.1/8"]})", R"({"addresses":["host"]})",
        R"({"certificate":"sha256:AA"})", R"({"certificate":"x"})", R"({"expires":"tomorrow"})",
        R"({"role":"a b"})"})
    EXPECT_FALSE(read_limits(bad)) << bad;
}

TEST_F(KeyRingTest, ALimitThatIsNotUnderstoodGivesNoRight) {
  auto key = new_key("portal", {Scope::kVerify}, clock_, random_);
  key.stored.limits = R"({"weekdays":["monday"]})";
  ASSERT_TRUE(store_->add_key(key.stored));
  KeyRing ring(*store_, clock_);
  EXPECT_EQ(refusal(ring, "Bearer " + key.secret), Code::kHttpUnauthorized);
}

TEST(Scopes, AreReadStrictly) {
  EXPECT_EQ(read_scopes("verify,originals"), (std::set<Scope>{Scope::kVerify, Scope::kOriginals}));
  for (const auto* bad : {"", ",verify", "root", "verify sign", "verify,,sign"})
    EXPECT_FALSE(read_scopes(bad)) << bad;
}

TEST(Sha256, OfPartsIsThatOfTheWhole) {
  EXPECT_EQ(sha256({as_bytes("ab"), as_bytes(""), as_bytes("c")}), sha256({as_bytes("abc")}));
  EXPECT_EQ(to_hex(sha256({as_bytes("abc")})),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace
}  // namespace antin::service
