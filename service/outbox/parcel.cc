#include "service/outbox/parcel.h"

#include <nlohmann/json.hpp>

#include "certs/core/base64.h"

namespace antin::outbox {
namespace {

using Json = nlohmann::ordered_json;

std::string written(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json object_in(const std::string& text) {
  auto object = Json::parse(text, nullptr, false);
  return object.is_object() ? object : Json::object();
}

Json event_of(const Delivery& delivery, const char* schema) {
  const auto& event = delivery.event;
  Json body{{"schema", schema},           {"id", id_of(event)}, {"type", event.type},
            {"at", to_rfc3339(event.at)}, {"unit", event.unit}, {"product", event.product}};
  body["case"] = {{"id", event.stream}, {"version", event.number}};
  body["case"].update(object_in(delivery.about));
  if (!event.document_sha256.empty())
    body["document"] = {{"sha256", to_hex(event.document_sha256)},
                        {"octets", event.document_octets},
                        {"media_type", "application/pdf"}};
  return body;
}

Json document_of(const Delivery& delivery, const Handout& handout) {
  auto body = event_of(delivery, "antin-document/1");
  if (!handout.code.empty()) body["document"]["code"] = handout.code;
  body["metadata"] = object_in(handout.metadata);
  return body;
}

}  // namespace

std::string body_of(const Delivery& delivery) {
  return written(event_of(delivery, "antin-event/1"));
}

std::string body_of(const Delivery& delivery, const Handout& handout) {
  auto body = document_of(delivery, handout);
  body["document"]["content"] = to_base64(handout.document.view());
  return written(body);
}

std::string body_of(const Delivery& delivery, const Handout& handout, const std::string& file) {
  auto body = document_of(delivery, handout);
  body["document"]["file"] = file;
  return written(body);
}

}  // namespace antin::outbox
