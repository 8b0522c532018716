#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "certs/core/time.h"
#include "certs/trust_store.h"

namespace antin::service {

/// One certificate of a trust folder.
struct TrustEntry {
  certs::Certificate certificate;
  std::string file;                          ///< name in the folder
  bool alone;                                ///< nothing else stands in that file
  std::optional<certs::TrustAnchor> anchor;  ///< nullopt: an intermediate
};

/// All certificates of a folder in the order of its files; test certificates are shown too. Fails
/// as read_file() and certs::load_trust_store() do.
Result<std::vector<TrustEntry>> read_trust_folder(const std::string& folder);

/// kTrustPresent
Error already_there(const certs::Certificate& certificate, const std::string& file);

/// One certificate to be added.
struct TrustAddition {
  certs::Certificate certificate;
  bool anchor = false;
  std::set<certs::Purpose> purposes = {};  ///< empty: all; of anchors only
  std::optional<UtcTime> from = {};
  std::optional<UtcTime> until = {};
  std::string confirmed_by = {};  ///< for the log: "fingerprint", "terminal", "" for intermediates
};

/// Adds and removes certificates of one folder. Each change is written to trust.log in the folder,
/// before it is made, with the time and the user; one process changes a folder at a time.
class TrustFolder {
 public:
  TrustFolder(std::string folder, const Clock& clock) : folder_(std::move(folder)), clock_(clock) {}

  /// All of them, or nothing when the folder with them would not load. Makes the folder when there
  /// is none. Fails with kTrustFolder, kTrustPresent, and as certs::load_trust_store() does.
  Status add(const std::vector<TrustAddition>& additions, certs::TestPki test_pki);
  /// Fails with kTrustAbsent, kTrustShared, kTrustFolder. Returns what was removed.
  Result<certs::Certificate> remove(const Bytes& sha256);

 private:
  Status write(const TrustAddition& addition);

  std::string folder_;
  const Clock& clock_;
};

/// "sign" and so on, in the order of the enumeration.
std::vector<std::string> purpose_names(const std::set<certs::Purpose>& purposes);
/// The file that says how far `addition` is trusted; "" when there is nothing to say.
std::string trust_toml(const TrustAddition& addition);

}  // namespace antin::service
