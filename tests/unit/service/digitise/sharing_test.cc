#include "service/digitise/sharing.h"

#include <gtest/gtest.h>

namespace antin::digitise {
namespace {

constexpr const char* kTable = R"(
schema = "antin-digitise/1"
confidence = "2"
[[purpose]]
code = "giai_quyet"
vi = "Giải quyết thủ tục hành chính"
en = "Deciding procedures"
legal_basis = ["NĐ 118/2025/NĐ-CP"]
gives = "document"
kinds = ["KQ.*"]
procedures = ["*"]
[[purpose]]
code = "thong_ke"
vi = "Thống kê"
en = "Statistics"
legal_basis = ["Luật Thống kê"]
gives = "facts"
kinds = ["KQ.01"]
procedures = ["1.001234"]
[[system]]
key = "key-1"
purposes = ["giai_quyet"]
[[system]]
key = "key-2"
purposes = ["thong_ke"]
)";

Code ask(const Sharing::Question& question) {
  const auto sharing = Sharing::read(kTable);
  EXPECT_TRUE(sharing);
  const auto allowed = sharing.value().allowed(question);
  return allowed ? Code::kInternal : allowed.error().code;
}

const Sharing::Question kGood{.system = "key-1",
                              .purpose = "giai_quyet",
                              .legal_basis = "NĐ 118/2025/NĐ-CP",
                              .kind = "KQ.07",
                              .procedure = "2.5",
                              .what = Purpose::Gives::kDocument};

TEST(Sharing, AnswersAPurposeThatTheKeyHas) {
  EXPECT_EQ(ask(kGood), Code::kInternal);
  const auto sharing = Sharing::read(kTable);
  ASSERT_TRUE(sharing);
  EXPECT_EQ(sharing.value().confidence(), "2");
  EXPECT_TRUE(sharing.value().allowed(kGood).value().covers("KQ.9", "x"));
  EXPECT_FALSE(sharing.value().allowed(kGood).value().covers("BC.9", "x"));
}

TEST(Sharing, RefusesEveryTwin) {
  auto question = kGood;
  question.system = "key-2";
  EXPECT_EQ(ask(question), Code::kShareNoPurpose);
  question.system = "";
  EXPECT_EQ(ask(question), Code::kShareNoPurpose);
  question = kGood;
  question.purpose = "khac";
  EXPECT_EQ(ask(question), Code::kShareNoPurpose);
  question = kGood;
  question.legal_basis = "Luật Thống kê";
  EXPECT_EQ(ask(question), Code::kShareBasis);
  question = kGood;
  question.kind = "BC.01";
  EXPECT_EQ(ask(question), Code::kShareNotCovered);
  question = {.system = "key-2",
              .purpose = "thong_ke",
              .legal_basis = "Luật Thống kê",
              .kind = {},
              .procedure = {}};
  EXPECT_EQ(ask(question), Code::kInternal);
  question.what = Purpose::Gives::kDocument;
  EXPECT_EQ(ask(question), Code::kShareNotCovered);
}

TEST(Sharing, RefusesATableThatIsNotRight) {
  const auto refused = [](const std::string& from, const std::string& to) {
    std::string text(kTable);
    text.replace(text.find(from), from.size(), to);
    const auto sharing = Sharing::read(text);
    return !sharing && sharing.error().code == Code::kDigitiseConfig;
  };
  EXPECT_TRUE(refused("antin-digitise/1", "antin-digitise/2"));
  EXPECT_TRUE(refused("purposes = [\"giai_quyet\"]", "purposes = [\"giai\"]"));
  EXPECT_TRUE(refused("key = \"key-2\"", "key = \"key-1\""));
  EXPECT_TRUE(refused("gives = \"facts\"", "gives = \"all\""));
  EXPECT_TRUE(refused("gives = \"facts\"", "gave = \"facts\""));
  EXPECT_TRUE(refused("code = \"thong_ke\"", "code = \"giai_quyet\""));
  EXPECT_TRUE(refused("kinds = [\"KQ.01\"]", "kinds = []"));
}

}  // namespace
}  // namespace antin::digitise
