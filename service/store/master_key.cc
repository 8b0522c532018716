#include "service/store/master_key.h"

#include <algorithm>
#include <cerrno>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "certs/ossl/digest.h"
#include "service/system/files.h"
#include "service/system/real.h"

namespace antin::service {
namespace {

constexpr std::size_t kMaxFile = 65'536;
constexpr std::size_t kMaxKeys = 16;

Error unusable(const std::string& file, const std::string& reason, Where where = Where::here()) {
  return make_error(Code::kStoreKeyFile, file + ": " + reason, {{"file", file}, {"reason", reason}},
                    where);
}

std::string id_of(ByteView key) {
  const auto digest =
      ossl::digest(DigestAlgorithm::kSha256, {as_bytes("antin-store-key/1 id"), key});
  return to_hex(ByteView(digest).first(8));
}

// Whoever else can read it could read every document.
Status check_access(const std::string& file) {
  struct stat facts {};
  if (::lstat(file.c_str(), &facts) != 0)
    return unusable(file, errno == ENOENT ? "it does not exist" : "it cannot be looked at");
  if (!S_ISREG(facts.st_mode)) return unusable(file, "not a regular file");
  // systemd hands a credential of root's to a service by an ACL, which shows as group permission.
  const auto others = facts.st_mode & 077U;
  const bool credential = others == S_IRGRP && facts.st_uid == 0 && ::geteuid() != 0;
  if (others != 0 && !credential) return unusable(file, "others may read it: chmod 0400");
  if (facts.st_uid != ::geteuid() && facts.st_uid != 0)
    return unusable(file, "it belongs to another user");
  return Done{};
}

}  // namespace

Result<MasterKeys> MasterKeys::read(const std::string& file) {
  ANTIN_CHECK(check_access(file));
  auto octets = read_file(file, kMaxFile);
  if (!octets) return unusable(file, "it cannot be read");
  const SecretBytes held(std::move(octets).value());
  MasterKeys keys;
  auto text = as_text(held.view());
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || line.starts_with('#')) continue;
    Bytes key;
    if (!from_hex(line, key) || key.size() != kKeyOctets || keys.keys_.size() == kMaxKeys)
      return unusable(file, "a line is not 64 hexadecimal digits, or there are too many");
    auto id = id_of(key);
    keys.keys_.push_back({std::move(id), SecretBytes(std::move(key))});
  }
  if (keys.keys_.empty()) return unusable(file, "no key in it");
  return keys;
}

Status MasterKeys::write(const std::string& file, const std::vector<Key>& keys, std::size_t count) {
  // Wiped below; reserved, so that no copy of it is left behind by growing.
  std::string text;
  text.reserve(128 + count * 2 * (kKeyOctets + 1));
  text += "# Master key of antin's stored documents. Keep a copy apart from every backup.\n";
  for (std::size_t i = 0; i < std::min(count, keys.size()); ++i) {
    auto line = to_hex(keys[i].octets.view());
    text += line + "\n";
    OPENSSL_cleanse(line.data(), line.size());
  }
  const auto exists = ::access(file.c_str(), F_OK) == 0;
  const auto written =
      write_file(file, {as_bytes(text)}, exists ? IfExists::kReplace : IfExists::kRefuse,
                 Sync::kNow, Readers::kNobody);
  OPENSSL_cleanse(text.data(), text.size());
  return written ? Status{Done{}} : Status{unusable(file, written.error().detail)};
}

Status MasterKeys::create(const std::string& file) {
  if (::access(file.c_str(), F_OK) == 0) return unusable(file, "it exists already");
  SystemRandom random;
  std::vector<Key> keys;
  keys.push_back({{}, SecretBytes(random.bytes(kKeyOctets))});
  return write(file, keys, 1);
}

Status MasterKeys::prepend(const std::string& file) {
  ANTIN_TRY(auto old, read(file));
  SystemRandom random;
  std::vector<Key> keys;
  keys.push_back({{}, SecretBytes(random.bytes(kKeyOctets))});
  for (auto& key : old.keys_) keys.push_back(std::move(key));
  if (keys.size() > kMaxKeys) return unusable(file, "too many keys: finish the last change first");
  return write(file, keys, keys.size());
}

Status MasterKeys::drop_others(const std::string& file) {
  ANTIN_TRY(const auto keys, read(file));
  return write(file, keys.keys_, 1);
}

bool MasterKeys::has(const std::string& id) const {
  return std::any_of(keys_.begin(), keys_.end(), [&](const Key& key) { return key.id == id; });
}

Result<MasterKeys::Wrapped> MasterKeys::wrap(ByteView key, ByteView context) const {
  ANTIN_TRY(auto octets, wrap_key(keys_.front().octets.view(), key, context));
  return Wrapped{std::move(octets), keys_.front().id};
}

Result<SecretBytes> MasterKeys::unwrap(const Wrapped& wrapped, ByteView context) const {
  for (const auto& key : keys_) {
    if (key.id == wrapped.key_id) return unwrap_key(key.octets.view(), wrapped.octets, context);
  }
  return make_error(Code::kStoreKeyWrong, "no master key " + wrapped.key_id);
}

}  // namespace antin::service
