#include "service/system/log.h"

#include <array>
#include <nlohmann/json.hpp>
#include <unistd.h>

namespace antin::service {

void Log::write(Level level, std::string_view event, Fields fields) {
  constexpr std::array kLevels{"info", "warning", "error"};
  nlohmann::ordered_json line;
  line["time"] = to_rfc3339(clock_.utc_now());
  line["level"] = kLevels[static_cast<std::size_t>(level)];
  line["event"] = event;
  for (const auto& [name, value] : fields) line[std::string(name)] = value;
  const auto text = line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
  const std::lock_guard lock(mutex_);
  // A log that cannot be written must not stop the service.
  [[maybe_unused]] const auto wrote = ::write(fd_, text.data(), text.size());
}

}  // namespace antin::service
