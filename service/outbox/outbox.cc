#include "service/outbox/outbox.h"

#include <array>
#include <nlohmann/json.hpp>

#include "service/store/store_values.h"

namespace antin::outbox {
namespace {

using Json = nlohmann::ordered_json;

// Facts of a case that are told to others; every other stays where it is.
constexpr std::array kTold{"ground", "reason", "decision", "decision_date"};

Json facts_in(const std::string& text) {
  auto facts = Json::parse(text, nullptr, false);
  return facts.is_object() ? facts : Json::object();
}

}  // namespace

std::string id_of(const Event& event) {
  return event.stream + "-" + std::to_string(event.number);
}

Status enqueue(Database& database, const Event& event) {
  const auto facts = facts_in(event.facts);
  auto about = Json::object();
  for (const auto& [name, text] : event.about) {
    if (!text.empty()) about[name] = text;
  }
  for (const auto* name : kTold) {
    if (const auto fact = facts.find(name); fact != facts.end()) about[name] = *fact;
  }
  const auto delivery = facts.find("delivery");
  const bool goes =
      !event.document_sha256.empty() && delivery != facts.end() && delivery->is_string();
  return database.execute(
      "INSERT INTO outbox_event(id, stream, number, type, at, unit, product, owner, about,"
      " delivery, document, octets, spread) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11,"
      " ?12, 0)",
      {id_of(event), event.stream, event.number, event.type, service::seconds(event.at), event.unit,
       event.product, event.owner, about.dump(), goes ? delivery->get<std::string>() : "",
       event.document_sha256, static_cast<std::int64_t>(event.document_octets)});
}

}  // namespace antin::outbox
