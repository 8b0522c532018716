#pragma once

#include <cstddef>
#include <string_view>
#include <utility>

#include "certs/core/bytes.h"

namespace antin {

/// A PIN or password: moved, never copied, overwritten when it goes, not printable.
/// Holds octets; whoever needs them locked in memory (hsm/pkcs11) locks their page.
class Secret {
 public:
  Secret() = default;
  explicit Secret(Bytes&& octets) : octets_(std::move(octets)) { octets.clear(); }
  Secret(Secret&& other) noexcept : octets_(std::exchange(other.octets_, {})) {}
  Secret& operator=(Secret&& other) noexcept {
    if (this != &other) {
      wipe();
      octets_ = std::exchange(other.octets_, {});
    }
    return *this;
  }
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret() { wipe(); }

  bool empty() const noexcept { return octets_.empty(); }
  std::size_t size() const noexcept { return octets_.size(); }
  /// Valid until *this is moved from, wiped or destroyed. Do not copy it.
  ByteView reveal() const noexcept { return octets_; }

  void wipe() noexcept {
    // volatile, so that the store is not removed as dead.
    volatile std::uint8_t* octet = octets_.data();
    for (std::size_t i = 0; i < octets_.size(); ++i) octet[i] = 0;
    octets_.clear();
  }

 private:
  Bytes octets_;
};

}  // namespace antin
