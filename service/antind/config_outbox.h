#pragma once

#include <vector>

#include "service/outbox/target.h"
#include "service/settings/section.h"

namespace antin::service {

/// [[outbox.target]]. Fails with kConfigValue, kConfigUnsafe, kConfigUnknownKey.
Status read_targets(std::vector<settings::Section> sections, std::vector<outbox::Target>& targets);

}  // namespace antin::service
