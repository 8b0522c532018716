#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "certs/certificate.h"
#include "hsm/key_holder.h"
#include "hsm/pkcs11/pkcs11_key_holder.h"
#include "service/cli/args.h"

namespace antin::service {

/// The options that name modules, keys and PINs, for a CommandSpec.
std::vector<OptionSpec> module_options();  ///< --module
std::vector<OptionSpec> key_options();     ///< --key … --p12, --cert, --pin-source

/// A key ready to sign with.
struct KeyChoice {
  std::unique_ptr<hsm::KeyHolder> holder;
  hsm::TokenKey key;
  certs::Certificate certificate;
  std::vector<certs::Certificate> others;  ///< from the token, the PKCS#12 file or --cert
  bool development = false;                ///< a key from a file (kDevelopmentKey)
};

/// --module, else module-path of the --key URI, else the lines of /etc/antin/modules ('#' starts a
/// comment). Fails with kNoModule. `arguments` must know --key.
Result<std::vector<std::string>> module_paths(const Arguments& arguments);
/// `signature_pins`: for keys that want a PIN per signature; outlives the holder.
Result<std::unique_ptr<hsm::Pkcs11KeyHolder>> open_modules(const std::vector<std::string>& modules,
                                                           hsm::PinSource& signature_pins);
/// The query behind --key, --cert-sha256, --key-id, --key-label. Fails with kCliBadValue.
Result<hsm::KeyQuery> key_query(const Arguments& arguments);

/// Finds the key, its certificate and what stands beside it; does not log in when that can be
/// avoided. `before_login` is asked as soon as the certificate is known, and, unless the token
/// hides even certificates until the login, before any PIN is (S-04).
using CertificateGate =
    std::function<Status(const certs::Certificate&, const std::vector<certs::Certificate>&)>;
Result<KeyChoice> choose_key(const Arguments& arguments, hsm::PinSource& pins,
                             const CertificateGate& before_login);
/// The same for keys on tokens only, for commands without --p12 and --cert; `given`: certificates
/// from elsewhere.
Result<KeyChoice> choose_token_key(const Arguments& arguments, hsm::PinSource& pins,
                                   const std::vector<certs::Certificate>& given,
                                   const CertificateGate& before_login);

}  // namespace antin::service
