#pragma once

#include <optional>
#include <string>
#include <vector>

#include <p11-kit/pkcs11.h>

#include "certs/core/bytes.h"
#include "hsm/pkcs11/module.h"
#include "hsm/pkcs11/sessions.h"
#include "hsm/pkcs11/wire.h"

namespace antin::hsm {

/// What a private key's handle is looked up by; absent matches anything.
struct KeySelector {
  std::optional<std::string> label;
  std::optional<Bytes> id;
};

/// Handles of the private keys that `selector` names and that may sign.
Outcome<std::vector<CK_OBJECT_HANDLE>> find_private_keys(const Session& session,
                                                         const KeySelector& selector);

/// Reads a key's traits and its token's mechanisms.
Outcome<KeyTraits> read_traits(const Session& session, CK_OBJECT_HANDLE key);

/// The public key beside an Ed25519 private key: of the public key object with the same CKA_ID.
/// Empty when there is none, or more than one.
Bytes read_ed25519_point(const Session& session, CK_OBJECT_HANDLE key);

/// Keys and certificates that `session` shows, each key with the certificates that hold its public
/// key. The public key is known from the modulus or from a public key object with the same CKA_ID;
/// a certificate with the key's CKA_ID but another public key is not its certificate. When the
/// token tells no public key, CKA_ID decides.
Outcome<wire::TokenObjects> read_objects(const Session& session, const KeySelector& selector);

}  // namespace antin::hsm
