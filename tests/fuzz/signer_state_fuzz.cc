#include <cstdlib>

#include "certs/core/der.h"
#include "certs/ossl/digest.h"
#include "signer/state.h"

// Property: a state has one encoding, so whatever is read writes itself again. Because a random
// change hardly ever keeps the checksum, it is put right first. The DER reader gets the same
// octets: what it takes must lie inside them. NOLINTNEXTLINE(readability-identifier-naming): the
// name that libFuzzer calls
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const antin::ByteView octets(data, size);
  auto sound = antin::to_bytes(octets);
  if (sound.size() > 34) {
    const auto at = sound.size() - 32;
    const auto checksum = antin::ossl::sha256(antin::ByteView(sound).first(at - 2));
    std::copy(checksum.begin(), checksum.end(), sound.begin() + static_cast<std::ptrdiff_t>(at));
  }
  const auto state = antin::signer::read_state(sound);
  if (state && antin::signer::write_state(state.value()) != sound) std::abort();

  antin::der::Reader reader(octets);
  antin::der::Element element{};
  std::size_t taken = 0;
  while (reader.next(element)) {
    taken += element.whole.size();
    if (element.content.size() >= element.whole.size() || taken > size) std::abort();
  }
  return 0;
}
