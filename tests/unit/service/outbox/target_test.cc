#include "service/outbox/target.h"

#include <gtest/gtest.h>

#include "tests/unit/service/outbox/outbox_fixture.h"

namespace antin::outbox {
namespace {

using Names = std::vector<std::string>;

Names chosen(const std::vector<Target>& targets, const Event& one, const std::string& delivery) {
  Names names;
  for (const auto& choice : choose(targets, {.event = one, .delivery = delivery}))
    names.push_back(choice.target + (choice.takes == Choice::Takes::kDocument ? "+" : "") +
                    (choice.way == Choice::Way::kNever ? "!" : ""));
  return names;
}

TEST(OutboxTarget, EventsGoToWhoeverAskedForThem) {
  auto some = http("mot");
  some.events = {"case.refused"};
  auto others = http("hai");
  others.units = {"H40.8"};
  auto own = http("ba");
  own.owners = {"key-2"};
  auto product = http("bon");
  product.products = {"result"};
  const std::vector<Target> all{some, others, own, product, http("nam"), mail()};
  EXPECT_EQ(chosen(all, event("c", 1, "case.received"), ""), (Names{"nam"}));
  EXPECT_EQ(chosen(all, event("c", 2, "case.refused"), ""), (Names{"mot", "nam"}));
}

TEST(OutboxTarget, C17_ADocumentGoesWhereItsCaseSays) {
  Target store = http("kho_dvcqg");
  store.kind = Target::Kind::kFile;
  store.documents = Target::Documents::kNamed;
  auto all_of_them = http("tat-ca");
  all_of_them.documents = Target::Documents::kAll;
  EXPECT_EQ(chosen({store, mail()}, released("c", 5), "kho_dvcqg"), (Names{"kho_dvcqg+"}));
  EXPECT_EQ(chosen({mail("a"), mail("b")}, released("c", 5), "anh@example.vn"), (Names{"a+"}));
  EXPECT_EQ(chosen({all_of_them, mail()}, released("c", 5), "anh@example.vn"),
            (Names{"tat-ca+", "thu+"}));
  // Somebody waits for it, so that it goes nowhere must be seen.
  EXPECT_EQ(chosen({http("cong")}, released("c", 5), "anh@example.vn"), (Names{"cong", "email+!"}));
  EXPECT_EQ(chosen({mail()}, released("c", 5), "kho_dvcqg"), (Names{"kho_dvcqg+!"}));
  EXPECT_EQ(chosen({mail()}, released("c", 5), "giao tại quầy"), Names{});
  EXPECT_EQ(chosen({}, released("c", 5), "anh@example.vn"), Names{});
}

TEST(OutboxTarget, OnlyAddressesThatCanBeNothingElseAreMailedTo) {
  for (const char* good : {"anh@example.vn", "a.b-c+d@mail.co.quan.gov.vn", "x_1@a.vn"})
    EXPECT_TRUE(is_mail_address(good)) << good;
  for (const char* bad :
       {"", "anh", "@example.vn", "anh@", "anh@vn", "a@b@c.vn", "a b@c.vn", "a@b..vn", ".a@b.vn",
        "a.@b.vn", "a..b@c.vn", "a@-b.vn", "a@b-.vn", "a\r\nRCPT TO:<x@y.vn>@b.vn", "<a@b.vn>",
        "a@b.vn>", "ánh@b.vn", "\"a\"@b.vn", "a@[127.0.0.1]"})
    EXPECT_FALSE(is_mail_address(bad)) << bad;
  EXPECT_FALSE(is_mail_address(std::string(65, 'a') + "@b.vn"));
}

TEST(OutboxTarget, C17_PausesOfDocumentsAreThoseOfTheRequirement) {
  using std::chrono::minutes;
  Delivery document;
  document.document = true;
  EXPECT_EQ(pauses_of(mail(), document),
            (std::vector<std::chrono::seconds>{minutes{1}, minutes{5}, minutes{30}, minutes{120}}));
  EXPECT_GT(pauses_of(http("a"), Delivery{}).size(), 10U);
}

TEST(OutboxTarget, AFinalNoOfAMailServerIsFinalAndATemporaryOneIsNot) {
  const auto refused = [](const char* code) {
    return make_error(Code::kOutboxMailRefused, "", {{"ma", code}});
  };
  EXPECT_TRUE(is_final(refused("550")));
  EXPECT_FALSE(is_final(refused("450")));
  EXPECT_FALSE(is_final(make_error(Code::kNetTimeout, "")));
  EXPECT_TRUE(is_final(make_error(Code::kOutboxFrozen, "")));
}

}  // namespace
}  // namespace antin::outbox
