#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "certs/core/error.h"
#include "service/outbox/outbox.h"

namespace antin::outbox {

/// As the database has them: append only. C-17 calls the first three chưa gửi, đã gửi, lỗi.
enum class DeliveryState : std::uint8_t {
  kWaiting,  ///< or under way
  kSent,
  kDead,  ///< given up: somebody has to look at it
  kCancelled,
};
/// "waiting", "sent", "dead", "cancelled"
std::string_view name(DeliveryState state) noexcept;
std::optional<DeliveryState> delivery_state_named(std::string_view name) noexcept;
/// What people read.
std::string_view words(DeliveryState state, Language language) noexcept;

/// An event on its way to one target.
struct Delivery {
  std::string id;            ///< 32 hexadecimal digits, of event and target
  Event event;               ///< without `facts`
  std::string about = "{}";  ///< JSON, as enqueue() made it
  std::string target;
  std::string address;  ///< of a document that goes to a person: where the case says
  bool document = false;
  DeliveryState state = DeliveryState::kWaiting;
  UtcTime due{std::chrono::sys_seconds{}};
  std::int64_t tries = 0;
  std::optional<Code> reason = {};  ///< why the last try failed
  Params params = {};               ///< of its sentence
  UtcTime created{std::chrono::sys_seconds{}}, updated{std::chrono::sys_seconds{}};
  bool under_way = false;  ///< somebody sends it now
};

}  // namespace antin::outbox
