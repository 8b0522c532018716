#include "service/store/service_lock.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace antin::service {

Result<ServiceLock> ServiceLock::take(const std::string& folder) {
  const auto path = folder + "/antind.lock";
  ServiceLock lock(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (lock.fd_ < 0)
    return make_error(Code::kStoreFailed, path + ": " + std::generic_category().message(errno));
  if (::flock(lock.fd_, LOCK_EX | LOCK_NB) != 0)
    return make_error(Code::kStoreInUse, path, {{"file", folder}});
  return lock;
}

ServiceLock::ServiceLock(ServiceLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

ServiceLock::~ServiceLock() {
  if (fd_ >= 0) ::close(fd_);
}

}  // namespace antin::service
