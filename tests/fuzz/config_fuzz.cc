#include <cstdint>
#include <cstdlib>

#include "certs/core/bytes.h"
#include "service/antind/config.h"

// Property: a configuration is taken whole or refused with one of its own codes; nothing escapes.
// NOLINTNEXTLINE(readability-identifier-naming): the name that libFuzzer calls
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto config = antin::service::read_config(antin::as_text({data, size}));
  if (config) {
    if (config.value().store.folder.empty()) std::abort();
    return 0;
  }
  switch (config.error().code) {
    case antin::Code::kConfigUnreadable:
    case antin::Code::kConfigUnknownKey:
    case antin::Code::kConfigValue:
    case antin::Code::kConfigSchema:
    case antin::Code::kConfigUnsafe:
      return 0;
    default:
      std::abort();
  }
}
