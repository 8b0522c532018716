#pragma once

#include <string>
#include <vector>

#include "hsm/pkcs11/locked_memory.h"
#include "hsm/pkcs11/pkcs11_key_holder.h"
#include "service/ipc/descriptor.h"
#include "service/tokend/config.h"

namespace antin::service {

/// The PINs that the configuration has at the start; empty where `antin unlock` shall bring one.
/// `credentials`: the value of $CREDENTIALS_DIRECTORY, "" for none. Fails with
/// kTokendCredentialMissing, kTokenPinFileUnsafe, kFileUnreadable, kNoTerminal, kCancelled.
Result<std::vector<hsm::UnattendedPin>> pins_at_start(const TokendConfig& config,
                                                      const std::string& credentials);

/// Moves a PIN from a memfd into a locked page and overwrites the memfd. Fails with kIpcMalformed
/// for none or more than 255 octets, and for what is no memfd.
Result<hsm::LockedMemory> pin_from_memfd(const Descriptor& memfd);

}  // namespace antin::service
