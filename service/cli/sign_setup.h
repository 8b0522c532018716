#pragma once

#include <optional>
#include <string>
#include <vector>

#include "certs/certificate.h"
#include "certs/trust_store.h"
#include "pdf/write/appearance.h"
#include "service/cli/args.h"
#include "signer/pades.h"

namespace antin::service {

/// What sign and prepare have in common: everything but the key.
struct SignSetup {
  signer::Level level = signer::Level::kB;
  signer::WithoutTimestamp without_timestamp = signer::WithoutTimestamp::kFail;
  enum class Role { kPerson, kAgency };
  Role role = Role::kPerson;
  std::optional<pdf::Appearance> appearance;
  std::string reason, location, title, field;
  std::optional<pdf::DocMdp> certify;
  bool visible_when_certified = false;
  std::string password;
  bool cms_signing_time = false;
  std::optional<DigestAlgorithm> digest;  ///< nullopt: what suits the key
  enum class Padding { kPkcs1, kPss, kAuto };
  Padding padding = Padding::kPkcs1;
  std::optional<certs::TrustStore> trust;
  std::vector<certs::Crl> crls;
  bool accept_unknown_revocation = false;
  bool accept_broken_input = false;
};

/// The options behind it, for a CommandSpec.
std::vector<OptionSpec> setup_options();
Result<SignSetup> read_setup(const Arguments& arguments);

/// The check of S-04 as `setup` wants it; points into `setup`.
signer::CertificateCheck certificate_check(const SignSetup& setup);

/// Scheme for a key; `offered`: what the token says the key can do, empty when not known. Fails
/// with kTokenMechanism, kSchemeDoesNotFit.
Result<SignatureScheme> choose_scheme(const SignSetup& setup, const certs::Certificate& certificate,
                                      const std::vector<SignatureScheme>& offered);

/// Certificates to embed beside the signer's: the path to the anchor when there is one, else the
/// candidates.
std::vector<certs::Certificate> choose_chain(const SignSetup& setup,
                                             const certs::Certificate& certificate,
                                             const std::vector<certs::Certificate>& candidates,
                                             UtcTime now);

/// Everything but the document; points into `setup`.
signer::SignRequest make_request(const SignSetup& setup, const certs::Certificate& certificate,
                                 std::vector<certs::Certificate> chain, SignatureScheme scheme);

}  // namespace antin::service
