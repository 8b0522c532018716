// A library for LD_PRELOAD that writes down, in their order, what a program does to the files below
// some folders and what it answers over TCP, so that tests can build the folder as a power cut
// would have left it (tests/conformance/survival/replay.py).
//
//   ANTIN_RECORD=FILE        where to write
//   ANTIN_RECORD_BELOW=A:B   absolute folders that count
//
// A record: u32 kind, u32 process, i32 descriptor, u32 flags, u64 number, u32 lengths of path,
// other path and data, then these. Little-endian. Each is written while the call that it tells of
// is the only one; fsync is written when it ended, with the length that the record had when it
// began, because it makes no promise about what was written meanwhile. Answers are written before
// they leave.

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <fcntl.h>
#include <mutex>
#include <string>
#include <string_view>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>
#include <vector>

namespace {

enum class Kind : std::uint32_t {
  kOpen = 1,  // flags of open(2); number: 1 when it made the file
  kClose,
  kWrite,     // number: offset, or all ones for the end
  kTruncate,  // number: length
  kSync,      // number: length of the record when it began
  kRename,
  kLink,
  kLinkOpen,  // path: its name from now on
  kUnlink,
  kMakeFolder,
  kRemoveFolder,
  kAnswer,
};

constexpr std::size_t kMostDescriptors = 65'536;
constexpr std::size_t kMostOfAnAnswer = 65'536;
constexpr std::uint64_t kAtTheEnd = ~std::uint64_t{0};

template <class Function>
Function* real(const char* name) {
  // What the next library has under this name.
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));  // NOLINT
}

class Record {
 public:
  static Record& instance() {
    // Outlives every other object of the program.
    static auto* const kOne = new Record;  // NOLINT(cppcoreguidelines-owning-memory)
    return *kOne;
  }
  bool on() const noexcept { return file_ >= 0; }
  bool counts(std::string_view path) const {
    return on() && std::any_of(below_.begin(), below_.end(), [&](const std::string& folder) {
             return path.starts_with(folder) &&
                    (path.size() == folder.size() || path[folder.size()] == '/');
           });
  }
  bool follows(int fd) const noexcept {
    return fd >= 0 && static_cast<std::size_t>(fd) < kMostDescriptors &&
           followed_[static_cast<std::size_t>(fd)];
  }
  void follow(int fd, bool yes) noexcept {
    if (fd >= 0 && static_cast<std::size_t>(fd) < kMostDescriptors)
      followed_[static_cast<std::size_t>(fd)] = yes;
  }
  std::uint64_t length() const {
    const auto end = ::lseek(file_, 0, SEEK_END);
    return end < 0 ? 0 : static_cast<std::uint64_t>(end);
  }
  void add(Kind kind, int fd, int flags, std::uint64_t number, std::string_view path,
           std::string_view other, std::string_view data) const {
    std::string out;
    const auto put = [&out](const auto& value) {
      std::array<char, sizeof value> octets{};
      std::memcpy(octets.data(), &value, sizeof value);
      out.append(octets.data(), octets.size());
    };
    put(static_cast<std::uint32_t>(kind));
    put(static_cast<std::uint32_t>(::getpid()));
    put(static_cast<std::int32_t>(fd));
    put(static_cast<std::uint32_t>(flags));
    put(number);
    for (const auto& text : {path, other, data}) put(static_cast<std::uint32_t>(text.size()));
    for (const auto& text : {path, other, data}) out += text;
    static auto* const kWriteReally = real<ssize_t(int, const void*, std::size_t)>("write");
    if (kWriteReally(file_, out.data(), out.size()) != static_cast<ssize_t>(out.size()))
      std::abort();
  }

  // One call at a time in all processes that write to the same record.
  class Turn {
   public:
    explicit Turn(Record& record) : record_(record), lock_(record.mutex_) {
      ::flock(record_.file_, LOCK_EX);
    }
    ~Turn() {
      const int kept = errno;
      ::flock(record_.file_, LOCK_UN);
      errno = kept;
    }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

   private:
    Record& record_;
    std::lock_guard<std::mutex> lock_;
  };

 private:
  Record() {
    const char* file = std::getenv("ANTIN_RECORD");
    const char* below = std::getenv("ANTIN_RECORD_BELOW");
    if (file == nullptr || below == nullptr) return;
    std::string_view rest = below;
    while (!rest.empty()) {
      const auto colon = std::min(rest.find(':'), rest.size());
      below_.emplace_back(rest.substr(0, colon));
      rest.remove_prefix(std::min(colon + 1, rest.size()));
    }
    static auto* const kOpenReally = real<int(const char*, int, ...)>("open");
    file_ = kOpenReally(file, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  }
  int file_ = -1;
  std::vector<std::string> below_;
  std::array<std::atomic<bool>, kMostDescriptors> followed_{};
  std::mutex mutex_;
};

using Turn = Record::Turn;

std::string absolute(const char* path) {
  std::string out = path;
  if (!out.starts_with('/')) {
    std::array<char, 4'096> here{};
    if (::getcwd(here.data(), here.size()) != nullptr) out = std::string(here.data()) + "/" + out;
  }
  return out;
}

int open_recorded(const char* path, int flags, mode_t mode) {
  static auto* const kReally = real<int(const char*, int, ...)>("open");
  auto& record = Record::instance();
  const auto whole = absolute(path);
  if (!record.counts(whole)) return kReally(path, flags, mode);
  const Turn turn(record);
  struct stat facts {};
  const bool there = ::stat(path, &facts) == 0;
  const int fd = kReally(path, flags, mode);
  if (fd < 0) return fd;
  const int kept = errno;
  record.follow(fd, true);
  record.add(Kind::kOpen, fd, flags, there ? 0 : 1, whole, {}, {});
  errno = kept;
  return fd;
}

std::uint64_t offset_of(int fd) {
  const int flags = ::fcntl(fd, F_GETFL);
  if (flags >= 0 && (flags & O_APPEND) != 0) return kAtTheEnd;
  const auto at = ::lseek(fd, 0, SEEK_CUR);
  return at < 0 ? 0 : static_cast<std::uint64_t>(at);
}

template <class Call>
ssize_t write_recorded(int fd, std::uint64_t offset, std::string_view data, const Call& call) {
  auto& record = Record::instance();
  const Turn turn(record);
  const auto wrote = call();
  const int kept = errno;
  if (wrote > 0)
    record.add(Kind::kWrite, fd, 0, offset, {}, {},
               data.substr(0, static_cast<std::size_t>(wrote)));
  errno = kept;
  return wrote;
}

std::string_view view(const void* data, std::size_t size) {
  return {static_cast<const char*>(data), size};
}

template <class Call>
int sync_recorded(int fd, const Call& call) {
  auto& record = Record::instance();
  if (!record.follows(fd)) return call();
  std::uint64_t begun = 0;
  {
    const Turn turn(record);
    begun = record.length();
  }
  const int done = call();
  if (done != 0) return done;
  const Turn turn(record);
  record.add(Kind::kSync, fd, 0, begun, {}, {}, {});
  return done;
}

// Calls that change names: told when they succeeded.
template <class Call>
int named_recorded(Kind kind, const char* path, const char* other, const Call& call) {
  auto& record = Record::instance();
  const auto whole = absolute(path);
  const auto second = other == nullptr ? std::string() : absolute(other);
  if (!record.counts(whole) && !record.counts(second)) return call();
  const Turn turn(record);
  const int done = call();
  const int kept = errno;
  if (done == 0) record.add(kind, -1, 0, 0, whole, second, {});
  errno = kept;
  return done;
}

void answer_recorded(int fd, std::string_view data) {
  auto& record = Record::instance();
  if (!record.on()) return;
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  // sockaddr is what every family begins with.
  auto* const any = reinterpret_cast<sockaddr*>(&address);  // NOLINT
  if (::getsockname(fd, any, &size) != 0 ||
      (address.ss_family != AF_INET && address.ss_family != AF_INET6))
    return;
  const Turn turn(record);
  record.add(Kind::kAnswer, fd, 0, data.size(), {}, {}, data.substr(0, kMostOfAnAnswer));
}

bool followed(int fd) {
  return Record::instance().follows(fd);
}

}  // namespace

// The names below are libc's; their parameters are, too.
// NOLINTBEGIN(cert-dcl50-cpp,bugprone-reserved-identifier,bugprone-easily-swappable-parameters)
extern "C" {

int open(const char* path, int flags, ...) {
  std::va_list rest;
  va_start(rest, flags);
  const mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  return open_recorded(path, flags, mode);
}
int open64(const char* path, int flags, ...) {
  std::va_list rest;
  va_start(rest, flags);
  const mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  return open_recorded(path, flags, mode);
}
int __open_2(const char* path, int flags) {
  return open_recorded(path, flags, 0);
}
int __open64_2(const char* path, int flags) {
  return open_recorded(path, flags, 0);
}

int close(int fd) {
  static auto* const kReally = real<int(int)>("close");
  auto& record = Record::instance();
  if (!record.follows(fd)) return kReally(fd);
  const Turn turn(record);
  record.add(Kind::kClose, fd, 0, 0, {}, {}, {});
  record.follow(fd, false);
  return kReally(fd);
}

ssize_t write(int fd, const void* data, std::size_t size) {
  static auto* const kReally = real<ssize_t(int, const void*, std::size_t)>("write");
  if (!followed(fd)) return kReally(fd, data, size);
  return write_recorded(fd, offset_of(fd), view(data, size),
                        [&] { return kReally(fd, data, size); });
}
ssize_t writev(int fd, const iovec* parts, int count) {
  static auto* const kReally = real<ssize_t(int, const iovec*, int)>("writev");
  if (!followed(fd)) return kReally(fd, parts, count);
  std::string all;
  for (int i = 0; i < count; ++i) all += view(parts[i].iov_base, parts[i].iov_len);
  return write_recorded(fd, offset_of(fd), all, [&] { return kReally(fd, parts, count); });
}
ssize_t pwrite(int fd, const void* data, std::size_t size, off_t at) {
  static auto* const kReally = real<ssize_t(int, const void*, std::size_t, off_t)>("pwrite");
  if (!followed(fd)) return kReally(fd, data, size, at);
  return write_recorded(fd, static_cast<std::uint64_t>(at), view(data, size),
                        [&] { return kReally(fd, data, size, at); });
}
ssize_t pwrite64(int fd, const void* data, std::size_t size, off64_t at) {
  return pwrite(fd, data, size, at);
}

int ftruncate(int fd, off_t length) {
  static auto* const kReally = real<int(int, off_t)>("ftruncate");
  auto& record = Record::instance();
  if (!record.follows(fd)) return kReally(fd, length);
  const Turn turn(record);
  const int done = kReally(fd, length);
  if (done == 0) record.add(Kind::kTruncate, fd, 0, static_cast<std::uint64_t>(length), {}, {}, {});
  return done;
}
int ftruncate64(int fd, off64_t length) {
  return ftruncate(fd, length);
}

int fsync(int fd) {
  static auto* const kReally = real<int(int)>("fsync");
  return sync_recorded(fd, [fd] { return kReally(fd); });
}
int fdatasync(int fd) {
  static auto* const kReally = real<int(int)>("fdatasync");
  return sync_recorded(fd, [fd] { return kReally(fd); });
}

int rename(const char* from, const char* to) {
  static auto* const kReally = real<int(const char*, const char*)>("rename");
  return named_recorded(Kind::kRename, from, to, [&] { return kReally(from, to); });
}
int link(const char* from, const char* to) {
  static auto* const kReally = real<int(const char*, const char*)>("link");
  return named_recorded(Kind::kLink, from, to, [&] { return kReally(from, to); });
}
int linkat(int from_at, const char* from, int to_at, const char* to, int flags) {
  static auto* const kReally = real<int(int, const char*, int, const char*, int)>("linkat");
  constexpr std::string_view kOwn = "/proc/self/fd/";
  auto& record = Record::instance();
  const std::string_view name = from;
  if (!name.starts_with(kOwn) || !record.counts(to))
    return kReally(from_at, from, to_at, to, flags);
  const Turn turn(record);
  const int done = kReally(from_at, from, to_at, to, flags);
  const int kept = errno;
  if (done == 0)
    record.add(Kind::kLinkOpen, std::atoi(from + kOwn.size()), 0, 0, to, {}, {});  // NOLINT
  errno = kept;
  return done;
}
int unlink(const char* path) {
  static auto* const kReally = real<int(const char*)>("unlink");
  return named_recorded(Kind::kUnlink, path, nullptr, [&] { return kReally(path); });
}
int remove(const char* path) {
  static auto* const kReally = real<int(const char*)>("remove");
  struct stat facts {};
  const bool folder = ::stat(path, &facts) == 0 && S_ISDIR(facts.st_mode);
  return named_recorded(folder ? Kind::kRemoveFolder : Kind::kUnlink, path, nullptr,
                        [&] { return kReally(path); });
}
int mkdir(const char* path, mode_t mode) {
  static auto* const kReally = real<int(const char*, mode_t)>("mkdir");
  return named_recorded(Kind::kMakeFolder, path, nullptr, [&] { return kReally(path, mode); });
}
int rmdir(const char* path) {
  static auto* const kReally = real<int(const char*)>("rmdir");
  return named_recorded(Kind::kRemoveFolder, path, nullptr, [&] { return kReally(path); });
}

ssize_t send(int fd, const void* data, std::size_t size, int flags) {
  static auto* const kReally = real<ssize_t(int, const void*, std::size_t, int)>("send");
  answer_recorded(fd, view(data, size));
  return kReally(fd, data, size, flags);
}
ssize_t sendmsg(int fd, const msghdr* message, int flags) {
  static auto* const kReally = real<ssize_t(int, const msghdr*, int)>("sendmsg");
  std::string all;
  for (std::size_t i = 0; i < message->msg_iovlen && all.size() < kMostOfAnAnswer; ++i)
    all += view(message->msg_iov[i].iov_base, message->msg_iov[i].iov_len);
  answer_recorded(fd, all);
  return kReally(fd, message, flags);
}

}  // extern "C"
// NOLINTEND(cert-dcl50-cpp,bugprone-reserved-identifier,bugprone-easily-swappable-parameters)
