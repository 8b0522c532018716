#include <algorithm>
#include <cstdint>
#include <optional>

#include "service/courier/couriers.h"
#include "service/net/http_reader.h"
#include "tests/fuzz/require.h"

namespace {

using antin::fuzz::require;

// Whether a receiver that answers so has taken what was sent; nothing when that is no answer.
std::optional<bool> has_it(antin::ByteView octets, std::size_t step) {
  constexpr int kFirstGood = 200, kFirstOther = 300;
  antin::service::HttpReader reader(antin::courier::kMostAnswer);
  while (!octets.empty()) {
    const auto count = std::min(step, octets.size());
    if (!reader.feed(octets.first(count))) return std::nullopt;
    octets = octets.subspan(count);
  }
  if (!reader.complete() && !reader.end()) return std::nullopt;
  const auto answer = reader.take_response();
  require(answer.body.size() <= antin::courier::kMostAnswer);
  const auto taken = antin::courier::taken(answer, {.name = "cong", .purpose = {}, .url = "u"});
  require(static_cast<bool>(taken) == (answer.status >= kFirstGood && answer.status < kFirstOther));
  if (!taken) {
    require(taken.error().code == antin::Code::kOutboxAnswered);
    require(taken.error().params.size() == 2);
  }
  return static_cast<bool>(taken);
}

}  // namespace

// What a receiver of callbacks and documents answers. Property: only a whole, well-formed answer
// with 2xx means that it has them, no redirect does, and how the octets arrive changes nothing.
// NOLINTNEXTLINE(readability-identifier-naming): the name that libFuzzer calls
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const antin::ByteView octets(data, size);
  require(has_it(octets, size == 0 ? 1 : size) == has_it(octets, 1));
  return 0;
}
