#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "certs/certificate.h"
#include "certs/trust_store.h"
#include "pdf/write/appearance.h"
#include "service/cli/args.h"
#include "service/cli/proof_setup.h"
#include "signer/cades.h"
#include "signer/pades.h"
#include "verifier/verify.h"

namespace antin::service {

/// What sign and prepare have in common: everything but the key.
struct SignSetup : ProofSetup {
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
  /// kAuto: PDF as PDF, anything else as a detached .p7s.
  enum class Format { kAuto, kPades, kCades };
  Format format = Format::kAuto;
  bool accept_unknown_revocation = false;
  /// S-18: warnings alone without --policy.
  pdf::HygienePolicy hygiene = pdf::HygienePolicy::telling();
  bool accept_broken_input = false;
};

/// The options behind it, for a CommandSpec.
std::vector<OptionSpec> setup_options();
Result<SignSetup> read_setup(const Arguments& arguments);

/// Does the name end so? `suffix` in lower case, with its dot; the name in any case.
bool has_suffix(const std::string& path, std::string_view suffix);
/// Is `output` to be a detached signature of `input` rather than a signed PDF?
bool makes_detached(const SignSetup& setup, const std::string& input, const std::string& output);
/// What a detached signature cannot have. Fails with kPdfOnlyOption.
Status check_detached_options(const Arguments& arguments);

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

/// The same for a detached signature.
signer::DetachedRequest detached_request(const signer::SignRequest& request,
                                         const SharedBytes& content);

}  // namespace antin::service
