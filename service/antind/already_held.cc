#include "service/antind/already_held.h"

#include <algorithm>
#include <array>

#include "service/antind/case_facts.h"
#include "service/antind/casework_json.h"
#include "service/store/register_text.h"

namespace antin::service {
namespace {

using casework::Product;
using holdings::Held;
using Json = nlohmann::json;

constexpr std::size_t kMostResults = 50;
// Kept in the case: enough to know which paper it is.
constexpr std::size_t kMostInACase = 5;
constexpr const char* kFact = "already_held";
// Of whoever asks before a citizen is asked: fixed, because the law itself is the purpose.
constexpr const char* kBeforeAsking = "kiem_tra_truoc_khi_yeu_cau";
constexpr const char* kBasisBeforeAsking = "Chỉ thị 27/CT-TTg ngày 27/10/2023";

}  // namespace

StoreEvent hand_out_event(const std::string& id, const Caller& caller, const std::string& purpose,
                          const std::string& basis, const char* what,
                          const std::vector<Held>& given) {
  std::string ids;
  for (const auto& held : given) ids += (ids.empty() ? "" : " ") + held.id;
  return {.kind = StoreEvent::Kind::kHandedOut,
          .subject = id,
          .actor = caller.key_id,
          .document_sha256 = {},
          .state = what,
          .facts = {{"purpose", purpose},
                    {"legal_basis", basis},
                    {"results", ids},
                    {"count", std::to_string(given.size())}}};
}

Result<AlreadyHeld::Answer> AlreadyHeld::ask(const Question& question, const Caller& caller) const {
  CallersHeld mine(*parts_.store, *parts_.vault, caller);
  Answer answer;
  ANTIN_TRY(answer.found,
            mine.of_holder(question.holder_id, question.kind, question.procedure, kMostResults));
  ANTIN_CHECK(mine.all().hand_out(hand_out_event(
      new_uuid7(*parts_.clock, *parts_.random), caller, kBeforeAsking, kBasisBeforeAsking,
      answer.found.empty() ? "nothing" : "facts", answer.found)));
  answer.day = legal_day(parts_.clock->utc_now());
  answer.in_force = std::any_of(answer.found.begin(), answer.found.end(), [&](const Held& held) {
    return digitise::in_force(held.facts.until, answer.day);
  });
  if (answer.in_force)
    answer.notice = Finding{Code::kShareHeld, Severity::kInfo, {}, {}};
  else if (!answer.found.empty())
    answer.notice = Finding{Code::kShareHeldEnding,
                            Severity::kWarning,
                            {{"ngay", vietnam_day(answer.found.front().facts.until)}},
                            {}};
  return answer;
}

Status AlreadyHeld::of_case(const casework::Case& one, Json& facts, const Caller& caller) const {
  facts.erase(kFact);
  if (parts_.vault == nullptr ||
      (one.product != Product::kCertifiedCopy && one.product != Product::kResult))
    return Done{};
  const auto holder = digitise::holder_id(text_fact(facts, "requester_id"));
  const Question question{.holder_id = holder.value_or(""),
                          .kind = text_fact(facts, "paper_type"),
                          .procedure = text_fact(facts, "procedure")};
  if (!holder || (question.kind.empty() && question.procedure.empty())) return Done{};
  // Everybody of its unit reads the case, and nobody of another.
  auto narrowed = caller;
  narrowed.units = {one.unit};
  ANTIN_TRY(auto answer, ask(question, narrowed));
  if (answer.found.size() > kMostInACase) answer.found.resize(kMostInACase);
  Json told = {{"held", answer.in_force}, {"asked", answer.day}, {"results", Json::array()}};
  holdings::Holdings all(*parts_.store, *parts_.vault);
  for (const auto& held : answer.found) {
    Json result = shared_of(held, answer.day);
    // R-15; a paper whose number has no place in a code is told by the rest.
    if (const auto code = all.code(held)) result["code"] = code.value();
    told["results"].push_back(std::move(result));
  }
  if (answer.notice) told["notice"] = in_words(*answer.notice);
  facts[kFact] = std::move(told);
  return Done{};
}

bool asks_anew(const Json& before, const Json& facts) {
  constexpr std::array kAsked{"requester_id", "paper_type", "procedure"};
  return std::any_of(kAsked.begin(), kAsked.end(), [&](const char* name) {
    return text_fact(before, name) != text_fact(facts, name);
  });
}

void describe_held(const Json& facts, OrderedJson& all) {
  const auto found = facts.find(kFact);
  if (found == facts.end() || !found->is_object()) return;
  OrderedJson told = {{"held", found->value("held", false)},
                      {"asked", found->value("asked", std::string())},
                      {"results", found->value("results", Json::array())}};
  all[kFact] = std::move(told);
  if (found->contains("notice")) all["notices"].push_back(OrderedJson(found->at("notice")));
}

}  // namespace antin::service
