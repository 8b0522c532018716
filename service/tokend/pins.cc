#include "service/tokend/pins.h"

#include <array>
#include <fcntl.h>
#include <unistd.h>
#include <utility>

#include "service/system/terminal.h"

namespace antin::service {
namespace {

constexpr std::size_t kMostPin = 255;

Result<Secret> from_credential(const std::string& name, const std::string& folder) {
  const auto path = folder + "/" + name;
  if (folder.empty() || ::access(path.c_str(), F_OK) != 0)
    return make_error(Code::kTokendCredentialMissing, folder.empty() ? "no folder" : path,
                      {{"name", name}});
  return hsm::read_pin_file(path);
}

Result<Secret> pin_of(const TokendConfig::Token& token, const std::string& credentials) {
  switch (token.pin.kind) {
    case PinOrigin::Kind::kTerminal:
      return ask_secret("Mã PIN của thiết bị / PIN of the device " + token.uri + ": ");
    case PinOrigin::Kind::kFile:
      return hsm::read_pin_file(token.pin.where);
    case PinOrigin::Kind::kCredential:
      return from_credential(token.pin.where, credentials);
    case PinOrigin::Kind::kUnlock:
      break;
  }
  return Secret{};
}

}  // namespace

Result<std::vector<hsm::UnattendedPin>> pins_at_start(const TokendConfig& config,
                                                      const std::string& credentials) {
  std::vector<hsm::UnattendedPin> pins;
  pins.reserve(config.tokens.size());
  for (const auto& token : config.tokens) {
    ANTIN_TRY(auto pin, pin_of(token, credentials));
    pins.push_back({.token_uri = token.uri, .pin = std::move(pin)});
  }
  return pins;
}

Result<hsm::LockedMemory> pin_from_memfd(const Descriptor& memfd) {
  const auto malformed = [] { return make_error(Code::kIpcMalformed, "PIN descriptor"); };
  // Only a memfd has seals; a file or a pipe could keep a copy, or keep us waiting.
  if (::fcntl(memfd.get(), F_GET_SEALS) < 0) return malformed();
  ANTIN_TRY(auto page, hsm::LockedMemory::allocate());
  const auto count = ::pread(memfd.get(), page.data(), kMostPin + 1, 0);
  if (count <= 0) return malformed();
  const auto octets = static_cast<std::size_t>(count);
  constexpr std::array<std::uint8_t, kMostPin + 1> kZeros{};
  const bool wiped = ::pwrite(memfd.get(), kZeros.data(), octets, 0) == count;
  if (!wiped || octets > kMostPin) return malformed();
  page.set_size(octets);
  return page;
}

}  // namespace antin::service
