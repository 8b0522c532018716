#include <cstdint>

#include "service/antind/case_facts.h"
#include "tests/fuzz/require.h"

// Property: what was taken of a client's facts is taken again without a change.
// NOLINTNEXTLINE(readability-identifier-naming): the name that libFuzzer calls
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using nlohmann::json;
  namespace service = antin::service;
  const auto given = json::parse(data, data + size, nullptr, false);
  if (given.is_discarded()) return 0;
  const auto state = antin::casework::State::kReceived;
  const auto first = service::merge_facts(json::object(), given, state);
  if (!first) return 0;
  const auto again = service::merge_facts(first.value(), first.value(), state);
  antin::fuzz::require(again && again.value() == first.value());
  // Once there is a number nothing changes what is there.
  const auto later =
      service::merge_facts(first.value(), first.value(), antin::casework::State::kReleased);
  antin::fuzz::require(later && later.value() == first.value());
  static_cast<void>(service::needs_in(first.value()));
  return 0;
}
