#include "service/tokend/listener.h"

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sstream>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <system_error>
#include <unistd.h>

namespace antin::service {
namespace {

constexpr int kBacklog = 64;
constexpr std::size_t kMaxEntry = 65'536;
constexpr mode_t kMode = 0660;

Error unknown(const std::string& name, const std::string& key) {
  return make_error(Code::kTokendAccountUnknown, name, {{"name", name}, {"key", key}});
}

Error unusable(const std::string& path, const char* doing) {
  return make_error(Code::kFileUnwritable,
                    std::string(doing) + ": " + std::generic_category().message(errno),
                    {{"file", path}});
}

bool is_number(const std::string& text, unsigned& value) {
  const auto* const end = text.data() + text.size();
  const auto [stopped, problem] = std::from_chars(text.data(), end, value);
  return problem == std::errc{} && stopped == end;
}

Result<gid_t> group_number(const std::string& name, const std::string& key) {
  unsigned number = 0;
  if (is_number(name, number)) return gid_t{number};
  group entry{};
  group* found = nullptr;
  std::vector<char> room(kMaxEntry);
  if (::getgrnam_r(name.c_str(), &entry, room.data(), room.size(), &found) != 0 || found == nullptr)
    return unknown(name, key);
  return entry.gr_gid;
}

std::string taken_from_environment(const char* name) {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): before any thread
  const char* const value = std::getenv(name);
  std::string text = value == nullptr ? "" : value;
  ::unsetenv(name);  // NOLINT(concurrency-mt-unsafe): as above
  return text;
}

}  // namespace

Result<std::vector<uid_t>> accounts(const std::vector<std::string>& names, const std::string& key) {
  std::vector<uid_t> numbers;
  for (const auto& name : names) {
    unsigned number = 0;
    if (is_number(name, number)) {
      numbers.push_back(number);
      continue;
    }
    passwd entry{};
    passwd* found = nullptr;
    std::vector<char> room(kMaxEntry);
    if (::getpwnam_r(name.c_str(), &entry, room.data(), room.size(), &found) != 0 ||
        found == nullptr)
      return unknown(name, key);
    numbers.push_back(entry.pw_uid);
  }
  if (names.empty()) numbers.push_back(::geteuid());
  return numbers;
}

Result<Listener> Listener::bind(const std::string& path, const std::string& group) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) {
    errno = ENAMETOOLONG;
    return unusable(path, "bind");
  }
  std::memcpy(static_cast<char*>(address.sun_path), path.data(), path.size());
  Listener made{Descriptor{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)}};
  struct stat facts {};
  // Our journal is locked: whoever bound it before us is gone. What is no socket stays.
  if (::lstat(path.c_str(), &facts) == 0 && S_ISSOCK(facts.st_mode)) ::unlink(path.c_str());
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast)
  const auto* const generic = reinterpret_cast<const sockaddr*>(&address);
  const auto before = ::umask(0777);
  const int bound = ::bind(made.fd(), generic, sizeof address);
  ::umask(before);
  if (bound != 0) return unusable(path, "bind");
  made.path_ = path;
  if (!group.empty()) {
    ANTIN_TRY(const auto number, group_number(group, "service"));
    if (::chown(path.c_str(), static_cast<uid_t>(-1), number) != 0) return unusable(path, "chown");
  }
  if (::listen(made.fd(), kBacklog) != 0) return unusable(path, "listen");
  if (::chmod(path.c_str(), kMode) != 0) return unusable(path, "chmod");
  return made;
}

Listener::~Listener() {
  if (socket_ && !path_.empty()) ::unlink(path_.c_str());
}

std::optional<Listener::Accepted> Listener::accept() const {
  Descriptor peer{::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC)};
  if (!peer) return std::nullopt;
  ucred who{};
  socklen_t size = sizeof who;
  if (::getsockopt(peer.get(), SOL_SOCKET, SO_PEERCRED, &who, &size) != 0) return std::nullopt;
  return Accepted{Channel{std::move(peer)}, who.uid, who.pid};
}

PassedSockets passed_sockets() {
  constexpr int kFirst = 3;
  constexpr int kMost = 16;
  PassedSockets passed;
  const auto pid = taken_from_environment("LISTEN_PID");
  const auto count = taken_from_environment("LISTEN_FDS");
  std::istringstream names{taken_from_environment("LISTEN_FDNAMES")};
  unsigned number = 0;
  unsigned many = 0;
  if (!is_number(pid, number) || static_cast<pid_t>(number) != ::getpid() ||
      !is_number(count, many) || many > kMost)
    return passed;
  for (int fd = kFirst; fd < kFirst + static_cast<int>(many); ++fd) {
    std::string name;
    std::getline(names, name, ':');
    ::fcntl(fd, F_SETFD, FD_CLOEXEC);
    ::fcntl(fd, F_SETFL, O_NONBLOCK);
    auto& place = name == "operator" ? passed.operators : passed.client;
    if (!place) place.emplace(Descriptor{fd});
  }
  return passed;
}

}  // namespace antin::service
