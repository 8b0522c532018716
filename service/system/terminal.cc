#include "service/system/terminal.h"

#include <cerrno>
#include <cstdint>
#include <fcntl.h>
#include <string_view>
#include <termios.h>
#include <unistd.h>
#include <utility>

namespace antin::service {
namespace {

constexpr std::size_t kMostPin = 256;

// The controlling terminal with echo, line signals and canonical editing off; put back at the end.
class QuietTerminal {
 public:
  QuietTerminal() : fd_(::open("/dev/tty", O_RDWR | O_CLOEXEC)) {
    if (fd_ < 0 || ::tcgetattr(fd_, &before_) != 0) return;
    auto quiet = before_;
    // Without ISIG and ICANON Ctrl-C arrives as a character at once, so that the echo is always
    // switched on again; read_typed() does the editing.
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO | ISIG | ICANON);
    quiet.c_cc[VMIN] = 1;
    quiet.c_cc[VTIME] = 0;
    changed_ = ::tcsetattr(fd_, TCSAFLUSH, &quiet) == 0;
  }
  ~QuietTerminal() {
    if (changed_) ::tcsetattr(fd_, TCSAFLUSH, &before_);
    if (fd_ >= 0) ::close(fd_);
  }
  QuietTerminal(const QuietTerminal&) = delete;
  QuietTerminal& operator=(const QuietTerminal&) = delete;
  bool usable() const noexcept { return changed_; }
  int fd() const noexcept { return fd_; }

  void say(std::string_view text) const {
    while (!text.empty()) {
      const auto wrote = ::write(fd_, text.data(), text.size());
      if (wrote <= 0) return;
      text.remove_prefix(static_cast<std::size_t>(wrote));
    }
  }

 private:
  int fd_;
  termios before_{};
  bool changed_ = false;
};

// The line editing of a terminal that is in neither canonical nor signal mode.
enum class Key { kOrdinary, kEnd, kCancel, kErase, kEraseAll };
Key key_of(std::uint8_t octet) {
  switch (octet) {
    case 0x03:  // Ctrl-C
    case 0x04:  // Ctrl-D
    case 0x1A:  // Ctrl-Z
    case 0x1B:  // Escape, and whatever a function key would type
    case 0x1C:  // Ctrl-backslash
      return Key::kCancel;
    case 0x08:
    case 0x7F:
      return Key::kErase;
    case 0x15:  // Ctrl-U
      return Key::kEraseAll;
    case '\n':
    case '\r':
      return Key::kEnd;
    default:
      return Key::kOrdinary;
  }
}

// UTF-8: the octets of one character go together.
void erase_character(Bytes& line) {
  while (!line.empty()) {
    const auto octet = line.back();
    line.back() = 0;
    line.pop_back();
    if ((octet & 0xC0U) != 0x80U) return;
  }
}

// One line, without its end. The buffer never grows, so that no copy of a PIN stays behind.
enum class From { kTerminal, kPipe };
Result<Secret> read_line(int fd, From from) {
  Bytes line;
  line.reserve(kMostPin);
  for (;;) {
    std::uint8_t octet = 0;
    const auto got = ::read(fd, &octet, 1);
    if (got < 0 && errno == EINTR) continue;
    auto key = got <= 0 ? Key::kEnd : key_of(octet);
    if (from == From::kPipe && key != Key::kEnd) key = Key::kOrdinary;
    if (key == Key::kEnd) break;
    if (key == Key::kErase) {
      erase_character(line);
    } else if (key == Key::kEraseAll) {
      while (!line.empty()) erase_character(line);
    } else if (key == Key::kCancel || line.size() == kMostPin) {
      const Secret wiped(std::move(line));
      return make_error(Code::kCancelled, "PIN entry");
    } else {
      line.push_back(octet);
    }
  }
  return Secret(std::move(line));
}

}  // namespace

Result<Secret> ask_secret(const std::string& prompt) {
  const QuietTerminal terminal;
  if (!terminal.usable()) return make_error(Code::kNoTerminal, "/dev/tty");
  terminal.say(prompt);
  auto secret = read_line(terminal.fd(), From::kTerminal);
  terminal.say("\n");
  if (secret && secret.value().empty()) return make_error(Code::kCancelled, "empty PIN");
  return secret;
}

Result<Secret> read_secret_line(int fd) {
  return read_line(fd, From::kPipe);
}

}  // namespace antin::service
