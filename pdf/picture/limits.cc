#include "pdf/picture/limits.h"

#include <algorithm>

namespace antin::pdf::picture {

NoiseLimits learn_limits(const Cells<float>& differences, const Cells<std::uint8_t>& activity,
                         const NoiseRule& rule, std::size_t every) {
  constexpr std::size_t kFewest = 60;
  std::array<std::vector<float>, NoiseLimits::kClasses> classes;
  for (std::size_t i = 0; i < differences.values.size(); i += every) {
    classes[activity.values[i] / 32U].push_back(differences.values[i]);
  }
  NoiseLimits limits;
  float below = 0;
  for (std::size_t i = 0; i < classes.size(); ++i) {
    auto& values = classes[i];
    float noise = below;
    if (values.size() >= kFewest) {
      const auto rank = static_cast<std::ptrdiff_t>(rule.share * static_cast<float>(values.size()));
      std::nth_element(values.begin(), values.begin() + rank, values.end());
      noise = values[static_cast<std::size_t>(rank)];
    }
    // A class with few cells borrows from the quieter one; more strokes never mean less noise.
    noise = std::max(noise, below);
    below = noise;
    const float least = i == 0 ? rule.least_blank : rule.least_written;
    limits.limit[i] = std::clamp(rule.times * noise, least, rule.most);
    limits.noise = noise;
  }
  return limits;
}

}  // namespace antin::pdf::picture
