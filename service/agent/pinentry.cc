#include "service/agent/pinentry.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

#include "certs/core/spawn_settings.h"
#include "service/agent/assuan.h"
#include "service/agent/platform.h"

// POSIX leaves the declaration to us, and its type.
// NOLINTNEXTLINE(readability-redundant-declaration,cppcoreguidelines-avoid-non-const-global-variables)
extern char** environ;

namespace antin::service::agent {
namespace {

using Ticks = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds kLook{100};     // how long a cancelled question may still stand
constexpr std::size_t kMostPin = 255;  // no token takes more
constexpr int kMostLines = 200;        // of one answer

pid_t launch(std::string program, const hsm::Descriptor& channel, bool grab) {
  SpawnSettings settings(SpawnSettings::Group::kParents);
  ::posix_spawn_file_actions_adddup2(settings.files(), channel.get(), STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(settings.files(), channel.get(), STDOUT_FILENO);
  std::string option = "--no-global-grab";
  std::array<char*, 3> arguments{program.data(), grab ? nullptr : option.data(), nullptr};
  pid_t pid = -1;
  const int problem = settings.start(pid, program.c_str(), arguments.data(), environ,
                                     SpawnSettings::Found::kBySearch);
  return problem == 0 ? pid : -1;
}

Error failed(const char* what) {
  return make_error(Code::kAgentDialogFailed, std::string("pinentry: ") + what);
}

}  // namespace

Pinentry::Pinentry(const DialogSettings& settings, const Stop& stop, hsm::LockedMemory room)
    : settings_(&settings),
      stop_(&stop),
      until_(Ticks::now() + settings.within),
      room_(std::move(room)) {}

Pinentry::Pinentry(Pinentry&& other) noexcept
    : settings_(other.settings_),
      stop_(other.stop_),
      until_(other.until_),
      process_(std::exchange(other.process_, -1)),
      channel_(std::move(other.channel_)),
      room_(std::move(other.room_)),
      begin_(other.begin_),
      end_(other.end_) {}

Result<Pinentry> Pinentry::start(const DialogSettings& settings, const Stop& stop) {
  ANTIN_TRY(auto room, hsm::LockedMemory::allocate());
  ANTIN_TRY(auto ends, hsm::socket_pair());
  Pinentry made(settings, stop, std::move(room));
  if (settings.program.empty()) return make_error(Code::kAgentNoDialog, "no program");
  made.process_ = launch(settings.program, ends.second, settings.grab);
  if (made.process_ < 0) return make_error(Code::kAgentNoDialog, settings.program);
  made.channel_ = std::move(ends.first);
  return made;
}

// A window that nobody needs any more goes at once, whatever its program thinks.
Pinentry::~Pinentry() {
  if (process_ < 0) return;
  ::kill(process_, SIGKILL);
  while (::waitpid(process_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

Status Pinentry::await_octets() {
  for (;;) {
    if (*stop_) return make_error(Code::kCancelled, "dialog");
    const auto left = std::chrono::duration_cast<milliseconds>(until_ - Ticks::now());
    if (left.count() <= 0)
      return make_error(Code::kAgentDialogLate, "dialog",
                        {{"seconds", std::to_string(settings_->within.count())}});
    pollfd waiting{.fd = channel_.get(), .events = POLLIN, .revents = 0};
    const auto ready = ::poll(&waiting, 1, static_cast<int>(std::min(left, kLook).count()));
    if (ready > 0) return Done{};
    if (ready < 0 && errno != EINTR) return failed("poll");
  }
}

Result<std::span<std::uint8_t>> Pinentry::line() {
  for (;;) {
    auto* const first = room_.data() + begin_;
    auto* const last = room_.data() + end_;
    auto* const found = std::find(first, last, static_cast<std::uint8_t>('\n'));
    if (found != last) {
      const auto size = static_cast<std::size_t>(found - first);
      begin_ += size + 1;
      return std::span<std::uint8_t>(first, size);
    }
    if (end_ - begin_ > assuan::kMostLine) return failed("line too long");
    // Only a part of a line is left: it begins the page anew.
    std::memmove(room_.data(), first, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
    ANTIN_CHECK(await_octets());
    const auto got = ::recv(channel_.get(), room_.data() + end_,
                            hsm::LockedMemory::kCapacity - end_, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    if (got <= 0) return failed("ended");
    end_ += static_cast<std::size_t>(got);
    room_.set_size(end_);
  }
}

Status Pinentry::outcome(std::uint32_t error) const {
  if (assuan::means_cancelled(error)) return make_error(Code::kCancelled, "dialog");
  if (assuan::means_late(error))
    return make_error(Code::kAgentDialogLate, "dialog",
                      {{"seconds", std::to_string(settings_->within.count())}});
  return make_error(Code::kAgentDialogFailed, "pinentry: error " + std::to_string(error));
}

Status Pinentry::answer(Bytes* secret) {
  for (int i = 0; i < kMostLines; ++i) {
    ANTIN_TRY(const auto octets, line());
    ANTIN_TRY(const auto said, assuan::read_line(octets));
    switch (said.kind) {
      case assuan::Line::Kind::kOk:
        return Done{};
      case assuan::Line::Kind::kError:
        return outcome(said.error);
      case assuan::Line::Kind::kData:
        if (secret == nullptr || secret->size() + said.data.size() > kMostPin)
          return failed("data that nobody asked for");
        secret->insert(secret->end(), said.data.begin(), said.data.end());
        std::fill(octets.begin(), octets.end(), std::uint8_t{0});
        break;
      case assuan::Line::Kind::kOther:
        break;
    }
  }
  return failed("an answer without an end");
}

Status Pinentry::say(const std::string& command, const std::string& text) {
  const auto words = text.empty() ? command : command + " " + assuan::escape(text);
  if (!hsm::send_all(channel_, as_bytes(words + "\n"))) return failed("ended");
  return answer(nullptr);
}

Status Pinentry::suggest(const std::string& command) {
  auto said = say(command);
  if (said || said.error().code == Code::kAgentDialogFailed) return Done{};
  return said;
}

Status Pinentry::greet() {
  ANTIN_CHECK(answer(nullptr));
  ANTIN_CHECK(suggest(settings_->grab ? "OPTION grab" : "OPTION no-grab"));
  for (const auto& [name, value] : terminal_options())
    ANTIN_CHECK(suggest("OPTION " + name + "=" + value));
  return suggest("SETTIMEOUT " + std::to_string(settings_->within.count()));
}

Status Pinentry::put(const Person::Question& question) {
  ANTIN_CHECK(suggest("SETTITLE " + assuan::escape(question.title)));
  ANTIN_CHECK(say("SETDESC", question.text));
  if (!question.error.empty()) ANTIN_CHECK(suggest("SETERROR " + assuan::escape(question.error)));
  if (!question.prompt.empty()) ANTIN_CHECK(say("SETPROMPT", question.prompt));
  ANTIN_CHECK(suggest("SETOK " + assuan::escape(question.yes)));
  return suggest("SETCANCEL " + assuan::escape(question.no));
}

Status Pinentry::confirm() {
  return say("CONFIRM");
}

Result<Secret> Pinentry::pin() {
  Bytes octets;
  octets.reserve(kMostPin);
  lock_octets(octets);
  if (!hsm::send_all(channel_, as_bytes("GETPIN\n"))) return failed("ended");
  const auto said = answer(&octets);
  Secret secret(std::move(octets));  // wiped whatever became of it
  room_.wipe();
  begin_ = end_ = 0;
  if (!said) return said.error();
  if (secret.empty()) return make_error(Code::kCancelled, "empty PIN");
  return secret;
}

}  // namespace antin::service::agent
