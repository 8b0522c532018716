#include "service/cli/pin_source.h"

#include <algorithm>
#include <charconv>
#include <sstream>
#include <string_view>
#include <utility>

#include "hsm/pkcs11/pkcs11_key_holder.h"
#include "service/cli/messages.h"
#include "service/system/terminal.h"

namespace antin::service {
namespace {

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
    ANTIN_TRY(auto secret, read_secret_line(fd_));
    if (secret.empty()) return make_error(Code::kCancelled, "no PIN on the descriptor");
    return secret;
  }

 private:
  int fd_;
};

}  // namespace

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
