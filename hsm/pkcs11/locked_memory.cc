#include "hsm/pkcs11/locked_memory.h"

#include <algorithm>
#include <sys/mman.h>

#include <openssl/crypto.h>

namespace antin::hsm {

Result<LockedMemory> LockedMemory::allocate() {
  void* const page =
      ::mmap(nullptr, kCapacity, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED)
    return make_error(Code::kTokenFailed, "mmap a page for a PIN", {{"reason", "mmap"}});
  LockedMemory memory{static_cast<std::uint8_t*>(page)};
  if (::mlock(page, kCapacity) != 0)
    return make_error(Code::kTokenFailed, "lock a page for a PIN: RLIMIT_MEMLOCK is too low",
                      {{"reason", "mlock"}});
  ::madvise(page, kCapacity, MADV_DONTDUMP);
  ::madvise(page, kCapacity, MADV_WIPEONFORK);
  return memory;
}

LockedMemory::LockedMemory(LockedMemory&& other) noexcept
    : page_(std::exchange(other.page_, nullptr)), size_(std::exchange(other.size_, 0)) {}

LockedMemory& LockedMemory::operator=(LockedMemory&& other) noexcept {
  std::swap(page_, other.page_);
  std::swap(size_, other.size_);
  return *this;
}

LockedMemory::~LockedMemory() {
  if (page_ == nullptr) return;
  wipe();
  ::munmap(page_, kCapacity);
}

void LockedMemory::wipe() noexcept {
  if (page_ != nullptr) OPENSSL_cleanse(page_, kCapacity);
  size_ = 0;
}

Result<LockedMemory> locked(Secret secret) {
  if (secret.size() > 255) return make_error(Code::kTokenPinRefused, "PIN of more than 255 octets");
  ANTIN_TRY(auto memory, LockedMemory::allocate());
  const auto octets = secret.reveal();
  std::copy(octets.begin(), octets.end(), memory.data());
  memory.set_size(octets.size());
  return memory;
}

}  // namespace antin::hsm
