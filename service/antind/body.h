#pragma once

#include <cstddef>

#include "certs/core/bytes.h"
#include "certs/core/error.h"
#include "service/ipc/descriptor.h"

namespace antin::service {

/// A request's content while it arrives: in memory while small, in a memfd beyond, so that it can
/// be handed to a worker without a copy.
class Body {
 public:
  static constexpr std::size_t kSpoolFrom = 1U << 20U;

  /// Fails with kIpcFailed (no memory for a memfd).
  Status append(ByteView octets);
  std::size_t size() const noexcept { return size_; }
  /// No more octets come. Afterwards view() and shared() work. Fails with kIpcFailed.
  Status finish();
  const SharedBytes& octets() const noexcept { return octets_; }

 private:
  std::size_t size_ = 0;
  Bytes memory_;
  Descriptor memfd_;
  SharedBytes octets_;
};

}  // namespace antin::service
