#include "service/cli/pin_source.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <fcntl.h>
#include <sstream>
#include <string_view>
#include <termios.h>
#include <unistd.h>
#include <utility>

#include "hsm/pkcs11/pkcs11_key_holder.h"
#include "service/cli/messages.h"

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

Status refuse_few_tries(const hsm::TokenStatus& status) {
  const Params token{{"token", status.label}};
  if (status.pin_final_try) return make_error(Code::kTokenPinFinalTry, status.label, token);
  if (status.pin_count_low)
    return make_error(Code::kTokenPinCountLow, status.label,
                      {{"token", status.label}, {"n", "một số ít"}, {"left", "A few tries are"}});
  return Done{};
}

class AskingPinSource final : public hsm::PinSource {
 public:
  explicit AskingPinSource(std::vector<Language> spoken) : spoken_(std::move(spoken)) {}

  Result<Secret> pin(const hsm::TokenStatus& status, Why why) override {
    if (why == Why::kNewPin) return new_pin(status);
    std::ostringstream text;
    const auto warn = [&](Code code) {
      text << speak(code,
                    {{"token", status.label}, {"n", "một số ít"}, {"left", "A few tries are"}},
                    spoken_)
           << "\n";
    };
    if (status.pin_final_try) {
      warn(Code::kTokenPinFinalTry);
    } else if (status.pin_count_low) {
      warn(Code::kTokenPinCountLow);
    }
    text << speak(why == Why::kLogin ? "Mã PIN của thiết bị" : "Mã PIN cho chữ ký này, thiết bị",
                  why == Why::kLogin ? "PIN of the device" : "PIN for this signature, device",
                  spoken_)
         << " “" << status.label << "”: ";
    return ask_secret(text.str());
  }

 private:
  // Nobody sees what is typed: only typing it twice finds a slip.
  Result<Secret> new_pin(const hsm::TokenStatus& status) const {
    const auto device = " “" + status.label + "”: ";
    ANTIN_TRY(
        auto first,
        ask_secret(speak("Mã PIN mới của thiết bị", "New PIN of the device", spoken_) + device));
    ANTIN_TRY(const auto second, ask_secret(speak("Nhập lại mã PIN mới của thiết bị",
                                                  "The new PIN of the device once more", spoken_) +
                                            device));
    const auto a = first.reveal();
    const auto b = second.reveal();
    if (!std::equal(a.begin(), a.end(), b.begin(), b.end()))
      return make_error(Code::kTokenNewPinsDiffer, status.label, {{"token", status.label}});
    return first;
  }

  std::vector<Language> spoken_;
};

class FilePinSource final : public hsm::PinSource {
 public:
  explicit FilePinSource(std::string path) : path_(std::move(path)) {}
  Result<Secret> pin(const hsm::TokenStatus& status, Why why) override {
    if (why == Why::kNewPin) return make_error(Code::kCancelled, "a file holds one PIN");
    if (why == Why::kLogin && std::exchange(used_, true))
      return make_error(Code::kCancelled, "the PIN of the file was used already");
    ANTIN_CHECK(refuse_few_tries(status));
    return hsm::read_pin_file(path_);
  }

 private:
  std::string path_;
  bool used_ = false;
};

class DescriptorPinSource final : public hsm::PinSource {
 public:
  explicit DescriptorPinSource(int fd) : fd_(fd) {}
  // One line per PIN that is asked for.
  Result<Secret> pin(const hsm::TokenStatus& status, Why) override {
    ANTIN_CHECK(refuse_few_tries(status));
    ANTIN_TRY(auto secret, read_line(fd_, From::kPipe));
    if (secret.empty()) return make_error(Code::kCancelled, "no PIN on the descriptor");
    return secret;
  }

 private:
  int fd_;
};

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

Result<std::unique_ptr<hsm::PinSource>> make_pin_source(const std::string& option,
                                                        std::vector<Language> spoken) {
  using Source = std::unique_ptr<hsm::PinSource>;
  if (option == "ask") return Source(std::make_unique<AskingPinSource>(std::move(spoken)));
  constexpr std::string_view kFile = "file:";
  constexpr std::string_view kDescriptor = "fd:";
  if (option.starts_with(kFile)) {
    auto path = option.substr(kFile.size());
    // Refused before anything is done, not when the token asks.
    ANTIN_TRY(const auto checked, hsm::read_pin_file(path));
    if (!checked.empty()) return Source(std::make_unique<FilePinSource>(std::move(path)));
  }
  if (option.starts_with(kDescriptor)) {
    int fd = -1;
    const auto* begin = option.data() + kDescriptor.size();
    const auto* end = option.data() + option.size();
    const auto [stopped, problem] = std::from_chars(begin, end, fd);
    if (problem == std::errc{} && stopped == end && fd >= 0)
      return Source(std::make_unique<DescriptorPinSource>(fd));
  }
  return make_error(Code::kCliBadValue, "--pin-source",
                    {{"tuy_chon", "--pin-source"},
                     {"gia_tri", option.substr(0, option.find(':'))},
                     {"cho_phep", "ask, file:PATH, fd:N"}});
}

}  // namespace antin::service
