#pragma once

#include <optional>
#include <string>
#include <vector>

#include "service/antind/api_keys.h"
#include "service/store/store.h"

namespace antin::service {

/// The originals and entries of the register as one caller may see and change them: the only way
/// from the interface to them. A key that is bound to units sees the books of those units, and of
/// what is in no book what its own system stored; everything else does not exist for it. What
/// everybody may know (vietnam.md V-15), it may know as well: see the two `public_` functions.
class CallersRegister {
 public:
  CallersRegister(Store& store, const Caller& caller) : store_(store), caller_(caller) {}

  Result<std::optional<StoredOriginal>> original(const std::string& id) const;
  Result<std::vector<StoredOriginal>> originals_with(const Bytes& sha256) const;
  Result<std::vector<StoredOriginal>> originals_numbered(const std::string& number,
                                                         const std::string& book,
                                                         const std::string& unit) const;
  /// Fails with kKeyUnit beside what Store::add_original() fails with.
  Result<StoredOriginal> add_original(StoredOriginal original, bool& fresh) const;
  Result<StoredOriginal> decide(const std::string& id, const StoredDecision& decision) const;
  /// Fails with kKeyUnit when the caller may not write in the books of this unit.
  Status may_write(const std::string& unit_code) const;

  /// For everybody, whatever the caller: nothing but public_entry() of them may get out, unless
  /// sees() says so.
  Result<std::vector<StoredOriginal>> public_originals_signed_as(
      const std::vector<Bytes>& digests) const;
  Result<std::optional<StoredOriginal>> public_original_with_code(const std::string& code) const;
  /// Whether the caller may know more of it than everybody: its id, its document. Needs the right
  /// originals.
  bool sees(const StoredOriginal& original) const;

 private:
  bool is_in_its_books(const StoredOriginal& original) const;
  Store& store_;
  const Caller& caller_;
};

}  // namespace antin::service
