#pragma once

#include <cstdint>
#include <string>
#include <sys/types.h>
#include <vector>

#include "certs/core/error.h"

namespace antin::service::setup {

/// What an administrator should know about an installation.
struct Problem {
  /// kStops: a secret is exposed, or the program cannot start or would judge by what others can
  /// change. kWarns: it works, for now or in part.
  enum class Weight : std::uint8_t { kWarns, kStops };
  Error error;
  Weight weight = Weight::kStops;
};
using Problems = std::vector<Problem>;

/// Who will use the files, which need not be who asks.
struct Account {
  std::string name;
  uid_t user = 0;
  std::vector<gid_t> groups;

  /// Fails with kSetupUserUnknown ({user}, {key}) when there is none, and for root.
  static Result<Account> named(const std::string& user, const std::string& key);
  static Account own();
};

/// What a path of the configuration is for.
enum class Use : std::uint8_t {
  kFile,       ///< read; may not be changed by others
  kSecret,     ///< read by nobody else either
  kFolder,     ///< read with the files in it; none may be changed by others
  kOwnFolder,  ///< written; made at start when its parent allows it
  kSocket      ///< connected to; not by everybody
};
struct NamedPath {
  std::string key;  ///< "verify.trust"
  std::string path;
  Use use = Use::kFile;
};

/// Where the file of a systemd credential comes from: /run/credentials/UNIT.service/secret_NAME is
/// there only while the unit runs. Any other path is returned as it is.
std::string source_of_credential(const std::string& path);

/// Whether `path` is in `folder`, as they are written.
bool lies_in(const std::string& path, const std::string& folder);

/// Looks at the path, its folder and what it is; adds what is wrong with it.
void check_path(const NamedPath& named, const Account& account, Problems& problems);

}  // namespace antin::service::setup
