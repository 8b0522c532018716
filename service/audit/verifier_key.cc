#include "certs/core/base64.h"
#include "certs/ossl/digest.h"
#include "service/audit/note.h"

namespace antin::audit {
namespace {

constexpr std::string_view kType{"\x01", 1};
constexpr std::size_t kOctets = 32;
constexpr std::size_t kSignatureOctets = 64;
constexpr std::size_t kMaxEncoded = 64;

Error malformed(const std::string& reason, Where where = Where::here()) {
  return make_error(Code::kAuditKeyMalformed, reason, {{"reason", reason}}, where);
}

Bytes octets_of(std::uint32_t id) {
  Bytes octets;
  octets.reserve(4);
  for (const unsigned shift : {24U, 16U, 8U, 0U})
    octets.push_back(static_cast<std::uint8_t>(id >> shift & 0xffU));
  return octets;
}

}  // namespace

VerifierKey::VerifierKey(std::string name, Bytes public_key, ossl::PublicKeyPtr key)
    : name_(std::move(name)), public_key_(std::move(public_key)), key_(std::move(key)) {
  const auto digest = ossl::digest(DigestAlgorithm::kSha256,
                                   {as_bytes(name_), as_bytes("\n"), as_bytes(kType), public_key_});
  for (std::size_t i = 0; i < 4; ++i) id_ = id_ << 8U | digest[i];
}

Result<VerifierKey> VerifierKey::of(const std::string& name, ByteView public_key) {
  if (!is_key_name(name)) return malformed("the key's name");
  if (public_key.size() != kOctets) return malformed("the key's length");
  const ossl::ErrorMark mark;
  ossl::PublicKeyPtr key(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, public_key.data(), public_key.size()));
  if (!key) return malformed("not an Ed25519 key");
  return VerifierKey(name, antin::to_bytes(public_key), std::move(key));
}

Result<VerifierKey> VerifierKey::parse(std::string_view vkey) {
  // What files end with.
  if (vkey.ends_with('\n')) vkey.remove_suffix(1);
  const auto first = vkey.find('+');
  const auto second = first == std::string_view::npos ? first : vkey.find('+', first + 1);
  if (second == std::string_view::npos) return malformed("NAME+ID+KEY");
  Bytes encoded;
  if (vkey.size() - second > kMaxEncoded || !from_base64(vkey.substr(second + 1), encoded))
    return malformed("base64");
  if (!as_text(encoded).starts_with(kType)) return malformed("not an Ed25519 key");
  ANTIN_TRY(auto key, of(std::string(vkey.substr(0, first)), ByteView(encoded).subspan(1)));
  if (vkey.substr(first + 1, second - first - 1) != to_hex(octets_of(key.id_)))
    return malformed("the id is not this key's");
  return key;
}

std::string VerifierKey::to_text() const {
  auto encoded = antin::to_bytes(kType);
  encoded.insert(encoded.end(), public_key_.begin(), public_key_.end());
  return name_ + "+" + to_hex(octets_of(id_)) + "+" + to_base64(encoded);
}

bool VerifierKey::made(ByteView signature, std::string_view text) const {
  const ossl::ErrorMark mark;
  const ossl::DigestContextPtr context(EVP_MD_CTX_new());
  return context && signature.size() == kSignatureOctets &&
         EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key_.get()) == 1 &&
         EVP_DigestVerify(context.get(), signature.data(), signature.size(), as_bytes(text).data(),
                          text.size()) == 1;
}

Status VerifierKey::check(const SignedNote& note) const {
  bool found = false;
  for (const auto& line : note.signatures) {
    if (line.name != name_ || line.id != id_) continue;
    if (!made(line.signature, note.text))
      return make_error(Code::kAuditCheckpointForged, "signature of " + name_,
                        {{"nhat_ky", name_}, {"so", "?"}});
    found = true;
  }
  if (!found)
    return make_error(Code::kAuditCheckpointOtherKey, "no signature of " + name_,
                      {{"khoa", name_}});
  return Done{};
}

}  // namespace antin::audit
