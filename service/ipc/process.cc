#include "service/ipc/process.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <system_error>

#include "certs/core/spawn_settings.h"

namespace antin::service {
namespace {

Error failed(const std::string& doing, int number, Where where = Where::here()) {
  return make_error(Code::kIpcFailed, doing + ": " + std::generic_category().message(number), {},
                    where);
}

std::string ending(int status) {
  if (WIFEXITED(status)) return "exit " + std::to_string(WEXITSTATUS(status));
  if (WIFSIGNALED(status)) return "signal " + std::to_string(WTERMSIG(status));
  return "status " + std::to_string(status);
}

std::string reap(pid_t pid) {
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0) {
    if (errno != EINTR) return "";
  }
  return ending(status);
}

}  // namespace

Result<ChildProcess> ChildProcess::spawn(const std::string& program,
                                         const std::vector<std::string>& arguments) {
  ANTIN_TRY(auto ends, Channel::pair());
  SpawnSettings settings(SpawnSettings::Group::kOwn);
  // The child's end must not stand at kChildChannel already: dup2 onto itself keeps O_CLOEXEC.
  Descriptor child_end{::fcntl(ends.second.fd(), F_DUPFD_CLOEXEC, kChildChannel + 1)};
  if (!child_end) return failed("duplicate a descriptor", errno);
  ::posix_spawn_file_actions_addopen(settings.files(), STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_addopen(settings.files(), STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  ::posix_spawn_file_actions_adddup2(settings.files(), child_end.get(), kChildChannel);
  ::posix_spawn_file_actions_addclosefrom_np(settings.files(), kChildChannel + 1);
  std::vector<std::string> words{program};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  argv.reserve(words.size() + 1);
  for (auto& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  std::string lang = "LANG=C.UTF-8";
  std::array<char*, 2> environment{lang.data(), nullptr};
  pid_t pid = -1;
  const int problem = settings.start(pid, program.c_str(), argv.data(), environment.data());
  if (problem != 0) return failed("start " + program, problem);
  return ChildProcess(pid, std::move(ends.first));
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), channel_(std::move(other.channel_)) {}

ChildProcess& ChildProcess::operator=(ChildProcess&& other) noexcept {
  if (this != &other) {
    kill();
    pid_ = std::exchange(other.pid_, -1);
    channel_ = std::move(other.channel_);
  }
  return *this;
}

std::string ChildProcess::stop(std::chrono::milliseconds grace) {
  channel_.close();
  if (pid_ < 0) return "";
  const Descriptor handle{static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0))};
  pollfd one{handle.get(), POLLIN, 0};
  if (handle && ::poll(&one, 1, static_cast<int>(grace.count())) > 0)
    return reap(std::exchange(pid_, -1));
  auto how = kill();
  // It may have ended by itself in between: then that is what is told.
  return how == "signal 9" ? "killed" : how;
}

std::string ChildProcess::kill() {
  channel_.close();
  if (pid_ < 0) return "";
  ::kill(pid_, SIGKILL);
  return reap(std::exchange(pid_, -1));
}

}  // namespace antin::service
