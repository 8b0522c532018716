#include <cstdlib>
#include <optional>

#include "service/net/http_reader.h"

namespace {

using antin::service::HttpReader;

// The response, or nothing when it was refused.
std::optional<antin::HttpResponse> read(antin::ByteView octets, std::size_t step) {
  HttpReader reader(1U << 16U);
  while (!octets.empty()) {
    const auto count = std::min(step, octets.size());
    if (!reader.feed(octets.first(count))) return std::nullopt;
    octets = octets.subspan(count);
  }
  if (!reader.complete() && !reader.end()) return std::nullopt;
  return reader.take_response();
}

}  // namespace

// Property: what is read does not depend on how the octets arrive, and the body keeps its limit.
// NOLINTNEXTLINE(readability-identifier-naming): the name that libFuzzer calls
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const antin::ByteView octets(data, size);
  const auto whole = read(octets, size == 0 ? 1 : size);
  const auto pieces = read(octets, 1);
  if (whole.has_value() != pieces.has_value()) std::abort();
  if (whole && (whole->status != pieces->status || whole->body != pieces->body)) std::abort();
  if (whole && whole->body.size() > (1U << 16U)) std::abort();
  return 0;
}
