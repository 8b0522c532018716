#include <cstdint>
#include <cstdlib>

#include "certs/core/bytes.h"
#include "service/layout/layout.h"

// Property: a template is taken whole or refused with a code of its own, and what has been read can
// be filled: every placeholder in it is one that it declares.
// NOLINTNEXTLINE(readability-identifier-naming): the name that libFuzzer calls
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace layout = antin::service::layout;
  using antin::Code;
  const auto read = layout::read_layout(antin::as_text({data, size}));
  if (!read) {
    switch (read.error().code) {
      case Code::kConfigUnreadable:
      case Code::kConfigUnknownKey:
      case Code::kConfigValue:
      case Code::kConfigSchema:
      case Code::kLayoutTemplate:
      case Code::kLayoutPlaceholder:
      case Code::kResourceLimit:
        return 0;
      default:
        std::abort();
    }
  }
  layout::Data values;
  for (const auto& wanted : read.value().values) {
    using Form = layout::Wanted::Form;
    values.values[wanted.name] = wanted.form == Form::kDay       ? "2026-11-21"
                                 : wanted.form == Form::kInstant ? "2026-11-21T09:05"
                                                                 : "a";
  }
  const auto filled = layout::filled(read.value(), values, {});
  // A day may be longer than the template lets it be.
  if (!filled && filled.error().code != Code::kLayoutValueTooLong) std::abort();
  return 0;
}
