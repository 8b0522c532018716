#include "service/antind/case_facts.h"

#include <algorithm>
#include <array>

#include "service/antind/line.h"
#include "service/ipc/utf8.h"
#include "service/store/register_text.h"
#include "service/text/unicode.h"

namespace antin::service {
namespace {

using Json = nlohmann::json;
using casework::Need;
using casework::State;

struct Fact {
  const char* name;
  enum class Type : std::uint8_t { kText, kNumber, kDay, kAnswers, kPeople } type;
  std::int64_t most;  ///< characters, or the number itself
  /// kDrafted: what the attestation or the book says; it stays once there is a number.
  enum class Until : std::uint8_t { kDrafted, kEnded } until = Until::kDrafted;
};
using Type = Fact::Type;
using Until = Fact::Until;

constexpr std::array kFacts{
    Fact{"requester", Type::kText, 200},
    Fact{"requester_id", Type::kText, 32},
    Fact{"requester_class", Type::kText, 64},
    Fact{"evidence", Type::kText, 64},
    Fact{"paper", Type::kText, 300},
    Fact{"paper_type", Type::kText, 64},
    Fact{"issuer", Type::kText, 300},
    Fact{"pages", Type::kNumber, 5'000},
    Fact{"answers", Type::kAnswers, 32},
    Fact{"scan_confirmed", Type::kText, 200},
    Fact{"copies", Type::kNumber, 999},
    Fact{"form", Type::kText, 16},
    Fact{"source", Type::kText, 500},
    Fact{"entry", Type::kText, 64},
    Fact{"holder", Type::kText, 100},
    Fact{"register", Type::kText, 64},
    Fact{"looked_for", Type::kText, 300},
    Fact{"original", Type::kText, 64},
    Fact{"time_form", Type::kText, 8},
    Fact{"place", Type::kText, 60},
    Fact{"signer", Type::kText, 200},
    Fact{"capacity", Type::kText, 300},
    Fact{"sealer", Type::kText, 200, Until::kEnded},
    Fact{"symbol", Type::kText, 64},
    // Of results: who signs in which order; code of the procedure; what the
    // holder's store is told.
    Fact{"signers", Type::kPeople, 10},
    Fact{"procedure", Type::kText, 64},
    Fact{"summary", Type::kText, 500},
    Fact{"valid_until", Type::kDay, 10},
    Fact{"valid_in", Type::kText, 200},
    Fact{"confidence", Type::kText, 16},
    Fact{"delivery", Type::kText, 320, Until::kEnded},
    Fact{"revocation_confirmed", Type::kText, 500, Until::kEnded},
    Fact{"receiver", Type::kText, 60, Until::kEnded},
    Fact{"extension_days", Type::kNumber, 250, Until::kEnded},
    Fact{"extension_reason", Type::kText, 300, Until::kEnded},
    Fact{"agreement", Type::kText, 200, Until::kEnded},
    Fact{"explanation", Type::kText, 2'000, Until::kEnded},
    Fact{"ground", Type::kNumber, 6, Until::kEnded},
    Fact{"reason", Type::kText, 500, Until::kEnded},
    Fact{"decision", Type::kText, 128, Until::kEnded},
    Fact{"decision_date", Type::kDay, 10, Until::kEnded},
    Fact{"decided_by", Type::kText, 200, Until::kEnded},
};

bool is_drafted(State state) {
  constexpr std::array kNumbered{State::kAttested,   State::kComposed,      State::kLined,
                                 State::kNumbered,   State::kOfficerSigned, State::kSealSigned,
                                 State::kRegistered, State::kReleased};
  return std::find(kNumbered.begin(), kNumbered.end(), state) == kNumbered.end();
}

// What people read: no control characters, not blank, in form NFC.
Result<std::string> line(const std::string& name, const Json& value, std::int64_t most) {
  if (!value.is_string()) return wrong_fact(name, "text");
  auto text = to_nfc(value.get<std::string>());
  const bool control = std::any_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
  });
  if (control || text.find_first_not_of(' ') == std::string::npos) return wrong_fact(name, "text");
  if (characters(text) > static_cast<std::size_t>(most)) return wrong_fact(name, "length");
  return text;
}

// Questions about the original and what was answered.
Result<Json> answers(const std::string& name, const Json& value, std::int64_t most) {
  if (!value.is_object() || value.size() > static_cast<std::size_t>(most))
    return wrong_fact(name, "object");
  auto all = Json::object();
  for (const auto& [question, answer] : value.items()) {
    constexpr std::int64_t kLongest = 64;
    ANTIN_TRY(auto asked, line(name, question, kLongest));
    ANTIN_TRY(auto said, line(name + "." + question, answer, kLongest));
    all[asked] = std::move(said);
  }
  return all;
}

// Accounts in an order; nobody signs twice.
Result<Json> people(const std::string& name, const Json& value, std::int64_t most) {
  if (!value.is_array() || value.empty() || value.size() > static_cast<std::size_t>(most))
    return wrong_fact(name, "array");
  auto all = Json::array();
  for (const auto& one : value) {
    constexpr std::int64_t kLongest = 200;
    ANTIN_TRY(auto account, line(name, one, kLongest));
    if (std::find(all.begin(), all.end(), Json(account)) != all.end())
      return wrong_fact(name, "2 x");
    all.push_back(std::move(account));
  }
  return all;
}

Result<Json> read(const Fact& fact, const Json& value) {
  switch (fact.type) {
    case Type::kNumber:
      if (!value.is_number_integer() || value < 1 || value > fact.most)
        return wrong_fact(fact.name, "number");
      return Json(value.get<std::int64_t>());
    case Type::kDay:
      if (!value.is_string() || !is_day(value.get<std::string>()))
        return wrong_fact(fact.name, "date");
      return value;
    case Type::kAnswers:
      return answers(fact.name, value, fact.most);
    case Type::kPeople:
      return people(fact.name, value, fact.most);
    case Type::kText:
      break;
  }
  ANTIN_TRY(auto text, line(fact.name, value, fact.most));
  return Json(std::move(text));
}

}  // namespace

Error wrong_fact(const std::string& name, const char* why, Where where) {
  const auto shown = name.substr(0, 64);
  return make_error(Code::kCaseFacts, shown, {{"muc", shown}, {"ly_do", why}}, where);
}

Result<Json> merge_facts(const Json& kept, const Json& given, State state) {
  if (!given.is_object()) return wrong_fact("facts", "object");
  auto merged = kept;
  for (const auto& [name, value] : given.items()) {
    const auto fact =
        std::find_if(kFacts.begin(), kFacts.end(),
                     [&, &wanted = name](const Fact& one) { return wanted == one.name; });
    if (fact == kFacts.end()) return wrong_fact(name, "?");
    ANTIN_TRY(auto taken, read(*fact, value));
    const auto there = kept.find(name);
    const bool same = there != kept.end() && *there == taken;
    if (!same && fact->until == Until::kDrafted && !is_drafted(state))
      return wrong_fact(name, "number");
    merged[name] = std::move(taken);
  }
  return merged;
}

Json facts_of(const casework::Case& one) {
  auto facts = Json::parse(one.facts, nullptr, false);
  return facts.is_object() ? facts : Json::object();
}

std::string text_fact(const Json& facts, const char* name) {
  const auto found = facts.find(name);
  return found != facts.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::int64_t number_fact(const Json& facts, const char* name) {
  const auto found = facts.find(name);
  return found != facts.end() && found->is_number_integer() ? found->get<std::int64_t>() : 0;
}

casework::Needs needs_in(const Json& facts) {
  casework::Needs there;
  const auto has = [&](const char* name) { return facts.contains(name); };
  const auto meet = [&](Need need, bool met) {
    if (met) there.set(static_cast<std::size_t>(need));
  };
  meet(Need::kRequester, has("requester"));
  meet(Need::kPaper, has("paper") && has("pages"));
  meet(Need::kGround, has("ground") || has("reason"));
  meet(Need::kReason, has("reason"));
  meet(Need::kSource, has("source") || has("entry"));
  meet(Need::kSigner, has("signer"));
  meet(Need::kDelivery, has("delivery"));
  meet(Need::kDecision, has("decision") && has("decision_date"));
  return there;
}

std::vector<std::string> fact_names() {
  std::vector<std::string> names;
  names.reserve(kFacts.size());
  for (const auto& fact : kFacts) names.emplace_back(fact.name);
  return names;
}

}  // namespace antin::service
