#include "service/outbox/target.h"

#include <algorithm>
#include <array>

namespace antin::outbox {
namespace {

using std::chrono::seconds;
using Documents = Target::Documents;
using Kind = Target::Kind;

constexpr std::size_t kLongestName = 32;
constexpr std::size_t kLongestAddress = 254;
constexpr std::size_t kLongestLocal = 64;
constexpr std::size_t kLongestLabel = 63;
constexpr std::array kDocumentPauses{seconds{60}, seconds{300}, seconds{1'800}, seconds{7'200}};
constexpr std::array kEventPauses{seconds{10},    seconds{30},    seconds{60},     seconds{300},
                                  seconds{900},   seconds{1'800}, seconds{3'600},  seconds{7'200},
                                  seconds{7'200}, seconds{7'200}, seconds{14'400}, seconds{28'800}};

bool among(const std::vector<std::string>& wanted, const std::string& one) {
  return wanted.empty() || std::find(wanted.begin(), wanted.end(), one) != wanted.end();
}

bool is_alnum(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_domain(std::string_view text) {
  if (text.find('.') == std::string_view::npos) return false;
  while (true) {
    const auto label = text.substr(0, text.find('.'));
    if (label.empty() || label.size() > kLongestLabel || label.front() == '-' ||
        label.back() == '-' ||
        !std::all_of(label.begin(), label.end(), [](char c) { return is_alnum(c) || c == '-'; }))
      return false;
    if (label.size() == text.size()) return true;
    text.remove_prefix(label.size() + 1);
  }
}

// What this target does with a released document.
bool takes_document(const Target& target, const Owed& owed) {
  if (owed.event.document_sha256.empty() || target.documents == Documents::kNone) return false;
  if (target.kind == Kind::kMail) return owed.delivery.find('@') != std::string::npos;
  return target.documents == Documents::kAll || owed.delivery == target.name;
}

}  // namespace

bool is_target_name(std::string_view text) noexcept {
  return !text.empty() && text.size() <= kLongestName &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '-' || c == '_';
         });
}

bool is_mail_address(std::string_view text) noexcept {
  const auto at = text.find('@');
  if (text.size() > kLongestAddress || at == std::string_view::npos) return false;
  const auto local = text.substr(0, at);
  constexpr std::string_view kAlso = "!#$%&'*+-/=?^_`{|}~.";
  return !local.empty() && local.size() <= kLongestLocal && local.front() != '.' &&
         local.back() != '.' && local.find("..") == std::string_view::npos &&
         std::all_of(local.begin(), local.end(),
                     [&](char c) { return is_alnum(c) || kAlso.find(c) != kAlso.npos; }) &&
         is_domain(text.substr(at + 1));
}

std::vector<Choice> choose(const std::vector<Target>& targets, const Owed& owed) {
  std::vector<Choice> all;
  bool somebody = false;
  for (const auto& target : targets) {
    if (!among(target.units, owed.event.unit) || !among(target.products, owed.event.product) ||
        !among(target.owners, owed.event.owner))
      continue;
    const bool mail = target.kind == Kind::kMail;
    // One letter is enough, whichever unit's account sends it.
    if (takes_document(target, owed) && !(mail && somebody)) {
      all.push_back({.target = target.name,
                     .takes = Choice::Takes::kDocument,
                     .address = mail ? owed.delivery : std::string()});
      somebody = somebody || mail || owed.delivery == target.name;
    } else if (!mail && among(target.events, owed.event.type)) {
      all.push_back({.target = target.name});
    }
  }
  const bool mail = owed.delivery.find('@') != std::string::npos;
  // Other words say how it is handed over at the counter.
  if (!somebody && !targets.empty() && (mail || is_target_name(owed.delivery)))
    all.push_back({.target = mail ? "email" : owed.delivery,
                   .takes = Choice::Takes::kDocument,
                   .address = mail ? owed.delivery : std::string(),
                   .way = Choice::Way::kNever});
  return all;
}

std::vector<seconds> pauses_of(const Target& target, const Delivery& delivery) {
  if (!target.pauses.empty()) return target.pauses;
  if (delivery.document) return {kDocumentPauses.begin(), kDocumentPauses.end()};
  return {kEventPauses.begin(), kEventPauses.end()};
}

bool is_final(const Error& error) {
  switch (error.code) {
    case Code::kOutboxFrozen:
    case Code::kOutboxNoTarget:
    case Code::kOutboxAddress:
    case Code::kOutboxTooLarge:
    case Code::kStoredDocumentDestroyed:
      return true;
    case Code::kOutboxMailRefused:
      // RFC 5321 §4.2.1: 5yz is for good.
      return !error.params.empty() && error.params.front().second.starts_with('5');
    default:
      return false;
  }
}

}  // namespace antin::outbox
