#include "service/system/filter.h"

#include <array>
#include <cerrno>
#include <climits>
#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>
#include <utility>

// POSIX leaves the declaration to us, and its type.
// NOLINTNEXTLINE(readability-redundant-declaration,cppcoreguidelines-avoid-non-const-global-variables)
extern char** environ;

namespace antin::service {
namespace {

class Fd {
 public:
  explicit Fd(int fd) : fd_(fd) {}
  ~Fd() { reset(); }
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  int get() const noexcept { return fd_; }
  void reset() noexcept {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }

 private:
  int fd_;
};

class SpawnActions {
 public:
  SpawnActions() { ::posix_spawn_file_actions_init(&actions_); }
  ~SpawnActions() { ::posix_spawn_file_actions_destroy(&actions_); }
  SpawnActions(const SpawnActions&) = delete;
  SpawnActions& operator=(const SpawnActions&) = delete;
  void give(int fd, int as) { ::posix_spawn_file_actions_adddup2(&actions_, fd, as); }
  const posix_spawn_file_actions_t* get() const noexcept { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_{};
};

Error failed(const std::string& program, const std::string& what, int number) {
  return make_error(Code::kCliProgramMissing,
                    what + " " + program + ": " + std::generic_category().message(number),
                    {{"chuong_trinh", program.substr(program.rfind('/') + 1)}});
}

bool write_all(int fd, ByteView octets) {
  while (!octets.empty()) {
    const auto wrote = ::write(fd, octets.data(), octets.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) return false;
    octets = octets.subspan(static_cast<std::size_t>(wrote));
  }
  return true;
}

}  // namespace

std::string own_program(const std::string& name) {
  std::string path(PATH_MAX, '\0');
  const auto length = ::readlink("/proc/self/exe", path.data(), path.size());
  if (length <= 0) return {};
  path.resize(static_cast<std::size_t>(length));
  const auto folder = path.substr(0, path.rfind('/'));
  for (const auto* const where : {"/", "/../libexec/antin/"}) {
    auto candidate = folder;
    candidate.append(where).append(name);
    if (::access(candidate.c_str(), X_OK) == 0) return candidate;
  }
  return {};
}

Result<Bytes> run_filter(const std::string& program, ByteView input, std::size_t max_octets) {
  // A file in memory as standard input: the two sides cannot wait for each other.
  Fd in{::memfd_create("antin-filter", MFD_CLOEXEC)};
  if (in.get() < 0 || !write_all(in.get(), input) || ::lseek(in.get(), 0, SEEK_SET) != 0)
    return failed(program, "feed", errno);
  std::array<int, 2> ends{-1, -1};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return failed(program, "pipe", errno);
  Fd from{ends[0]}, to{ends[1]};
  SpawnActions actions;
  actions.give(in.get(), STDIN_FILENO);
  actions.give(to.get(), STDOUT_FILENO);
  std::string word = program;
  std::array<char*, 2> words{word.data(), nullptr};
  pid_t child = -1;
  if (const int error =
          ::posix_spawn(&child, program.c_str(), actions.get(), nullptr, words.data(), environ);
      error != 0)
    return failed(program, "start", error);
  to.reset();
  Bytes out;
  std::array<std::uint8_t, 65'536> buffer{};
  for (;;) {
    const auto got = ::read(from.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    out.insert(out.end(), buffer.begin(), buffer.begin() + got);
    if (out.size() > max_octets) break;
  }
  from.reset();  // a child that still writes is told by SIGPIPE
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (out.size() > max_octets) return make_error(Code::kResourceLimit, program);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) return failed(program, "run", ECHILD);
  return out;
}

}  // namespace antin::service
