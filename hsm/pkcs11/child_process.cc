#include "hsm/pkcs11/child_process.h"

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <optional>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <utility>

#include "certs/core/spawn_settings.h"
#include "hsm/pkcs11/module_unusable.h"

namespace antin::hsm {
namespace {

using Ended = ChildProcess::Ended;
using wire::Type;

constexpr int kControlInChild = 3;
constexpr std::chrono::milliseconds kTimeToEnd{4'000};
// A person's pad, a slow card behind many others: beyond this many timeouts in a row it is stuck.
constexpr int kMostExtensions = 10;

// The program's path and the module's are all that its command line holds.
std::optional<pid_t> launch(const std::string& program, std::string module,
                            const Descriptor& control, Pkcs11Options::Chatter chatter) {
  SpawnSettings settings(SpawnSettings::Group::kParents);
  auto* const files = settings.files();
  // When it is descriptor 3 already, posix_spawn clears its close-on-exec flag.
  ::posix_spawn_file_actions_adddup2(files, control.get(), kControlInChild);
  ::posix_spawn_file_actions_addopen(files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_addopen(files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  if (chatter == Pkcs11Options::Chatter::kDiscard)
    ::posix_spawn_file_actions_addopen(files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  ::posix_spawn_file_actions_addclosefrom_np(files, kControlInChild + 1);
  std::string name = "antin-pkcs11";
  std::array<char*, 3> arguments{name.data(), module.data(), nullptr};
  pid_t pid = -1;
  if (settings.start(pid, program.c_str(), arguments.data(), environ) != 0) return std::nullopt;
  return pid;
}

std::string seconds(std::chrono::milliseconds span) {
  return std::to_string((span.count() + 999) / 1000);
}

Error hangs(const std::string& module, std::chrono::milliseconds timeout) {
  return module_unusable(module, "không trả lời trong " + seconds(timeout) + " giây khi nạp",
                         "does not answer within " + seconds(timeout) + " seconds when loaded");
}

Error crashes(const std::string& module, int status) {
  if (WIFSIGNALED(status)) {
    const auto number = std::to_string(WTERMSIG(status));
    return module_unusable(module, "bị lỗi và dừng đột ngột khi nạp (tín hiệu " + number + ")",
                           "crashes when loaded (signal " + number + ")");
  }
  return module_unusable(module, "tự kết thúc chương trình khi nạp",
                         "ends the program when loaded");
}

// kReady or kFailure: a frame of its own on the control socket.
ChildProcess::Ended receive_first(const Descriptor& control, Bytes& frame) {
  frame.resize(wire::kHeaderOctets);
  std::size_t have = 0;
  while (have < frame.size()) {
    std::size_t count = 0;
    const auto received = receive_some(control, frame.data() + have, frame.size() - have, count);
    if (received == Received::kTimeout) return Ended::kTimeout;
    if (received == Received::kClosed) return Ended::kGone;
    have += count;
    if (have != wire::kHeaderOctets) continue;
    const auto header = wire::read_header(frame);
    if (header.body_octets > wire::kMaxRequestOctets) return Ended::kGone;
    frame.resize(wire::kHeaderOctets + header.body_octets);
  }
  return Ended::kAnswered;
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kShadowMemory = true;
#else
constexpr bool kShadowMemory = false;
#endif

// What it may write to, not its address space: a thread's stack and heap reserve much more of that
// than they use.
void bound_memory(pid_t pid, std::size_t octets) {
  if (octets == 0 || kShadowMemory) return;
  const rlimit limit{octets, octets};
  ::prlimit(pid, RLIMIT_DATA, &limit, nullptr);
}

}  // namespace

ChildProcess::ChildProcess(Passkey, const Pkcs11Options& options, pid_t pid, Descriptor control)
    : operation_timeout_(options.operation_timeout),
      pin_pad_timeout_(options.pin_pad_timeout),
      max_parallel_(std::max(1U, options.max_parallel)),
      pid_(pid),
      control_(std::move(control)) {}

Result<std::shared_ptr<ChildProcess>> ChildProcess::start(const Pkcs11Options& options,
                                                          const std::string& module) {
  ANTIN_TRY(auto ends, socket_pair());
  auto& [ours, theirs] = ends;
  const auto pid = launch(options.child_program, module, theirs, options.chatter);
  if (!pid)
    return module_unusable(module, "không chạy được chương trình " + options.child_program,
                           "the program " + options.child_program + " cannot be run");
  theirs = Descriptor{};
  bound_memory(*pid, options.module_memory);
  auto child = std::make_shared<ChildProcess>(Passkey{}, options, *pid, std::move(ours));

  set_receive_timeout(child->control_, options.load_timeout);
  Bytes frame;
  const auto ended = receive_first(child->control_, frame);
  if (ended == Ended::kTimeout) {
    child->kill();
    return hangs(module, options.load_timeout);
  }
  if (ended == Ended::kGone) {
    // A process that is ending keeps its exit status when it is killed as well.
    child->kill();
    child->reap(kTimeToEnd);
    return crashes(module, child->exit_status_);
  }
  const auto header = wire::read_header(frame);
  if (static_cast<Type>(header.type) == Type::kReady) return child;
  child->kill();
  auto failure = wire::decode_failure(ByteView{frame}.subspan(wire::kHeaderOctets));
  if (!failure) return crashes(module, 0);
  auto& why = failure.value();
  return make_error(why.code, std::move(why.detail), std::move(why.params));
}

ChildProcess::~ChildProcess() {
  bool ask = false;
  {
    const std::lock_guard lock{mutex_};
    ask = !dead_;
    idle_.clear();
  }
  if (ask) {
    // The end of the control socket asks it to end; its own end closes when it has.
    ::shutdown(control_.get(), SHUT_WR);
    set_receive_timeout(control_, kTimeToEnd);
    std::uint8_t octet = 0;
    std::size_t count = 0;
    if (receive_some(control_, &octet, 1, count) == Received::kClosed) reap(kTimeToEnd);
  }
  kill();
  reap(kTimeToEnd);
}

void ChildProcess::kill() noexcept {
  const std::lock_guard lock{mutex_};
  if (!std::exchange(dead_, true)) {
    if (!reaped_) ::kill(pid_, SIGKILL);
    // A process that the kernel cannot end yet keeps its sockets open: wake the waiting here.
    for (const int fd : busy_) ::shutdown(fd, SHUT_RDWR);
    idle_.clear();
  }
  freed_.notify_all();
}

void ChildProcess::reap(std::chrono::milliseconds patience) noexcept {
  constexpr std::chrono::milliseconds kNap{1};
  // SIGKILL works at once but for a process inside an uninterruptible system call.
  for (auto waited = kNap; !reaped_ && waited < patience; waited += kNap) {
    const auto ended = ::waitpid(pid_, &exit_status_, WNOHANG);
    reaped_ = ended == pid_ || ended < 0;
    if (!reaped_) std::this_thread::sleep_for(kNap);
  }
}

Result<Descriptor> ChildProcess::new_channel_socket() {
  ANTIN_TRY(auto ends, socket_pair());
  if (!send_descriptor(control_, ends.second))
    return make_error(Code::kTokenFailed, "child is gone", {{"reason", "EOF"}});
  set_receive_timeout(ends.first, operation_timeout_);
  return std::move(ends.first);
}

bool ChildProcess::acquire(Channel& channel) {
  std::unique_lock lock{mutex_};
  freed_.wait(lock, [this] { return dead_ || !idle_.empty() || busy_.size() < max_parallel_; });
  if (dead_) return false;
  if (!idle_.empty()) {
    channel = std::move(idle_.back());
    idle_.pop_back();
  } else {
    auto socket = new_channel_socket();
    if (!socket) return false;
    channel.socket = std::move(socket).value();
  }
  busy_.push_back(channel.socket.get());
  return true;
}

void ChildProcess::release(Channel channel) {
  {
    const std::lock_guard lock{mutex_};
    std::erase(busy_, channel.socket.get());
    if (!dead_) idle_.push_back(std::move(channel));
  }
  freed_.notify_one();
}

void ChildProcess::abandon(Channel channel) {
  {
    const std::lock_guard lock{mutex_};
    std::erase(busy_, channel.socket.get());
    channel.socket = Descriptor{};
  }
  kill();
}

// Waits as long as the child gets anything done, and as long as a person may be typing.
Ended ChildProcess::wait_for(Channel& channel, std::uint8_t* into, std::size_t capacity,
                             std::size_t& count) {
  auto seen = progress_.load(std::memory_order_relaxed);
  std::chrono::milliseconds waited{0};
  for (int extensions = 0;;) {
    switch (receive_some(channel.socket, into, capacity, count)) {
      case Received::kDone:
        return Ended::kAnswered;
      case Received::kClosed:
        return Ended::kGone;
      case Received::kTimeout:
        break;
    }
    waited += operation_timeout_;
    const auto now = progress_.load(std::memory_order_relaxed);
    const bool typing = pin_pads_.load() > 0 && waited < pin_pad_timeout_;
    const bool moving = std::exchange(seen, now) != now && ++extensions < kMostExtensions;
    if (!typing && !moving) return Ended::kTimeout;
  }
}

Ended ChildProcess::receive(Channel& channel, Answer& answer) {
  // Nearly every answer, and all of a signature's, fits here: one read.
  constexpr std::size_t kUsual = 2048;
  answer.frame.resize(kUsual);
  std::size_t have = 0;
  std::size_t whole = wire::kHeaderOctets;
  while (have < whole) {
    std::size_t count = 0;
    const auto ended =
        wait_for(channel, answer.frame.data() + have, answer.frame.size() - have, count);
    if (ended != Ended::kAnswered) return ended;
    have += count;
    if (have < wire::kHeaderOctets) continue;
    const auto header = wire::read_header(answer.frame);
    whole = wire::kHeaderOctets + header.body_octets;
    const bool sound = header.version == wire::kVersion && header.id == channel.last_id &&
                       header.body_octets <= wire::kMaxAnswerOctets && have <= whole;
    if (!sound) return Ended::kGone;  // a child that breaks the protocol is as good as dead
    answer.type = static_cast<Type>(header.type);
    if (whole > answer.frame.size()) answer.frame.resize(whole);
  }
  answer.frame.resize(whole);
  return Ended::kAnswered;
}

ChildProcess::Answer ChildProcess::exchange(const wire::Request& request, const LockedMemory* pin) {
  Answer answer;
  Channel channel;
  if (!acquire(channel)) return answer;
  const bool pad = request.pin_octets == wire::kPinPad;
  if (pad) ++pin_pads_;
  const auto frame = wire::encode(request, ++channel.last_id);
  answer.ended = send_all(channel.socket, frame) ? receive(channel, answer) : Ended::kGone;
  if (answer.ended == Ended::kAnswered && answer.type == Type::kPinWanted && pin != nullptr)
    answer.ended =
        send_all(channel.socket, pin->reveal()) ? receive(channel, answer) : Ended::kGone;
  if (pad) --pin_pads_;
  if (answer.ended != Ended::kAnswered) {
    abandon(std::move(channel));
    return answer;
  }
  progress_.fetch_add(1, std::memory_order_relaxed);
  release(std::move(channel));
  return answer;
}

}  // namespace antin::hsm
