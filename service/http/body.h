#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <utility>

#include "certs/core/bytes.h"
#include "certs/core/error.h"
#include "service/ipc/descriptor.h"

namespace antin::service {

/// Room for the contents of all requests under way together: many clients, each within its own
/// limit, must not be able to fill the memory. Thread-safe.
class BodyBudget {
 public:
  explicit BodyBudget(std::size_t limit) : limit_(limit) {}
  bool take(std::size_t octets) noexcept {
    if (used_.fetch_add(octets) + octets <= limit_) return true;
    used_.fetch_sub(octets);
    return false;
  }
  void give_back(std::size_t octets) noexcept { used_.fetch_sub(octets); }
  std::size_t used() const noexcept { return used_; }

 private:
  const std::size_t limit_;
  std::atomic<std::size_t> used_ = 0;
};

/// What one request has taken from the budget; given back when it goes.
class BodyReservation {
 public:
  BodyReservation() = default;
  explicit BodyReservation(std::shared_ptr<BodyBudget> budget) : budget_(std::move(budget)) {}
  BodyReservation(BodyReservation&& other) noexcept
      : budget_(std::move(other.budget_)), taken_(std::exchange(other.taken_, 0)) {}
  BodyReservation& operator=(BodyReservation&& other) noexcept {
    if (this != &other) {
      release();
      budget_ = std::move(other.budget_);
      taken_ = std::exchange(other.taken_, 0);
    }
    return *this;
  }
  BodyReservation(const BodyReservation&) = delete;
  BodyReservation& operator=(const BodyReservation&) = delete;
  ~BodyReservation() { release(); }
  bool add(std::size_t octets) noexcept {
    if (!budget_) return true;
    if (!budget_->take(octets)) return false;
    taken_ += octets;
    return true;
  }

 private:
  void release() noexcept {
    if (budget_) budget_->give_back(std::exchange(taken_, 0));
  }
  std::shared_ptr<BodyBudget> budget_;
  std::size_t taken_ = 0;
};

/// A request's content while it arrives: in memory while small, in a memfd beyond, so that it can
/// be handed to a worker without a copy.
class Body {
 public:
  static constexpr std::size_t kSpoolFrom = 1U << 20U;

  Body() = default;
  explicit Body(std::shared_ptr<BodyBudget> budget) : reservation_(std::move(budget)) {}
  /// Fails with kHttpBusy (the budget is spent) and kIpcFailed (no memory for a memfd).
  Status append(ByteView octets);
  std::size_t size() const noexcept { return size_; }
  /// No more octets come. Afterwards view() and shared() work. Fails with kIpcFailed.
  Status finish();
  const SharedBytes& octets() const noexcept { return octets_; }

 private:
  BodyReservation reservation_;
  std::size_t size_ = 0;
  Bytes memory_;
  Descriptor memfd_;
  SharedBytes octets_;
};

}  // namespace antin::service
