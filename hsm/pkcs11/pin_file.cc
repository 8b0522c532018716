#include <array>
#include <fcntl.h>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "hsm/pkcs11/descriptor.h"
#include "hsm/pkcs11/pkcs11_key_holder.h"

namespace antin::hsm {

std::string child_program_beside_this() {
  std::array<char, 4096> path{};
  const auto octets = ::readlink("/proc/self/exe", path.data(), path.size() - 1);
  std::string program{path.data(), octets > 0 ? static_cast<std::size_t>(octets) : 0};
  return program.substr(0, program.rfind('/') + 1) + "antin-pkcs11";
}

Result<Secret> read_pin_file(const std::string& path) {
  // O_NONBLOCK: a FIFO must not keep us waiting before it is refused.
  const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)};
  if (!file) return make_error(Code::kFileUnreadable, "open PIN file", {{"file", path}});
  struct stat kind {};
  // systemd hands a credential of root's to a service by an ACL, which shows as group permission.
  const bool safe = ::fstat(file.get(), &kind) == 0 && S_ISREG(kind.st_mode) &&
                    (kind.st_mode & S_IRWXO) == 0 &&
                    ((kind.st_mode & S_IRWXG) == 0 ||
                     (kind.st_uid == 0 && ::geteuid() != 0 && (kind.st_mode & S_IWGRP) == 0));
  if (!safe)
    return make_error(Code::kTokenPinFileUnsafe, "mode or kind of the PIN file", {{"file", path}});
  Bytes pin(257);
  const auto octets = ::read(file.get(), pin.data(), pin.size());
  if (octets < 0 || octets == static_cast<ssize_t>(pin.size())) {
    OPENSSL_cleanse(pin.data(), pin.size());
    return make_error(Code::kTokenPinFileUnsafe, "PIN file longer than a PIN", {{"file", path}});
  }
  pin.resize(static_cast<std::size_t>(octets));
  if (!pin.empty() && pin.back() == '\n') pin.pop_back();
  if (!pin.empty() && pin.back() == '\r') pin.pop_back();
  return Secret{std::move(pin)};
}

}  // namespace antin::hsm
