// What decodes encodes to the same octets: nothing is skipped and nothing has two forms.

#include <algorithm>
#include <cstdlib>

#include "hsm/pkcs11/wire.h"

namespace {

namespace wire = antin::hsm::wire;

void same(const antin::Bytes& frame, antin::ByteView body) {
  const auto again = antin::ByteView{frame}.subspan(wire::kHeaderOctets);
  if (!std::equal(again.begin(), again.end(), body.begin(), body.end())) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const antin::ByteView body{data + 1, size - 1};
  switch (data[0] % 7) {
    case 0:
      if (const auto read = wire::decode_request(wire::Type::kSign, body))
        same(wire::encode(read.value(), 1), body);
      break;
    case 1:
      if (const auto read = wire::decode_request(wire::Type::kLogin, body))
        same(wire::encode(read.value(), 1), body);
      break;
    case 2:
      if (const auto read = wire::decode_tokens(body))
        same(wire::encode_tokens(read.value(), 1), body);
      break;
    case 3:
      if (const auto read = wire::decode_keys(body)) same(wire::encode_keys(read.value(), 1), body);
      break;
    case 4:
      if (const auto read = wire::decode_state(body))
        same(wire::encode_state(read.value(), 1), body);
      break;
    case 5:
      if (const auto read = wire::decode_signature(body))
        same(wire::encode_signature(read.value(), 1), body);
      break;
    default:
      if (const auto read = wire::decode_failure(body))
        same(wire::encode_failure(read.value(), 1), body);
  }
  return 0;
}
