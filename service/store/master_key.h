#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "service/store/sealing.h"

namespace antin::service {

/// What wraps the keys of the stored files. A file of mode 0400, owned by who runs or by root, with
/// one key a line, 64 hexadecimal digits; "#" begins a comment. The first key is used for what is
/// written, the others (during a change of keys) only to read.
class MasterKeys {
 public:
  struct Wrapped {
    Bytes octets;
    std::string key_id;
  };
  /// Fails with kStoreKeyFile ({file}, {reason}).
  static Result<MasterKeys> read(const std::string& file);
  /// A new file with a random key. Fails with kStoreKeyFile when there is one already.
  static Status create(const std::string& file);
  /// The file again, with a new key before those that are in it. The old ones go with
  /// drop_others().
  static Status prepend(const std::string& file);
  static Status drop_others(const std::string& file);

  /// 16 hexadecimal digits that tell nothing of the key.
  const std::string& current() const { return keys_.front().id; }
  bool has(const std::string& id) const;
  Result<Wrapped> wrap(ByteView key, ByteView context) const;
  /// Fails with kStoreKeyWrong.
  Result<SecretBytes> unwrap(const Wrapped& wrapped, ByteView context) const;

 private:
  struct Key {
    std::string id;
    SecretBytes octets;
  };
  static Status write(const std::string& file, const std::vector<Key>& keys, std::size_t count);
  std::vector<Key> keys_;
};

}  // namespace antin::service
