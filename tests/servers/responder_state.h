#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "certs/certificate.h"
#include "certs/ossl/handles.h"
#include "tests/servers/responder.h"

namespace antin::testpki {

struct Identity {
  certs::Certificate certificate;
  ossl::PublicKeyPtr key;
};

struct Responder::State {
  std::filesystem::path pki;
  std::map<std::string, Identity> identities;  ///< by file name, without suffix

  const Identity* find(const std::string& name) const {
    const auto found = identities.find(name);
    return found == identities.end() ? nullptr : &found->second;
  }
  /// Who issued `certificate`, by name and key: several CAs may share a name.
  const Identity* issuer_of(const certs::Certificate& certificate) const {
    for (const auto& [name, identity] : identities) {
      if (X509_check_issued(identity.certificate.x509(), certificate.x509()) == X509_V_OK &&
          X509_verify(certificate.x509(), identity.key.get()) == 1)
        return &identity;
    }
    return nullptr;
  }
};

/// The library's complaint under the name of what was being made.
Error failed(const char* doing);

}  // namespace antin::testpki
