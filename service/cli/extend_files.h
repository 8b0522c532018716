#pragma once

#include <string>
#include <vector>

#include "service/cli/proof_setup.h"
#include "signer/cades.h"
#include "signer/extend.h"
#include "verifier/verify.h"

namespace antin::service {

/// What every file of one `antin extend` has in common.
struct ExtendSetup : ProofSetup {
  signer::Level target = signer::Level::kLT;
  signer::Renewal renewal = signer::Renewal::kWhenDue;
  signer::ProofMaterial::Freshness freshness = signer::ProofMaterial::Freshness::kPrefer;
  std::string password;
  std::string content;  ///< of a .p7s; "": its name without the suffix
};

/// What became of one file: octets = original ++ tail; of a .p7s `tail` alone.
struct ExtendedFile {
  SharedBytes original;
  Bytes tail;
  bool changed = false;
  signer::Level level = signer::Level::kB;
  std::vector<signer::FieldLevel> fields;
  std::optional<UtcTime> renew_before;  ///< B-LTA only
  Findings warnings;
};

/// Reads a file, raises its level, and has antin's own verifier look at it before and after.
class FileExtender {
 public:
  /// Both outlive this.
  FileExtender(const ExtendSetup& setup, signer::Environment environment)
      : setup_(setup), environment_(environment) {}

  /// Fails with kExtendInputBroken, kExtendWouldBreak, kDetachedContentNeeded, and as
  /// signer::extend() and signer::extend_detached() do.
  Result<ExtendedFile> extend(const std::string& path) const;

 private:
  Result<ExtendedFile> extend_pdf(const SharedBytes& document) const;
  Result<ExtendedFile> extend_detached(const std::string& path, const SharedBytes& signature) const;
  signer::ProofMaterial proof() const;
  verifier::Input input(const SharedBytes& document) const;
  Status judge(const SharedBytes& document, Code broken) const;
  Status judge_detached(const SharedBytes& content, const Bytes& signature, Code broken) const;

  const ExtendSetup& setup_;
  signer::Environment environment_;
};

}  // namespace antin::service
