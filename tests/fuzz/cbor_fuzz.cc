#include <cstdlib>

#include "service/ipc/cbor.h"

// Property: the format has one sequence of octets per value, so whatever decodes encodes to itself.
// NOLINTNEXTLINE(readability-identifier-naming): the name that libFuzzer calls
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const antin::ByteView octets(data, size);
  const auto value = antin::service::cbor::decode(octets);
  if (value && antin::service::cbor::encode(value.value()) != antin::to_bytes(octets)) std::abort();
  return 0;
}
