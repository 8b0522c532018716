#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "certs/core/bytes.h"
#include "certs/core/error.h"
#include "certs/ossl/handles.h"

namespace antin::service {

struct FileDigest {
  std::uint64_t size = 0;
  Bytes sha256;
};

/// A new file that is written piece by piece and hashed on the way; synced by finish(), its folder
/// is not. Fails with kStoreFull, kStoreFailed.
class HashedFile {
 public:
  static Result<HashedFile> create(const std::string& path);
  HashedFile(HashedFile&& other) noexcept;
  HashedFile& operator=(HashedFile&&) = delete;
  HashedFile(const HashedFile&) = delete;
  HashedFile& operator=(const HashedFile&) = delete;
  ~HashedFile();
  Status write(ByteView octets);
  /// Of what was written until now.
  FileDigest so_far() const;
  Result<FileDigest> finish();

 private:
  HashedFile(std::string path, int fd);
  std::string path_;
  int fd_;
  std::uint64_t size_ = 0;
  ossl::DigestContextPtr digest_;
};

/// Reads `from` to its end, whatever grows there meanwhile, and hands over pieces of it.
/// Fails with kFileUnreadable.
Status read_pieces(const std::string& from, const std::function<Status(ByteView)>& piece);
Result<FileDigest> copy_hashed(const std::string& from, const std::string& to);
Result<FileDigest> hash_file(const std::string& path);

}  // namespace antin::service
