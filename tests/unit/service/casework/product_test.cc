#include "service/casework/product.h"

#include <set>

#include <gtest/gtest.h>

namespace antin::casework {
namespace {

constexpr std::array kProducts{Product::kCertifiedCopy, Product::kRegisterCopy,
                               Product::kOfficeCopy, Product::kResult};
constexpr int kStates = static_cast<int>(State::kRecalled) + 1;
constexpr int kActions = static_cast<int>(Action::kRecall) + 1;
const Roles kEverybody = Roles().set();
const Needs kEverything = Needs().set();

// States that the product can be in.
std::set<State> reached(Product product) {
  std::set<State> all{first_state(product)};
  for (std::size_t before = 0; before != all.size();) {
    before = all.size();
    for (const auto& step : all_steps()) {
      if (step.product == product && all.count(step.from) != 0) all.insert(step.to);
    }
  }
  return all;
}

std::vector<std::string> line(Product product, const std::vector<Action>& actions) {
  std::vector<std::string> states{std::string(name(first_state(product)))};
  auto state = first_state(product);
  for (const auto action : actions) {
    const auto* step = step_of(product, state, action);
    if (step == nullptr) return {"no " + std::string(name(action)) + " in " + states.back()};
    state = step->to;
    states.emplace_back(name(state));
  }
  return states;
}

std::vector<std::string> names(const std::vector<const Step*>& steps) {
  std::vector<std::string> out;
  for (const auto* step : steps) out.emplace_back(name(step->action));
  return out;
}

using Strings = std::vector<std::string>;

TEST(Product, C01_OrderOfACertifiedCopyIsThatOfTheDecree) {
  EXPECT_EQ(line(Product::kCertifiedCopy,
                 {Action::kCheck, Action::kCapture, Action::kAttest, Action::kOfficerSign,
                  Action::kSeal, Action::kRegister, Action::kRelease}),
            (Strings{"received", "checked", "captured", "attested", "officer_signed", "seal_signed",
                     "registered", "released"}));
}

TEST(Product, R01_R04_R10_OrderOfTheOtherThree) {
  EXPECT_EQ(line(Product::kRegisterCopy, {Action::kFind, Action::kCompose, Action::kSeal,
                                          Action::kRegister, Action::kRelease}),
            (Strings{"requested", "found", "composed", "seal_signed", "registered", "released"}));
  EXPECT_EQ(line(Product::kOfficeCopy, {Action::kCapture, Action::kLine, Action::kSeal,
                                        Action::kRegister, Action::kRelease}),
            (Strings{"received", "captured", "lined", "seal_signed", "registered", "released"}));
  EXPECT_EQ(
      line(Product::kResult, {Action::kNumber, Action::kOfficerSign, Action::kOfficerSign,
                              Action::kSeal, Action::kRegister, Action::kRelease, Action::kRecall}),
      (Strings{"submitted", "numbered", "officer_signed", "officer_signed", "seal_signed",
               "registered", "released", "recalled"}));
}

// Every pair of a state and an action: done exactly where the table says so.
TEST(Product, C01_EveryPairOfStateAndActionIsAStepOrARefusalThatSaysWhy) {
  int done = 0, refused = 0;
  for (const auto product : kProducts) {
    const auto states = reached(product);
    for (int s = 0; s < kStates; ++s) {
      for (int a = 0; a < kActions; ++a) {
        const auto state = static_cast<State>(s);
        const auto action = static_cast<Action>(a);
        if (states.count(state) == 0) {
          EXPECT_EQ(step_of(product, state, action), nullptr);
          continue;
        }
        const auto judged = judge({product, state, action, kEverybody, kEverything});
        if (judged.step != nullptr) {
          ++done;
          EXPECT_FALSE(judged.refused);
          EXPECT_EQ(judged.step, step_of(product, state, action));
          continue;
        }
        ++refused;
        ASSERT_TRUE(judged.refused);
        EXPECT_EQ(judged.refused->code,
                  is_final(product, state) ? Code::kCaseFinal : Code::kCaseWrongOrder);
        // What is said to be missing leads there.
        auto at = state;
        for (const auto* step : judged.before) {
          EXPECT_EQ(step->from, at);
          at = step->to;
        }
        EXPECT_TRUE(judged.before.empty() || step_of(product, at, action) != nullptr);
      }
    }
  }
  EXPECT_EQ(done, static_cast<int>(all_steps().size()));
  EXPECT_GT(refused, 500);
}

TEST(Product, C01_WhatIsMissingBeforeTheSealIsNamed) {
  const auto judged =
      judge({Product::kCertifiedCopy, State::kChecked, Action::kSeal, kEverybody, kEverything});
  ASSERT_TRUE(judged.refused);
  EXPECT_EQ(judged.refused->code, Code::kCaseWrongOrder);
  EXPECT_EQ(names(judged.before), (Strings{"capture", "attest", "officer_sign"}));
  // What is past does not come again.
  const auto past =
      judge({Product::kCertifiedCopy, State::kAttested, Action::kCheck, kEverybody, kEverything});
  EXPECT_EQ(past.refused->code, Code::kCaseWrongOrder);
  EXPECT_TRUE(past.before.empty());
}

TEST(Product, EveryStepHasSomebodyWhoDoesItAndIsReached) {
  for (const auto& step : all_steps()) {
    EXPECT_TRUE(step.roles.any()) << name(step.action);
    EXPECT_EQ(reached(step.product).count(step.from), 1U) << name(step.from);
  }
  for (const auto& one : all_steps()) {
    for (const auto& other : all_steps())
      EXPECT_TRUE(&one == &other || one.product != other.product || one.from != other.from ||
                  one.action != other.action);
  }
}

TEST(Product, A01_AStepIsForItsRoleAndNoOther) {
  for (const auto& step : all_steps()) {
    for (std::size_t i = 0; i < kRoles; ++i) {
      const auto judged =
          judge({step.product, step.from, step.action, Roles().set(i), kEverything});
      if (step.roles.test(i)) {
        EXPECT_EQ(judged.step, &step);
      } else {
        ASSERT_TRUE(judged.refused);
        EXPECT_EQ(judged.refused->code, Code::kCaseRole);
      }
    }
  }
}

TEST(Product, AStepWithoutWhatItNeedsSaysWhatIsMissing) {
  for (const auto& step : all_steps()) {
    const auto judged = judge({step.product, step.from, step.action, kEverybody, {}});
    ASSERT_TRUE(judged.refused) << name(step.action);
    EXPECT_EQ(judged.refused->code, Code::kCaseIncomplete);
    EXPECT_EQ(judged.missing, step.needs);
    for (std::size_t i = 0; i < kNeeds; ++i) {
      if (!step.needs.test(i)) continue;
      auto all = kEverything;
      all.reset(i);
      EXPECT_EQ(judge({step.product, step.from, step.action, kEverybody, all}).missing,
                Needs().set(i));
    }
  }
}

// C-05: refusing uses no number. C-10: what has one never goes without a word in the book.
TEST(Product, C10_ANumberIsReservedOnceAndEndsFinalOrVoided) {
  for (const auto product : kProducts) {
    if (product == Product::kOfficeCopy) continue;  // numbers are for copies on paper
    std::set<State> numbered;
    for (const auto& step : all_steps()) {
      if (step.product == product && step.book == BookEffect::kReserve) numbered.insert(step.to);
    }
    for (bool more = true; more;) {
      more = false;
      for (const auto& step : all_steps()) {
        if (step.product == product && step.book == BookEffect::kNone &&
            numbered.count(step.from) != 0)
          more = numbered.insert(step.to).second || more;
      }
    }
    for (const auto& step : all_steps()) {
      if (step.product != product) continue;
      const bool open = numbered.count(step.from) != 0;
      const bool without = step.book == BookEffect::kReserve || step.to == State::kRefused ||
                           step.to == State::kWithdrawn || step.to == State::kNotFound;
      const bool with = step.book == BookEffect::kFinal || step.book == BookEffect::kVoid;
      EXPECT_FALSE(without && open) << name(step.action);
      EXPECT_FALSE(with && !open) << name(step.action);
      EXPECT_EQ(step.book == BookEffect::kFinal, step.to == State::kRegistered);
      EXPECT_EQ(step.book == BookEffect::kVoid, step.to == State::kVoided);
    }
  }
}

TEST(Product, C18_R14_WhatIsInTheBookIsOnlyCancelledOrRecalled) {
  for (const auto& step : all_steps()) {
    if (step.from != State::kRegistered && step.from != State::kReleased) continue;
    EXPECT_TRUE(step.to == State::kReleased || step.to == State::kCancelled ||
                step.to == State::kRecalled);
    EXPECT_TRUE(step.to == State::kReleased ||
                step.needs.test(static_cast<std::size_t>(Need::kDecision)));
  }
  EXPECT_TRUE(is_final(Product::kResult, State::kRecalled));
  EXPECT_TRUE(is_final(Product::kCertifiedCopy, State::kCancelled));
}

TEST(Product, EveryNameIsFoundAgainAndHasWords) {
  for (const auto product : kProducts) EXPECT_EQ(product_named(name(product)), product);
  for (int i = 0; i < kStates; ++i) {
    const auto state = static_cast<State>(i);
    EXPECT_EQ(state_named(name(state)), state);
    EXPECT_FALSE(words(state, Language::kVietnamese).empty());
    EXPECT_FALSE(words(state, Language::kEnglish).empty());
  }
  for (int i = 0; i < kActions; ++i) {
    const auto action = static_cast<Action>(i);
    EXPECT_EQ(action_named(name(action)), action);
    EXPECT_FALSE(words(action, Language::kVietnamese).empty());
    EXPECT_FALSE(words(action, Language::kEnglish).empty());
  }
  EXPECT_EQ(words(roles_of({Role::kReception, Role::kClerk}), Language::kVietnamese),
            "người tiếp nhận, văn thư");
  EXPECT_FALSE(action_named("seal_it"));
}

}  // namespace
}  // namespace antin::casework
