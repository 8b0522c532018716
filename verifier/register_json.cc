#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "certs/core/bytes.h"
#include "verifier/register_entry.h"

namespace antin::verifier {
namespace {

using Json = nlohmann::json;

constexpr std::array kKinds = {
    std::pair{PaperKind::kCertifiedCopy, std::string_view{"certified_copy"}},
    std::pair{PaperKind::kFromRegisterCopy, std::string_view{"from_register_copy"}},
    std::pair{PaperKind::kSaoY, std::string_view{"sao_y"}},
    std::pair{PaperKind::kResult, std::string_view{"result"}}};

using State = RegisterEntry::State;
constexpr std::array kStates = {std::pair{State::kReleased, std::string_view{"released"}},
                                std::pair{State::kCancelled, std::string_view{"cancelled"}},
                                std::pair{State::kRecalled, std::string_view{"recalled"}},
                                std::pair{State::kPending, std::string_view{"pending"}},
                                std::pair{State::kNotFound, std::string_view{"not_found"}}};

template <class Table, class Value>
std::string_view name_in(const Table& table, Value value) noexcept {
  for (const auto& [known, word] : table) {
    if (known == value) return word;
  }
  return {};
}

template <class Table>
auto named_in(const Table& table, std::string_view name) noexcept
    -> std::optional<decltype(table[0].first)> {
  for (const auto& [known, word] : table) {
    if (word == name) return known;
  }
  return std::nullopt;
}

Error malformed(const char* what) {
  return make_error(Code::kRegisterAnswerMalformed, what);
}

constexpr std::size_t kLongest = 1'000;

// "" when it is absent or null.
Result<std::string> text_at(const Json& object, const char* key) {
  const auto at = object.find(key);
  if (at == object.end() || at->is_null()) return std::string{};
  if (!at->is_string() || at->get_ref<const std::string&>().size() > kLongest)
    return malformed(key);
  return at->get<std::string>();
}

Result<std::vector<std::string>> digests_at(const Json& object, const char* key) {
  constexpr std::size_t kMost = 64;
  std::vector<std::string> digests;
  const auto at = object.find(key);
  if (at == object.end() || at->is_null()) return digests;
  if (!at->is_array() || at->size() > kMost) return malformed(key);
  for (const auto& one : *at) {
    Bytes octets;
    if (!one.is_string() || !from_hex(one.get_ref<const std::string&>(), octets) ||
        octets.size() != 32)
      return malformed(key);
    digests.push_back(to_hex(octets));
  }
  return digests;
}

Result<RegisterEntry> read(const Json& object) {
  if (!object.is_object()) return malformed("no object");
  RegisterEntry entry;
  ANTIN_TRY(const auto state, text_at(object, "state"));
  const auto known = register_state_named(state);
  if (!known) return malformed("state");
  entry.state = *known;
  if (entry.state == State::kNotFound) return entry;
  ANTIN_TRY(const auto kind, text_at(object, "kind"));
  const auto paper = paper_kind_named(kind);
  if (!paper) return malformed("kind");
  entry.kind = *paper;
  ANTIN_TRY(entry.number, text_at(object, "number"));
  ANTIN_TRY(entry.book, text_at(object, "book"));
  ANTIN_TRY(entry.date, text_at(object, "date"));
  ANTIN_TRY(entry.unit_name, text_at(object, "unit"));
  ANTIN_TRY(entry.unit_code, text_at(object, "unit_code"));
  if (const auto at = object.find("pages"); at != object.end() && !at->is_null()) {
    if (!at->is_number_unsigned()) return malformed("pages");
    entry.pages = at->get<std::size_t>();
  }
  ANTIN_TRY(entry.officers, digests_at(object, "officers"));
  ANTIN_TRY(entry.agencies, digests_at(object, "agencies"));
  RegisterEntry::Decision decision;
  ANTIN_TRY(decision.number, text_at(object, "decision"));
  ANTIN_TRY(decision.date, text_at(object, "decision_date"));
  if (!decision.number.empty()) entry.decision = std::move(decision);
  return entry;
}

}  // namespace

std::string_view name(PaperKind kind) noexcept {
  return name_in(kKinds, kind);
}
std::optional<PaperKind> paper_kind_named(std::string_view name) noexcept {
  return named_in(kKinds, name);
}
std::string_view name(RegisterEntry::State state) noexcept {
  return name_in(kStates, state);
}
std::optional<RegisterEntry::State> register_state_named(std::string_view name) noexcept {
  return named_in(kStates, name);
}

Result<RegisterEntry> read_register_entry(std::string_view json) {
  constexpr std::size_t kMost = std::size_t{64} << 10U;
  constexpr int kDeepest = 4;
  if (json.size() > kMost) return malformed("too long");
  const auto shallow = [](int depth, Json::parse_event_t, const Json&) {
    return depth <= kDeepest;
  };
  const auto object = Json::parse(json, shallow, false);
  if (object.is_discarded()) return malformed("no JSON");
  return read(object);
}

}  // namespace antin::verifier
