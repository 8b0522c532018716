#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "certs/core/bytes.h"
#include "certs/core/error.h"

namespace antin::service {

/// What was released at a lower level than was asked for is raised when the network is back
/// (vietnam.md S-06). What decides it, apart from store, clock and workers; pure.

/// No pause between two tries is longer, be it for a timestamp or for an upgrade.
constexpr std::chrono::seconds kLongestPause{900};
/// Before the next try, after `tries` of them: each pause is twice as long as the one before.
std::chrono::seconds pause_after(std::chrono::seconds first, std::int64_t tries) noexcept;

/// B-B 0 to B-LTA 3.
std::optional<std::size_t> level_rank(std::string_view level) noexcept;

/// Whether time alone may bring what these warnings of a signature say is missing: somebody was not
/// reached, or has not stated it yet; and nothing among them stands in the way for good.
bool may_be_reached_later(const std::vector<Code>& warnings) noexcept;

/// Whether another try at an upgrade would end with this error again.
bool is_final(Code code) noexcept;

/// What was released is out of our hands: a further version may add to it and do nothing else.
/// Fails with kExtendWouldBreak unless `before`, octet for octet, begins `after` and something
/// follows.
Status check_only_appended(ByteView before, ByteView after);

}  // namespace antin::service
