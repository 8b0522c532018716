// What is accepted is one DER SET that holds a message digest; no proper prefix of it is accepted.

#include <cstdlib>

#include "hsm/signed_attributes.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const antin::ByteView input{data, size};
  const auto read = antin::hsm::parse_signed_attributes(input);
  if (!read) return 0;
  if (data[0] != 0x31 || read.value().message_digest.size() < 32) std::abort();
  if (antin::hsm::parse_signed_attributes(input.first(size - 1))) std::abort();
  return 0;
}
