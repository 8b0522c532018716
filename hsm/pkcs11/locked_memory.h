#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include "certs/core/bytes.h"
#include "certs/core/error.h"
#include "certs/core/secret.h"

namespace antin::hsm {

/// A page for one PIN: never swapped, in no core dump, not inherited by fork, wiped when it goes.
/// Moved, never copied.
class LockedMemory {
 public:
  static constexpr std::size_t kCapacity = 4096;

  /// Fails with kTokenFailed when the page cannot be locked (RLIMIT_MEMLOCK).
  static Result<LockedMemory> allocate();
  LockedMemory(LockedMemory&& other) noexcept;
  LockedMemory& operator=(LockedMemory&& other) noexcept;
  LockedMemory(const LockedMemory&) = delete;
  LockedMemory& operator=(const LockedMemory&) = delete;
  ~LockedMemory();

  std::uint8_t* data() noexcept { return page_; }
  std::size_t size() const noexcept { return size_; }
  /// `size` octets of data() are the secret now; at most kCapacity.
  void set_size(std::size_t size) noexcept { size_ = size < kCapacity ? size : kCapacity; }
  bool empty() const noexcept { return size_ == 0; }
  /// Valid until *this is moved from, wiped or destroyed. Do not copy it.
  ByteView reveal() const noexcept { return {page_, size_}; }
  void wipe() noexcept;

 private:
  explicit LockedMemory(std::uint8_t* page) : page_(page) {}
  std::uint8_t* page_ = nullptr;
  std::size_t size_ = 0;
};

/// Moves `secret` into a locked page and wipes it where it was. Fails with kTokenFailed, and with
/// kTokenPinRefused beyond 255 octets (no token takes such a PIN).
Result<LockedMemory> locked(Secret secret);

}  // namespace antin::hsm
