#pragma once

#include <bitset>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "certs/core/error.h"

/// The four products of an office, which the law keeps apart (vietnam.md section 0): whose paper it
/// is, who signs, which book it goes into. Each is a table of steps. Pure.
namespace antin::casework {

enum class Product : std::uint8_t {
  kCertifiedCopy,  ///< A: certified electronic copy from a paper original (NĐ 45/2020 Đ10 k3)
  kRegisterCopy,   ///< B: electronic copy from the original register (Đ10 k2)
  kOfficeCopy,     ///< C: SAO Y, SAO LỤC, TRÍCH SAO (NĐ 30/2020 Đ25)
  kResult,         ///< D: electronic result of a procedure (NĐ 45/2020 Đ14)
};

enum class State : std::uint8_t {
  kReceived,
  kChecked,
  kCaptured,
  kAttested,       ///< lời chứng is there, with the number that is reserved for it
  kRequested,      ///< B
  kFound,          ///< B: the original register has it
  kComposed,       ///< B: the copy is made from the register's fields
  kLined,          ///< C: the line of NĐ 30/2020 form 3.2 is on it
  kSubmitted,      ///< D
  kNumbered,       ///< D
  kOfficerSigned,  ///< by everybody who signs as a person
  kSealSigned,
  kRegistered,  ///< the row of the book is final
  kReleased,    ///< whoever asked may have it
  kRefused,     ///< no number was used
  kWithdrawn,   ///< by whoever asked; no number was used
  kNotFound,    ///< B: the register has no such entry, said in writing
  kVoided,      ///< after a number was given; the number stays in the book
  kCancelled,   ///< C-18: by decision, after it was entered
  kRecalled,    ///< D, R-14: frozen, stays readable
};

enum class Action : std::uint8_t {
  kCheck,
  kCapture,
  kAttest,
  kFind,
  kAnswerMissing,
  kCompose,
  kLine,
  kNumber,
  kOfficerSign,
  kSeal,
  kRegister,
  kRelease,
  kRefuse,
  kWithdraw,
  kVoid,
  kCancel,
  kRecall,
};

/// Whoever inspects reads, and whoever administers sets up: neither does a step.
enum class Role : std::uint8_t {
  kReception,  ///< tiếp nhận
  kOfficer,  ///< người thực hiện chứng thực; of a result whoever has authority to sign it
  kClerk,    ///< văn thư, who keeps book and seal
  kSystem,   ///< another system, through its key
};
constexpr std::size_t kRoles = 4;
using Roles = std::bitset<kRoles>;

/// What must be there before a step is done.
enum class Need : std::uint8_t {
  kRequester,  ///< who asks
  kPaper,      ///< which paper, of how many pages
  kAnswers,    ///< the questions about the original are answered, none stands against it
  kGround,     ///< one of the six grounds of NĐ 23/2015 Đ22, or a reason
  kReason,
  kSource,            ///< the entry of the original register, or the document that is copied
  kCapture,           ///< the scan
  kSigner,            ///< who is to sign, in which capacity
  kDocument,          ///< the document as it is to be signed
  kOfficerSignature,  ///< every signature of persons, verified
  kSeal,              ///< verified as the last thing on the document
  kEntry,             ///< of the register
  kDelivery,          ///< where it goes (C-17)
  kDecision,          ///< its number and date
};
constexpr std::size_t kNeeds = 14;
using Needs = std::bitset<kNeeds>;

/// What a step does to the book.
enum class BookEffect : std::uint8_t { kNone, kReserve, kFinal, kVoid };

struct Step {
  Product product;
  State from;
  Action action;
  State to;
  Roles roles;  ///< any of them does it
  Needs needs;
  BookEffect book = BookEffect::kNone;
};

/// Every step there is; what is not here cannot be done.
std::span<const Step> all_steps() noexcept;
/// nullptr: not in this state.
const Step* step_of(Product product, State from, Action action) noexcept;
State first_state(Product product) noexcept;
/// Nothing leads on.
bool is_final(Product product, State state) noexcept;
/// The shortest row of steps after which `wanted` can be done; nullopt when it never can.
std::optional<std::vector<const Step*>> way_to(Product product, State from, Action wanted);

/// Whether a step may be done now, and if not, what stands before it.
struct Question {
  Product product;
  State state;
  Action action;
  Roles roles;  ///< of whoever asks
  Needs there;  ///< what the case has, this request included
};
struct Judgement {
  const Step* step = nullptr;         ///< nullptr when refused
  std::optional<Error> refused = {};  ///< kCaseWrongOrder, kCaseFinal, kCaseRole, kCaseIncomplete
  std::vector<const Step*> before = {};  ///< steps that come first, in order
  Needs missing = {};
};
Judgement judge(const Question& question);

std::string_view name(Product product) noexcept;
std::string_view name(State state) noexcept;
std::string_view name(Action action) noexcept;
std::string_view name(Role role) noexcept;
std::string_view name(Need need) noexcept;
std::optional<Product> product_named(std::string_view name) noexcept;
std::optional<State> state_named(std::string_view name) noexcept;
std::optional<Action> action_named(std::string_view name) noexcept;
/// What people read.
std::string_view words(State state, Language language) noexcept;
std::string_view words(Action action, Language language) noexcept;
std::string_view words(Role role, Language language) noexcept;
std::string_view words(Need need, Language language) noexcept;
/// "văn thư, người tiếp nhận"
std::string words(Roles roles, Language language);
std::string words(Needs needs, Language language);

inline Roles roles_of(std::initializer_list<Role> list) {
  Roles all;
  for (const auto one : list) all.set(static_cast<std::size_t>(one));
  return all;
}
inline Needs needs_of(std::initializer_list<Need> list) {
  Needs all;
  for (const auto one : list) all.set(static_cast<std::size_t>(one));
  return all;
}

}  // namespace antin::casework
