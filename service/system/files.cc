#include "service/system/files.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <optional>
#include <set>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include "service/system/real.h"

namespace antin::service {
namespace {

// A parameter that no sentence shows.
constexpr const char* kDiskFull = "disk_full";

// A file descriptor that is closed once.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() { close(); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  int get() const noexcept { return fd_; }
  bool close() noexcept { return fd_ < 0 || ::close(std::exchange(fd_, -1)) == 0; }

 private:
  int fd_;
};

Error io_error(Code code, const std::string& doing, const std::string& path,
               Where where = Where::here()) {
  const int reason = errno;
  auto error = make_error(code, doing + " " + path + ": " + std::generic_category().message(reason),
                          {{"file", path}}, where);
  if (reason == ENOSPC || reason == EDQUOT || reason == EFBIG)
    error.params.emplace_back(kDiskFull, "1");
  return error;
}

std::string folder_of(const std::string& path) {
  const auto folder = std::filesystem::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

Status sync_path(const std::string& path, int flags) {
  const Descriptor fd{::open(path.c_str(), flags | O_CLOEXEC)};
  if (fd.get() < 0 || ::fsync(fd.get()) != 0) return io_error(Code::kFileUnwritable, "sync", path);
  return Done{};
}

Status write_all(int fd, ByteView octets, const std::string& path) {
  while (!octets.empty()) {
    const auto wrote = ::write(fd, octets.data(), octets.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) return io_error(Code::kFileUnwritable, "write", path);
    octets = octets.subspan(static_cast<std::size_t>(wrote));
  }
  return Done{};
}

// link(2) refuses an existing name in one step; file systems without links fall back to a check.
Status give_name(const std::string& temporary, const std::string& path, IfExists if_exists) {
  if (if_exists == IfExists::kReplace) {
    if (::rename(temporary.c_str(), path.c_str()) != 0)
      return io_error(Code::kFileUnwritable, "rename to", path);
    return Done{};
  }
  if (::link(temporary.c_str(), path.c_str()) == 0) {
    ::unlink(temporary.c_str());
    return Done{};
  }
  if (errno == EEXIST) return make_error(Code::kFileExists, path, {{"file", path}});
  if (errno != EPERM && errno != EOPNOTSUPP)
    return io_error(Code::kFileUnwritable, "link to", path);
  if (::access(path.c_str(), F_OK) == 0)
    return make_error(Code::kFileExists, path, {{"file", path}});
  if (::rename(temporary.c_str(), path.c_str()) != 0)
    return io_error(Code::kFileUnwritable, "rename to", path);
  return Done{};
}

mode_t mode_for(Readers readers) {
  return readers == Readers::kAll ? 0644 : 0400;
}

struct Wanted {
  IfExists if_exists;
  Sync sync;
  Readers readers;
};

Status write_parts(int fd, const std::vector<ByteView>& parts, Sync sync, const std::string& path) {
  for (const auto& part : parts) ANTIN_CHECK(write_all(fd, part, path));
  if (sync == Sync::kNow && ::fsync(fd) != 0) return io_error(Code::kFileUnwritable, "sync", path);
  return Done{};
}

// A file without a name until it is whole: whoever is killed on the way leaves nothing behind.
// Nothing when this file system or this process cannot do that.
std::optional<Status> write_unnamed(const std::string& path, const std::vector<ByteView>& parts,
                                    Sync sync, Readers readers) {
  const Descriptor fd{
      ::open(folder_of(path).c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, mode_for(readers))};
  if (fd.get() < 0) return std::nullopt;
  if (auto written = write_parts(fd.get(), parts, sync, path); !written) return written;
  const auto itself = "/proc/self/fd/" + std::to_string(fd.get());
  if (::linkat(AT_FDCWD, itself.c_str(), AT_FDCWD, path.c_str(), AT_SYMLINK_FOLLOW) == 0)
    return Status(Done{});
  if (errno == EEXIST) return Status(make_error(Code::kFileExists, path, {{"file", path}}));
  return std::nullopt;
}

// A file with a name of its own in the same folder, then the name that is wanted.
Status write_beside(const std::string& path, const std::vector<ByteView>& parts,
                    const Wanted& wanted) {
  SystemRandom random;
  const auto target = std::filesystem::path(path);
  const auto temporary =
      (std::filesystem::path(folder_of(path)) /
       ("." + target.filename().string() + "." + to_hex(random.bytes(6)) + ".part"))
          .string();
  Descriptor fd{
      ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode_for(wanted.readers))};
  if (fd.get() < 0) return io_error(Code::kFileUnwritable, "create a file beside", path);
  auto written = write_parts(fd.get(), parts, wanted.sync, path);
  if (written && !fd.close()) written = io_error(Code::kFileUnwritable, "close", path);
  if (written) written = give_name(temporary, path, wanted.if_exists);
  if (!written) ::unlink(temporary.c_str());
  return written;
}

}  // namespace

Result<Bytes> read_file(const std::string& path, std::size_t max_octets, std::size_t spare) {
  const Descriptor fd{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY)};
  if (fd.get() < 0) return io_error(Code::kFileUnreadable, "open", path);
  struct stat facts {};
  if (::fstat(fd.get(), &facts) != 0) return io_error(Code::kFileUnreadable, "stat", path);
  if (!S_ISREG(facts.st_mode))
    return make_error(Code::kFileUnreadable, path + " is not a regular file", {{"file", path}});
  if (static_cast<std::uintmax_t>(facts.st_size) > max_octets)
    return make_error(Code::kResourceLimit, path + " is larger than the limit", {{"file", path}});
  Bytes octets;
  octets.reserve(static_cast<std::size_t>(facts.st_size) + spare);
  octets.resize(static_cast<std::size_t>(facts.st_size));
  for (std::size_t done = 0; done < octets.size();) {
    const auto got = ::read(fd.get(), octets.data() + done, octets.size() - done);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return io_error(Code::kFileUnreadable, "read", path);
    if (got == 0)
      return make_error(Code::kFileUnreadable, path + " shrank while being read", {{"file", path}});
    done += static_cast<std::size_t>(got);
  }
  return octets;
}

Status write_file(const std::string& path, const std::vector<ByteView>& parts, IfExists if_exists,
                  Sync sync, Readers readers) {
  std::optional<Status> written;
  if (if_exists == IfExists::kRefuse) written = write_unnamed(path, parts, sync, readers);
  if (!written) written = write_beside(path, parts, {if_exists, sync, readers});
  ANTIN_CHECK(*written);
  if (sync == Sync::kNow) return sync_path(folder_of(path), O_RDONLY | O_DIRECTORY);
  return Done{};
}

Status sync_written(const std::vector<std::string>& paths) {
  std::set<std::string> folders;
  for (const auto& path : paths) {
    ANTIN_CHECK(sync_path(path, O_RDONLY));
    folders.insert(folder_of(path));
  }
  for (const auto& folder : folders) ANTIN_CHECK(sync_path(folder, O_RDONLY | O_DIRECTORY));
  return Done{};
}

Status make_folder(const std::string& path) {
  if (::mkdir(path.c_str(), 0700) != 0) {
    if (errno == EEXIST) return Done{};
    if (errno != ENOENT || path == folder_of(path))
      return io_error(Code::kFileUnwritable, "make the folder", path);
    ANTIN_CHECK(make_folder(folder_of(path)));
    if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST)
      return io_error(Code::kFileUnwritable, "make the folder", path);
  }
  // Its name is in the folder above: without this a file that is synced could go with it.
  return sync_path(folder_of(path), O_RDONLY | O_DIRECTORY);
}

std::size_t remove_leftovers(const std::string& folder) {
  namespace fs = std::filesystem;
  const auto names = list_files(folder);
  if (!names) return 0;
  std::size_t removed = 0;
  const auto before = fs::file_time_type::clock::now() - std::chrono::hours(1);
  for (const auto& name : names.value()) {
    if (!name.starts_with('.') || !name.ends_with(".part")) continue;
    std::error_code problem;
    const auto path = fs::path(folder) / name;
    if (fs::last_write_time(path, problem) < before && !problem && fs::remove(path, problem))
      ++removed;
  }
  return removed;
}

bool is_disk_full(const Error& error) {
  return std::any_of(error.params.begin(), error.params.end(),
                     [](const auto& param) { return param.first == kDiskFull; });
}

Result<std::vector<std::string>> list_files(const std::string& folder) {
  std::error_code problem;
  std::vector<std::string> names;
  for (std::filesystem::directory_iterator it(folder, problem), end; !problem && it != end;
       it.increment(problem)) {
    std::error_code ignored;
    if (it->is_regular_file(ignored)) names.push_back(it->path().filename().string());
  }
  if (problem)
    return make_error(Code::kFileUnreadable, folder + ": " + problem.message(), {{"file", folder}});
  std::sort(names.begin(), names.end());
  return names;
}

Result<std::vector<std::string>> expand_folders(const std::vector<std::string>& paths,
                                                std::string_view suffix) {
  std::vector<std::string> out;
  for (const auto& path : paths) {
    std::error_code ignored;  // what cannot be looked at is read as a file, and fails there
    if (!std::filesystem::is_directory(path, ignored)) {
      out.push_back(path);
      continue;
    }
    ANTIN_TRY(const auto names, list_files(path));
    const auto inside = path + "/";
    for (const auto& name : names) {
      if (name.ends_with(suffix)) out.push_back(inside + name);
    }
  }
  return out;
}

}  // namespace antin::service
