#include "hsm/key_holder.h"

#include <utility>

namespace antin::hsm {
namespace {

// What the caller asked for, for the sentence: a URI or label the caller typed, never a PIN
// (URIs that hold one are refused before this).
std::string described(const KeyQuery& query) {
  if (query.uri) return *query.uri;
  if (query.certificate_sha256) return "SHA-256 " + to_hex(*query.certificate_sha256);
  if (query.id) return "CKA_ID " + to_hex(*query.id);
  if (query.label) return *query.label;
  return "*";
}

std::string listed(const std::vector<TokenKey>& keys) {
  std::string text;
  for (const auto& key : keys) {
    if (!text.empty()) text += "; ";
    text += key.label + " (" + key.token.label + ") " + key.uri;
  }
  return text;
}

}  // namespace

Result<TokenKey> find_one(KeyHolder& holder, const KeyQuery& query) {
  ANTIN_TRY(auto keys, holder.keys(query));
  if (keys.empty())
    return make_error(Code::kTokenKeyNotFound, "no key matches", {{"key", described(query)}});
  if (keys.size() > 1)
    return make_error(Code::kTokenKeyAmbiguous, std::to_string(keys.size()) + " keys match",
                      {{"candidates", listed(keys)}});
  return std::move(keys.front());
}

}  // namespace antin::hsm
