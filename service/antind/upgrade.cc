#include "service/antind/upgrade.h"

#include <algorithm>
#include <array>

namespace antin::service {
namespace {

constexpr std::int64_t kMostDoublings = 10;
constexpr std::array<std::string_view, 4> kLevels{"B-B", "B-T", "B-LT", "B-LTA"};

}  // namespace

std::chrono::seconds pause_after(std::chrono::seconds first, std::int64_t tries) noexcept {
  const auto doublings = std::clamp<std::int64_t>(tries, 0, kMostDoublings);
  return std::min(first * (std::int64_t{1} << doublings), kLongestPause);
}

std::optional<std::size_t> level_rank(std::string_view level) noexcept {
  for (std::size_t rank = 0; rank < kLevels.size(); ++rank) {
    if (kLevels[rank] == level) return rank;
  }
  return std::nullopt;
}

bool may_be_reached_later(const std::vector<Code>& warnings) noexcept {
  bool passing = false;
  for (const auto code : warnings) {
    switch (code) {
      case Code::kExtendTooLate:
      case Code::kExtendNoPath:
      case Code::kLevelNeedsTrust:
        return false;
      case Code::kLevelNotReached:  // says that, not why
        break;
      default:
        passing = passing || info(code).remedy == Remedy::kRetryLater;
    }
  }
  return passing;
}

bool is_final(Code code) noexcept {
  const auto remedy = info(code).remedy;
  return remedy == Remedy::kFixInput || remedy == Remedy::kReportBug ||
         code == Code::kStoredDocumentDamaged;
}

Status check_only_appended(ByteView before, ByteView after) {
  if (after.size() <= before.size())
    return make_error(Code::kExtendWouldBreak, "nothing was appended");
  if (!std::equal(before.begin(), before.end(), after.begin()))
    return make_error(Code::kExtendWouldBreak, "octets that were released would change");
  return Done{};
}

}  // namespace antin::service
