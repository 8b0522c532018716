#include "service/antind/inspected.h"

#include <utility>

namespace antin::service {
namespace {
constexpr std::size_t kDigestOctets = 32;  // SHA-256
}

Status take_inspected(const cbor::Value& body, std::optional<StoredEntry>& entry,
                      StoredOriginal& original) {
  const auto within = [&](std::int64_t octets) {
    return octets >= 0 && static_cast<std::uint64_t>(octets) <= original.size;
  };
  ANTIN_TRY(const auto revisions, cbor::array_at(body, "revisions"));
  original.revisions.reserve(revisions.size());
  std::int64_t last = 0;
  for (const auto& revision : revisions) {
    ANTIN_TRY(const auto end, cbor::integer_at(revision, "end"));
    ANTIN_TRY(auto digest, cbor::bytes_at(revision, "sha256"));
    if (end <= last || !within(end) || digest.size() != kDigestOctets)
      return make_error(Code::kIpcMalformed, "revisions");
    last = end;
    original.revisions.push_back({static_cast<std::size_t>(end), std::move(digest)});
  }
  ANTIN_TRY(const auto signed_end, cbor::integer_at(body, "signed_end"));
  if (!within(signed_end)) return make_error(Code::kIpcMalformed, "signed_end");
  original.signed_end = static_cast<std::size_t>(signed_end);
  if (!entry) return Done{};
  ANTIN_TRY(const auto pages, cbor::integer_at(body, "pages"));
  // A page takes more than an octet.
  if (!within(pages)) return make_error(Code::kIpcMalformed, "pages");
  entry->pages = static_cast<std::size_t>(pages);
  for (const auto& [key, list] :
       {std::pair{"officers", &entry->officers}, std::pair{"agencies", &entry->agencies}}) {
    ANTIN_TRY(const auto digests, cbor::array_at(body, key));
    for (const auto& digest : digests) {
      if (digest.bytes() == nullptr || digest.bytes()->size() != kDigestOctets)
        return make_error(Code::kIpcMalformed, key);
      list->push_back(*digest.bytes());
    }
  }
  return Done{};
}

}  // namespace antin::service
