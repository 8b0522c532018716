#include "service/antind/sha256.h"

#include <Poco/SHA2Engine.h>

namespace antin::service {

Bytes sha256(std::initializer_list<ByteView> parts) {
  Poco::SHA2Engine engine(Poco::SHA2Engine::SHA_256);
  for (const auto& part : parts) {
    // Its length argument is 32 bits wide on the way down.
    constexpr std::size_t kAtOnce = 1U << 24U;
    for (std::size_t at = 0; at < part.size(); at += kAtOnce) {
      const auto piece = part.subspan(at, std::min(kAtOnce, part.size() - at));
      engine.update(piece.data(), piece.size());
    }
  }
  const auto& digest = engine.digest();
  return {digest.begin(), digest.end()};
}

}  // namespace antin::service
