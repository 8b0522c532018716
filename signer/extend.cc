#include "signer/extend.h"

#include <array>

#include "signer/raise.h"

namespace antin::signer {
namespace {

constexpr std::array<std::string_view, 4> kNames{"B-B", "B-T", "B-LT", "B-LTA"};

}  // namespace

std::string_view name(Level level) noexcept {
  return kNames[static_cast<std::size_t>(level)];
}

std::optional<Level> level_named(std::string_view name) noexcept {
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == name) return static_cast<Level>(i);
  }
  return std::nullopt;
}

Result<ExtendedDocument> extend(const ExtendRequest& request, const Environment& environment) {
  return raise_levels(request, environment, std::nullopt);
}

}  // namespace antin::signer
