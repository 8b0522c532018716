#include "service/outbox/delivery_rows.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "certs/ossl/digest.h"
#include "service/store/store_values.h"

namespace antin::outbox {
namespace {

using Json = nlohmann::json;
using service::as_blob;
using service::as_integer;
using service::as_string;
using service::from_seconds;

constexpr std::size_t kIdOctets = 16;

struct Named {
  DeliveryState state;
  std::string_view name, vi, en;
};
constexpr std::array kStates{
    Named{DeliveryState::kWaiting, "waiting", "chưa gửi", "waiting"},
    Named{DeliveryState::kSent, "sent", "đã gửi", "sent"},
    Named{DeliveryState::kDead, "dead", "lỗi", "given up"},
    Named{DeliveryState::kCancelled, "cancelled", "đã hủy", "cancelled"},
};

Params params_of(const std::string& text) {
  Params params;
  const auto all = Json::parse(text, nullptr, false);
  if (!all.is_object()) return params;
  for (const auto& [name, value] : all.items()) {
    if (value.is_string()) params.emplace_back(name, value.get<std::string>());
  }
  return params;
}

}  // namespace

std::string_view name(DeliveryState state) noexcept {
  return kStates.at(static_cast<std::size_t>(state)).name;
}

std::string_view words(DeliveryState state, Language language) noexcept {
  const auto& row = kStates.at(static_cast<std::size_t>(state));
  return language == Language::kVietnamese ? row.vi : row.en;
}

std::optional<DeliveryState> delivery_state_named(std::string_view name) noexcept {
  const auto* const found = std::find_if(kStates.begin(), kStates.end(),
                                         [&](const Named& row) { return row.name == name; });
  return found == kStates.end() ? std::nullopt : std::optional(found->state);
}

std::string delivery_columns(const Database& database) {
  return "SELECT d.id, d.stream, d.number, e.type, e.at, e.unit, e.product, e.owner, e.about,"
         " e.document, e.octets, d.target, d.address, d.document, d.state, d.due, d.tries,"
         " d.reason, d.params, d.created, d.updated, CASE WHEN d.state=0 AND d.lease_until>" +
         std::string(service::now_of(database)) +
         " THEN 1 ELSE 0 END FROM outbox_delivery d JOIN outbox_event e ON e.id=d.event ";
}

Delivery read_delivery(const Database::Row& row) {
  Delivery one;
  one.id = as_string(row[0]);
  one.event.stream = as_string(row[1]);
  one.event.number = as_integer(row[2]);
  one.event.type = as_string(row[3]);
  one.event.at = from_seconds(as_integer(row[4]));
  one.event.unit = as_string(row[5]);
  one.event.product = as_string(row[6]);
  one.event.owner = as_string(row[7]);
  one.about = as_string(row[8]);
  one.event.document_sha256 = as_blob(row[9]);
  one.event.document_octets = static_cast<std::size_t>(as_integer(row[10]));
  one.target = as_string(row[11]);
  one.address = as_string(row[12]);
  one.document = as_integer(row[13]) != 0;
  one.state = static_cast<DeliveryState>(std::clamp<std::int64_t>(
      as_integer(row[14]), 0, static_cast<std::int64_t>(DeliveryState::kCancelled)));
  one.due = from_seconds(as_integer(row[15]));
  one.tries = as_integer(row[16]);
  if (const auto reason = as_string(row[17]); !reason.empty()) one.reason = code_named(reason);
  one.params = params_of(as_string(row[18]));
  one.created = from_seconds(as_integer(row[19]));
  one.updated = from_seconds(as_integer(row[20]));
  one.under_way = as_integer(row[21]) != 0;
  return one;
}

std::string delivery_id(const std::string& event, const std::string& target) {
  auto digest = ossl::sha256(as_bytes(event + "\n" + target));
  digest.resize(kIdOctets);
  return to_hex(digest);
}

std::string to_json(const Params& params) {
  auto all = Json::object();
  for (const auto& [name, value] : params) all[name] = value;
  return all.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace antin::outbox
