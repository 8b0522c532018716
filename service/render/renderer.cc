#include "service/render/renderer.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>
#include <utility>
#include <vector>

#include "certs/core/spawn_settings.h"
#include "service/render/draw_exit.h"

namespace antin::service {
namespace {

using std::chrono::milliseconds;
using Instant = std::chrono::steady_clock::time_point;

constexpr std::size_t kMostComplaints = 16'384;

Error failed(const std::string& doing, int number, Where where = Where::here()) {
  return make_error(Code::kIpcFailed, doing + ": " + std::generic_category().message(number), {},
                    where);
}

struct Pipe {
  Descriptor from, to;
  static Result<Pipe> make() {
    std::array<int, 2> ends{-1, -1};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return failed("pipe", errno);
    return Pipe{Descriptor{ends[0]}, Descriptor{ends[1]}};
  }
};

// Killed and reaped when it goes, whatever happens in between.
class Child {
 public:
  explicit Child(pid_t pid) noexcept : pid_(pid) {}
  ~Child() {
    if (pid_ > 0) static_cast<void>(reap(SIGKILL));
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  int reap(int signal) noexcept {
    if (signal != 0) ::kill(pid_, signal);
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
    return status;
  }

 private:
  pid_t pid_;
};

Result<pid_t> spawn(const std::string& launcher, std::vector<std::string> words, int in, int out,
                    int err) {
  // A descriptor that stands at its place already would keep its close-on-exec flag cleared only by
  // chance: all three are ours and above 2.
  SpawnSettings settings(SpawnSettings::Group::kOwn);
  ::posix_spawn_file_actions_adddup2(settings.files(), in, STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(settings.files(), out, STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(settings.files(), err, STDERR_FILENO);
  ::posix_spawn_file_actions_addclosefrom_np(settings.files(), STDERR_FILENO + 1);
  words.insert(words.begin(), launcher);
  std::vector<char*> argv;
  argv.reserve(words.size() + 1);
  for (auto& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  std::array<char*, 1> environment{nullptr};
  pid_t pid = -1;
  const int problem = settings.start(pid, launcher.c_str(), argv.data(), environment.data());
  if (problem == ENOENT || problem == EACCES)
    return make_error(Code::kCompareNoRenderer, "start " + launcher);
  if (problem != 0) return failed("start " + launcher, problem);
  return pid;
}

// Two pipes until both are at their end.
class Collector {
 public:
  Collector(Pipe& out, Pipe& err, std::size_t most) : out_(out), err_(err), most_(most) {}

  Status collect(Instant until) {
    while (out_.from || err_.from) {
      std::array<pollfd, 2> both{pollfd{out_.from.get(), POLLIN, 0},
                                 pollfd{err_.from.get(), POLLIN, 0}};
      const auto left = std::chrono::duration_cast<milliseconds>(
          until - std::chrono::steady_clock::now() + milliseconds(1));
      if (left.count() <= 0) return make_error(Code::kCompareDrawingTimeout, "drawing");
      const int ready = ::poll(both.data(), both.size(), static_cast<int>(left.count()));
      if (ready < 0 && errno != EINTR) return failed("poll", errno);
      if (ready <= 0) continue;
      if (both[0].revents != 0) ANTIN_CHECK(take(out_.from, octets, most_, OverLimit::kRefuse));
      if (both[1].revents != 0)
        ANTIN_CHECK(take(err_.from, said, kMostComplaints, OverLimit::kDrop));
    }
    return Done{};
  }

  Bytes octets, said;

 private:
  enum class OverLimit : std::uint8_t { kRefuse, kDrop };
  Status take(Descriptor& from, Bytes& into, std::size_t most, OverLimit over) {
    const auto got = ::read(from.get(), buffer_.data(), buffer_.size());
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) return Done{};
    if (got <= 0) {
      from.reset();
      return Done{};
    }
    const auto count = static_cast<std::size_t>(got);
    if (into.size() + count > most) {
      if (over == OverLimit::kRefuse) return make_error(Code::kResourceLimit, "drawn octets");
      return Done{};
    }
    into.insert(into.end(), buffer_.begin(), buffer_.begin() + got);
    return Done{};
  }

  Pipe& out_;
  Pipe& err_;
  const std::size_t most_;
  std::array<std::uint8_t, 65'536> buffer_{};
};

// Warnings are about style; anything else may mean that something was left out of the picture.
bool complains(std::string_view lines) {
  while (!lines.empty()) {
    const auto end = std::min(lines.find('\n'), lines.size());
    const auto line = lines.substr(0, end);
    if (!line.empty() && !line.starts_with("Syntax Warning")) return true;
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
  return false;
}

}  // namespace

void Renderer::note_profile(std::string_view said) {
  if (!note_ || noted_.exchange(true)) return;
  if (said.find("landlock=0") != std::string_view::npos)
    note_("the kernel has no Landlock: the drawing process may read files of its user");
}

Result<Rendered> Renderer::run_tool(const Descriptor& document, const char* what,
                                    const RenderJob& job) {
  if (launcher_.empty()) return make_error(Code::kCompareNoRenderer, "antin-draw");
  if (job.within.count() <= 0) return make_error(Code::kCompareDrawingTimeout, "no time left");
  const auto until = std::chrono::steady_clock::now() + job.within;
  if (::lseek(document.get(), 0, SEEK_SET) != 0) return failed("rewind", errno);
  ANTIN_TRY(auto out, Pipe::make());
  ANTIN_TRY(auto err, Pipe::make());
  const auto seconds = std::to_string(job.within.count() / 1'000 + 1);
  const bool wide = job.what == RenderJob::What::kPicture;
  ANTIN_TRY(const auto pid, spawn(launcher_,
                                  {what, std::to_string(job.first), std::to_string(job.last),
                                   std::to_string(wide ? job.width : job.dpi), seconds},
                                  document.get(), out.to.get(), err.to.get()));
  Child child(pid);
  out.to.reset();
  err.to.reset();
  Collector collector(out, err, job.max_octets);
  ANTIN_CHECK(collector.collect(until));
  const int status = child.reap(0);
  const auto lines = as_text(collector.said);
  const auto first_line = lines.substr(0, std::min(lines.find('\n'), lines.size()));
  if (WIFSIGNALED(status)) {
    const auto number = WTERMSIG(status);
    if (number == SIGXCPU || number == SIGKILL)
      return make_error(Code::kCompareDrawingTimeout, "signal " + std::to_string(number));
    return make_error(Code::kCompareDrawingFailed, "signal " + std::to_string(number));
  }
  const int ended = WEXITSTATUS(status);
  if (ended == render::kExitNoTool) return make_error(Code::kCompareNoRenderer, "poppler");
  if (ended == render::kExitRefused || ended == render::kExitUsage)
    return make_error(Code::kRenderRefused, "antin-draw " + std::to_string(ended));
  note_profile(first_line);
  if (ended != 0) return make_error(Code::kCompareDrawingFailed, "exit " + std::to_string(ended));
  Rendered rendered;
  rendered.complete = !complains(lines.substr(std::min(first_line.size() + 1, lines.size())));
  rendered.octets = std::move(collector.octets);
  return rendered;
}

Result<Rendered> Renderer::run(const Descriptor& document, const RenderJob& job) {
  switch (job.what) {
    case RenderJob::What::kScreen:
      return run_tool(document, "screen", job);
    case RenderJob::What::kWords:
      return run_tool(document, "words", job);
    case RenderJob::What::kPicture:
      return run_tool(document, "picture", job);
    case RenderJob::What::kPrint:
      break;
  }
  const auto began = std::chrono::steady_clock::now();
  ANTIN_TRY(const auto printed, run_tool(document, "print", job));
  ANTIN_TRY(const auto page, sealed_memfd("antin-printed", {printed.octets}));
  auto then = job;
  then.first = then.last = 1;
  then.within -= std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - began);
  ANTIN_TRY(auto drawn, run_tool(page, "screen", then));
  drawn.complete = drawn.complete && printed.complete;
  return drawn;
}

}  // namespace antin::service
