#pragma once

#include <string>

#include "certs/core/error.h"

namespace antin::service {

/// One antind per folder whose database is SQLite: two would take each other's jobs. Commands of
/// the operator need none. Held until it goes, also when its process is killed.
class ServiceLock {
 public:
  /// Fails with kStoreInUse ({file}), kStoreFailed.
  static Result<ServiceLock> take(const std::string& folder);
  ServiceLock(ServiceLock&& other) noexcept;
  ServiceLock& operator=(ServiceLock&&) = delete;
  ServiceLock(const ServiceLock&) = delete;
  ServiceLock& operator=(const ServiceLock&) = delete;
  ~ServiceLock();

 private:
  explicit ServiceLock(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace antin::service
