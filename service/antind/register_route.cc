#include "service/antind/register_route.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "service/ipc/worker_protocol.h"

namespace antin::service {
namespace {

constexpr std::size_t kMostDigests = 64;

Result<std::vector<Bytes>> digests_in(const cbor::Value& body) {
  ANTIN_TRY(const auto list, cbor::array_at(body, "digests"));
  if (list.size() > kMostDigests) return make_error(Code::kIpcMalformed, "too many digests");
  std::vector<Bytes> digests;
  digests.reserve(list.size());
  for (const auto& one : list) {
    if (one.bytes() == nullptr || one.bytes()->size() != 32)
      return make_error(Code::kIpcMalformed, "a digest");
    digests.push_back(*one.bytes());
  }
  return digests;
}

// An entry of the book before what was only kept; the very octets before a revision of them.
const StoredOriginal* best(const std::vector<StoredOriginal>& found, const Bytes& whole) {
  const StoredOriginal* chosen = nullptr;
  const auto rank = [&](const StoredOriginal& one) {
    return (one.sha256 == whole ? 2 : 0) + (one.entry ? 1 : 0);
  };
  for (const auto& one : found) {
    if (chosen == nullptr || rank(one) > rank(*chosen)) chosen = &one;
  }
  return chosen;
}

Result<Message> find(Store& store, const Message& asked) {
  ANTIN_TRY(const auto digests, digests_in(asked.body));
  Message reply;
  reply.body = cbor::Map{{"found", false}, {"several", false}};
  if (digests.empty()) return reply;
  ANTIN_TRY(const auto found, store.originals_signed_as(digests));
  const auto* original = best(found, digests.front());
  if (original == nullptr) return reply;
  const bool several = original->sha256 != digests.front() &&
                       std::count_if(found.begin(), found.end(),
                                     [](const auto& one) { return one.entry.has_value(); }) > 1;
  reply.body =
      cbor::Map{{"found", !several},
                {"several", several},
                {"entry", original->entry ? entry_facts(*original->entry) : std::string{}}};
  if (several) return reply;
  ANTIN_TRY(const auto document, store.document(original->sha256, original->size));
  ANTIN_TRY(auto memfd, sealed_memfd("antin-original", {document.view()}));
  reply.descriptors.push_back(std::move(memfd));
  return reply;
}

}  // namespace

std::string entry_facts(const StoredEntry& entry) {
  using Json = nlohmann::ordered_json;
  const auto digests = [](const std::vector<Bytes>& all) {
    auto list = Json::array();
    for (const auto& one : all) list.push_back(to_hex(one));
    return list;
  };
  Json facts = {{"state", entry.state},         {"kind", entry.kind},  {"number", entry.number},
                {"book", entry.book},           {"date", entry.day},   {"unit", entry.unit_name},
                {"unit_code", entry.unit_code}, {"pages", entry.pages}};
  if (!entry.decision.empty()) {
    facts["decision"] = entry.decision;
    facts["decision_date"] = entry.decision_day;
  }
  facts["officers"] = digests(entry.officers);
  facts["agencies"] = digests(entry.agencies);
  return facts.dump();
}

Route find_original_route(Store& store) {
  return {worker::kFindOriginal, worker::kVersion,
          [&store](Message& asked) { return find(store, asked); }};
}

}  // namespace antin::service
