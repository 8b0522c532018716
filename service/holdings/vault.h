#pragma once

#include <string>
#include <string_view>

#include "certs/core/bytes.h"
#include "certs/core/error.h"
#include "certs/core/random.h"
#include "service/store/sealing.h"
#include "service/store/store.h"

namespace antin::holdings {

/// Identifiers of holders: found by a keyed hash, kept encrypted. Both keys come from one secret of
/// 32 random octets that the store keeps as it keeps documents: under its master key when it has
/// one, outside the database in any case. Whoever has only the database cannot tell who a row is
/// about by trying the identifiers that there are. Thread-safe.
class Vault {
 public:
  /// Makes the secret the first time. Fails as the store does.
  static Result<Vault> open(service::Store& store, RandomSource& random);

  /// Of an identifier as digitise::holder_id() gives it.
  Bytes hash(std::string_view holder_id) const;
  /// `row`: id of the row that it is for; it opens for no other.
  Result<Bytes> seal(std::string_view holder_id, const std::string& row) const;
  /// Fails with kStoreKeyWrong.
  Result<std::string> open_id(ByteView sealed, const std::string& row) const;

 private:
  Vault(service::SecretBytes find, service::SecretBytes seal)
      : find_(std::move(find)), seal_(std::move(seal)) {}
  service::SecretBytes find_, seal_;
};

}  // namespace antin::holdings
