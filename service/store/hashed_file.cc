#include "service/store/hashed_file.h"

#include <cerrno>
#include <fcntl.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include "certs/ossl/digest.h"

namespace antin::service {
namespace {

constexpr std::size_t kPiece = 262'144;

Error failed(const std::string& path, Where where = Where::here()) {
  const bool full = errno == ENOSPC || errno == EDQUOT || errno == EFBIG;
  return make_error(full ? Code::kStoreFull : Code::kStoreFailed,
                    path + ": " + std::generic_category().message(errno), {{"file", path}}, where);
}

ossl::DigestContextPtr new_digest() {
  ossl::DigestContextPtr context{EVP_MD_CTX_new()};
  const auto* sha256 = ossl::evp_md(DigestAlgorithm::kSha256);
  if (!context || EVP_DigestInit_ex2(context.get(), sha256, nullptr) != 1) std::abort();
  return context;
}

void add(const ossl::DigestContextPtr& context, ByteView octets) {
  if (EVP_DigestUpdate(context.get(), octets.data(), octets.size()) != 1) std::abort();
}

Bytes end_of(const ossl::DigestContextPtr& context) {
  const ossl::DigestContextPtr copy{EVP_MD_CTX_new()};
  Bytes value(32);
  if (!copy || EVP_MD_CTX_copy_ex(copy.get(), context.get()) != 1 ||
      EVP_DigestFinal_ex(copy.get(), value.data(), nullptr) != 1)
    std::abort();
  return value;
}

}  // namespace

HashedFile::HashedFile(std::string path, int fd)
    : path_(std::move(path)), fd_(fd), digest_(new_digest()) {}

HashedFile::HashedFile(HashedFile&& other) noexcept
    : path_(std::move(other.path_)),
      fd_(std::exchange(other.fd_, -1)),
      size_(other.size_),
      digest_(std::move(other.digest_)) {}

HashedFile::~HashedFile() {
  if (fd_ >= 0) ::close(fd_);
}

Result<HashedFile> HashedFile::create(const std::string& path) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) return failed(path);
  return HashedFile(path, fd);
}

Status HashedFile::write(ByteView octets) {
  add(digest_, octets);
  size_ += octets.size();
  while (!octets.empty()) {
    const auto wrote = ::write(fd_, octets.data(), octets.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) return failed(path_);
    octets = octets.subspan(static_cast<std::size_t>(wrote));
  }
  return Done{};
}

FileDigest HashedFile::so_far() const {
  return {.size = size_, .sha256 = end_of(digest_)};
}

Result<FileDigest> HashedFile::finish() {
  if (::fsync(fd_) != 0 || ::close(std::exchange(fd_, -1)) != 0) return failed(path_);
  return so_far();
}

Status read_pieces(const std::string& from, const std::function<Status(ByteView)>& piece) {
  const auto unreadable = [&] {
    return make_error(Code::kFileUnreadable, from + ": " + std::generic_category().message(errno),
                      {{"file", from}});
  };
  const int fd = ::open(from.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0) return unreadable();
  struct Close {
    int fd;
    ~Close() { ::close(fd); }
  } const close{fd};
  Bytes octets(kPiece);
  for (;;) {
    const auto got = ::read(fd, octets.data(), octets.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return unreadable();
    if (got == 0) return Done{};
    ANTIN_CHECK(piece(ByteView(octets).first(static_cast<std::size_t>(got))));
  }
}

Result<FileDigest> copy_hashed(const std::string& from, const std::string& to) {
  ANTIN_TRY(auto file, HashedFile::create(to));
  ANTIN_CHECK(read_pieces(from, [&](ByteView octets) { return file.write(octets); }));
  return file.finish();
}

Result<FileDigest> hash_file(const std::string& path) {
  const auto digest = new_digest();
  FileDigest found;
  ANTIN_CHECK(read_pieces(path, [&](ByteView octets) -> Status {
    add(digest, octets);
    found.size += octets.size();
    return Done{};
  }));
  found.sha256 = end_of(digest);
  return found;
}

}  // namespace antin::service
