#include "service/casework/product.h"

#include <algorithm>
#include <map>

namespace antin::casework {
namespace {

using P = Product;
using S = State;
using A = Action;
using N = Need;
using B = BookEffect;

Roles by(std::initializer_list<Role> list) {
  return roles_of(list);
}
Needs with(std::initializer_list<Need> list) {
  return needs_of(list);
}

constexpr Role kReception = Role::kReception;
constexpr Role kOfficer = Role::kOfficer;
constexpr Role kClerk = Role::kClerk;
constexpr Role kSystem = Role::kSystem;

// A: NĐ 45/2020 Đ10 k3a is the order. Scanning again replaces the scan; refusing uses no number;
// after a number was given it can only be voided, and after it is in the book only cancelled.
std::vector<Step> certified_copy() {
  constexpr auto p = P::kCertifiedCopy;
  const auto counter = by({kReception, kOfficer});
  const auto keepers = by({kOfficer, kClerk});
  return {
      {p, S::kReceived, A::kCheck, S::kChecked, counter,
       with({N::kRequester, N::kPaper, N::kAnswers})},
      {p, S::kReceived, A::kRefuse, S::kRefused, counter, with({N::kGround})},
      {p, S::kReceived, A::kWithdraw, S::kWithdrawn, counter, with({N::kReason})},
      {p, S::kChecked, A::kCapture, S::kCaptured, counter, with({N::kCapture})},
      {p, S::kChecked, A::kRefuse, S::kRefused, counter, with({N::kGround})},
      {p, S::kChecked, A::kWithdraw, S::kWithdrawn, counter, with({N::kReason})},
      {p, S::kCaptured, A::kCapture, S::kCaptured, counter, with({N::kCapture})},
      {p, S::kCaptured, A::kAttest, S::kAttested, counter, with({N::kCapture, N::kSigner}),
       B::kReserve},
      {p, S::kCaptured, A::kRefuse, S::kRefused, counter, with({N::kGround})},
      {p, S::kCaptured, A::kWithdraw, S::kWithdrawn, counter, with({N::kReason})},
      {p, S::kAttested, A::kOfficerSign, S::kOfficerSigned, by({kOfficer}),
       with({N::kDocument, N::kOfficerSignature})},
      {p, S::kAttested, A::kVoid, S::kVoided, keepers, with({N::kReason}), B::kVoid},
      {p, S::kOfficerSigned, A::kSeal, S::kSealSigned, by({kClerk}), with({N::kOfficerSignature})},
      {p, S::kOfficerSigned, A::kVoid, S::kVoided, keepers, with({N::kReason}), B::kVoid},
      {p, S::kSealSigned, A::kRegister, S::kRegistered, by({kClerk}), with({N::kSeal}), B::kFinal},
      {p, S::kSealSigned, A::kVoid, S::kVoided, keepers, with({N::kReason}), B::kVoid},
      {p, S::kRegistered, A::kRelease, S::kReleased, by({kReception, kClerk}),
       with({N::kEntry, N::kDelivery})},
      {p, S::kRegistered, A::kCancel, S::kCancelled, by({kClerk}), with({N::kDecision})},
      {p, S::kReleased, A::kCancel, S::kCancelled, by({kClerk}), with({N::kDecision})},
  };
}

// B: NĐ 23/2015 Đ16, Đ17: what the register says, or a letter that it says nothing. The seal
// suffices; a person may sign before it.
std::vector<Step> register_copy() {
  constexpr auto p = P::kRegisterCopy;
  const auto counter = by({kReception, kClerk});
  const auto keepers = by({kOfficer, kClerk});
  return {
      {p, S::kRequested, A::kFind, S::kFound, counter,
       with({N::kRequester, N::kAnswers, N::kSource})},
      {p, S::kRequested, A::kAnswerMissing, S::kNotFound, by({kClerk}),
       with({N::kRequester, N::kReason})},
      {p, S::kRequested, A::kRefuse, S::kRefused, counter, with({N::kGround})},
      {p, S::kRequested, A::kWithdraw, S::kWithdrawn, counter, with({N::kReason})},
      {p, S::kFound, A::kCompose, S::kComposed, counter, with({N::kSource}), B::kReserve},
      {p, S::kFound, A::kRefuse, S::kRefused, counter, with({N::kGround})},
      {p, S::kFound, A::kWithdraw, S::kWithdrawn, counter, with({N::kReason})},
      {p, S::kComposed, A::kOfficerSign, S::kOfficerSigned, by({kOfficer}),
       with({N::kDocument, N::kSigner, N::kOfficerSignature})},
      {p, S::kComposed, A::kSeal, S::kSealSigned, by({kClerk}), with({N::kDocument})},
      {p, S::kComposed, A::kVoid, S::kVoided, keepers, with({N::kReason}), B::kVoid},
      {p, S::kOfficerSigned, A::kSeal, S::kSealSigned, by({kClerk}), with({N::kOfficerSignature})},
      {p, S::kOfficerSigned, A::kVoid, S::kVoided, keepers, with({N::kReason}), B::kVoid},
      {p, S::kSealSigned, A::kRegister, S::kRegistered, by({kClerk}), with({N::kSeal}), B::kFinal},
      {p, S::kSealSigned, A::kVoid, S::kVoided, keepers, with({N::kReason}), B::kVoid},
      {p, S::kRegistered, A::kRelease, S::kReleased, counter, with({N::kEntry, N::kDelivery})},
      {p, S::kRegistered, A::kCancel, S::kCancelled, by({kClerk}), with({N::kDecision})},
      {p, S::kReleased, A::kCancel, S::kCancelled, by({kClerk}), with({N::kDecision})},
  };
}

// C: NĐ 30/2020 Đ25, App. I part II. The agency alone signs; numbers are for copies on paper.
std::vector<Step> office_copy() {
  constexpr auto p = P::kOfficeCopy;
  const auto counter = by({kReception, kClerk});
  const auto clerk = by({kClerk});
  return {
      {p, S::kReceived, A::kCapture, S::kCaptured, counter, with({N::kSource, N::kCapture})},
      {p, S::kReceived, A::kWithdraw, S::kWithdrawn, counter, with({N::kReason})},
      {p, S::kCaptured, A::kCapture, S::kCaptured, counter, with({N::kCapture})},
      {p, S::kCaptured, A::kLine, S::kLined, clerk, with({N::kCapture})},
      {p, S::kCaptured, A::kWithdraw, S::kWithdrawn, counter, with({N::kReason})},
      {p, S::kLined, A::kSeal, S::kSealSigned, clerk, with({N::kDocument})},
      {p, S::kLined, A::kWithdraw, S::kWithdrawn, clerk, with({N::kReason})},
      {p, S::kSealSigned, A::kRegister, S::kRegistered, clerk, with({N::kSeal})},
      {p, S::kSealSigned, A::kVoid, S::kVoided, clerk, with({N::kReason})},
      {p, S::kRegistered, A::kRelease, S::kReleased, clerk, with({N::kEntry})},
      {p, S::kRegistered, A::kCancel, S::kCancelled, clerk, with({N::kDecision})},
      {p, S::kReleased, A::kCancel, S::kCancelled, clerk, with({N::kDecision})},
  };
}

// D: NĐ 30/2020 Đ15: the number comes before the first signature. Several persons may sign.
std::vector<Step> result() {
  constexpr auto p = P::kResult;
  const auto sender = by({kClerk, kSystem});
  const auto keepers = by({kOfficer, kClerk});
  return {
      {p, S::kSubmitted, A::kNumber, S::kNumbered, sender, with({N::kDocument, N::kSigner}),
       B::kReserve},
      {p, S::kSubmitted, A::kRefuse, S::kRefused, by({kClerk}), with({N::kGround})},
      {p, S::kSubmitted, A::kWithdraw, S::kWithdrawn, sender, with({N::kReason})},
      {p, S::kNumbered, A::kOfficerSign, S::kOfficerSigned, by({kOfficer}),
       with({N::kDocument, N::kOfficerSignature})},
      {p, S::kNumbered, A::kVoid, S::kVoided, keepers, with({N::kReason}), B::kVoid},
      {p, S::kOfficerSigned, A::kOfficerSign, S::kOfficerSigned, by({kOfficer}),
       with({N::kOfficerSignature})},
      {p, S::kOfficerSigned, A::kSeal, S::kSealSigned, by({kClerk}), with({N::kOfficerSignature})},
      {p, S::kOfficerSigned, A::kVoid, S::kVoided, keepers, with({N::kReason}), B::kVoid},
      {p, S::kSealSigned, A::kRegister, S::kRegistered, by({kClerk}), with({N::kSeal}), B::kFinal},
      {p, S::kSealSigned, A::kVoid, S::kVoided, keepers, with({N::kReason}), B::kVoid},
      {p, S::kRegistered, A::kRelease, S::kReleased, sender, with({N::kEntry})},
      {p, S::kRegistered, A::kRecall, S::kRecalled, by({kClerk}), with({N::kDecision})},
      {p, S::kReleased, A::kRecall, S::kRecalled, by({kClerk}), with({N::kDecision})},
  };
}

const std::vector<Step>& steps() {
  static const std::vector<Step> all = [] {
    std::vector<Step> together;
    for (const auto& one : {certified_copy(), register_copy(), office_copy(), result()})
      together.insert(together.end(), one.begin(), one.end());
    return together;
  }();
  return all;
}

Error refused(Code code, const Question& question, Params more = {}) {
  // Sentences in both languages are filled from one set of words; people here read Vietnamese.
  Params params{{"buoc", std::string(words(question.state, Language::kVietnamese))},
                {"viec", std::string(words(question.action, Language::kVietnamese))}};
  params.insert(params.end(), more.begin(), more.end());
  return make_error(code,
                    std::string(name(question.product)) + ": " + std::string(name(question.state)) +
                        ", " + std::string(name(question.action)),
                    std::move(params));
}

}  // namespace

std::span<const Step> all_steps() noexcept {
  return steps();
}

const Step* step_of(Product product, State from, Action action) noexcept {
  for (const auto& step : steps()) {
    if (step.product == product && step.from == from && step.action == action) return &step;
  }
  return nullptr;
}

State first_state(Product product) noexcept {
  switch (product) {
    case Product::kRegisterCopy:
      return State::kRequested;
    case Product::kResult:
      return State::kSubmitted;
    case Product::kCertifiedCopy:
    case Product::kOfficeCopy:
      break;
  }
  return State::kReceived;
}

bool is_final(Product product, State state) noexcept {
  return std::none_of(steps().begin(), steps().end(), [&](const Step& step) {
    return step.product == product && step.from == state;
  });
}

// Breadth first: the number of states is that of a page, and the first way found is a shortest.
std::optional<std::vector<const Step*>> way_to(Product product, State from, Action wanted) {
  std::map<State, std::vector<const Step*>> ways{{from, {}}};
  std::vector<State> next{from};
  for (std::size_t i = 0; i < next.size(); ++i) {
    const auto state = next[i];
    const auto here = ways.at(state);
    if (step_of(product, state, wanted) != nullptr) return here;
    for (const auto& step : steps()) {
      if (step.product != product || step.from != state || ways.count(step.to) != 0) continue;
      auto way = here;
      way.push_back(&step);
      ways.emplace(step.to, std::move(way));
      next.push_back(step.to);
    }
  }
  return std::nullopt;
}

Judgement judge(const Question& question) {
  const auto* step = step_of(question.product, question.state, question.action);
  if (step == nullptr) {
    if (is_final(question.product, question.state))
      return {.refused = refused(Code::kCaseFinal, question)};
    return {.refused = refused(Code::kCaseWrongOrder, question),
            .before = way_to(question.product, question.state, question.action)
                          .value_or(std::vector<const Step*>())};
  }
  if ((step->roles & question.roles).none())
    return {.refused = refused(Code::kCaseRole, question,
                               {{"vai_tro", words(step->roles, Language::kVietnamese)}})};
  const auto missing = step->needs & ~question.there;
  if (missing.any())
    return {.refused = refused(Code::kCaseIncomplete, question,
                               {{"thieu", words(missing, Language::kVietnamese)}}),
            .missing = missing};
  return {.step = step};
}

}  // namespace antin::casework
