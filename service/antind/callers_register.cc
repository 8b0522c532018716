#include "service/antind/callers_register.h"

#include <algorithm>

namespace antin::service {

bool CallersRegister::is_in_its_books(const StoredOriginal& original) const {
  if (caller_.units.empty()) return true;
  if (original.entry) return caller_.units.count(original.entry->unit_code) != 0;
  return original.owner == caller_.key_id;
}

bool CallersRegister::sees(const StoredOriginal& original) const {
  return caller_.scopes.count(Scope::kOriginals) != 0 && is_in_its_books(original);
}

Status CallersRegister::may_write(const std::string& unit_code) const {
  if (caller_.units.empty() || caller_.units.count(unit_code) != 0) return Done{};
  return make_error(Code::kKeyUnit, unit_code);
}

Result<std::optional<StoredOriginal>> CallersRegister::original(const std::string& id) const {
  ANTIN_TRY(auto found, store_.original(id));
  if (found && !is_in_its_books(*found)) found.reset();
  return found;
}

Result<std::vector<StoredOriginal>> CallersRegister::originals_with(const Bytes& sha256) const {
  ANTIN_TRY(auto found, store_.originals_with(sha256));
  std::erase_if(found, [this](const auto& one) { return !is_in_its_books(one); });
  return found;
}

Result<std::vector<StoredOriginal>> CallersRegister::originals_numbered(
    const std::string& number, const std::string& book, const std::string& unit) const {
  ANTIN_TRY(auto found, store_.originals_numbered(number, book, unit));
  std::erase_if(found, [this](const auto& one) { return !is_in_its_books(one); });
  return found;
}

Result<StoredOriginal> CallersRegister::add_original(StoredOriginal original, bool& fresh) const {
  if (original.entry) ANTIN_CHECK(may_write(original.entry->unit_code));
  ANTIN_TRY(const auto there, store_.originals_with(original.sha256));
  // The same octets in a book of another unit: a second entry would be refused in any case, and
  // the answer must not show the first.
  for (const auto& one : there) {
    if (one.sha256 == original.sha256 && !is_in_its_books(one))
      return make_error(Code::kKeyUnit, one.id);
  }
  ANTIN_TRY(auto kept, store_.add_original(std::move(original), fresh));
  if (!is_in_its_books(kept)) return make_error(Code::kKeyUnit, kept.id);
  return kept;
}

Result<StoredOriginal> CallersRegister::decide(const std::string& id,
                                               const StoredDecision& decision) const {
  ANTIN_TRY(const auto found, original(id));
  if (!found) return make_error(Code::kOriginalUnknown, id);
  return store_.decide(id, decision);
}

Result<std::vector<StoredOriginal>> CallersRegister::public_originals_signed_as(
    const std::vector<Bytes>& digests) const {
  return store_.originals_signed_as(digests);
}

Result<std::optional<StoredOriginal>> CallersRegister::public_original_with_code(
    const std::string& code) const {
  return store_.original_with_code(code);
}

}  // namespace antin::service
