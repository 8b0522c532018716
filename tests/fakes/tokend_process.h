#pragma once

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <utility>
#include <vector>

#include "tests/fakes/child_program.h"
#include "tests/fakes/softhsm_token.h"

namespace antin::testing {

/// antin-tokend of the build (ANTIN_BINARY_DIR) in a folder of the test's own: tokend.toml, pin,
/// tokend.sock, operator.sock, and journal and checkpoints beside them.
class TokendProcess : public ChildProgram {
 public:
  static constexpr const char* kAlways =
      "hours = \"00:00-24:00\"\n"
      "days = [\"mon\", \"tue\", \"wed\", \"thu\", \"fri\", \"sat\", \"sun\"]\n";

  explicit TokendProcess(std::string folder) : folder_(std::move(folder)) {}

  std::string config() const { return folder_ + "/tokend.toml"; }
  std::string socket() const { return folder_ + "/tokend.sock"; }
  std::string operator_socket() const { return folder_ + "/operator.sock"; }
  std::string journal() const { return folder_ + "/journal"; }

  /// [[keys]] for one key that signs documents for the agency.
  static std::string document_key(const std::string& uri) {
    return "[[keys]]\nuri = \"" + uri +
           "\"\npurpose = \"document\"\nroles = [\"agency\"]\n"
           "schemes = [\"RSASSA-PKCS1-v1_5 SHA-256\", \"ECDSA SHA-256\", \"ECDSA SHA-384\"]\n"
           "per_minute = 100000\nper_day = 100000\n" +
           kAlways;
  }
  /// [[keys]] for one key that signs checkpoints.
  static std::string checkpoint_key(const std::string& uri) {
    return "[[keys]]\nuri = \"" + uri +
           "\"\npurpose = \"checkpoint\"\nper_minute = 1000\nper_day = 100000\n" + kAlways;
  }

  /// The start of a configuration; tokens and keys follow it.
  static std::string head(const std::string& module, const std::string& more_service = "") {
    return "schema = \"antin-tokend/1\"\nmodules = [" +
           (module.empty() ? "" : "\"" + module + "\"") +
           "]\n[service]\nsocket = \"tokend.sock\"\noperator_socket = \"operator.sock\"\n"
           "folder = \".\"\n" +
           more_service;
  }
  void write_config(const std::string& toml) const { std::ofstream{config()} << toml; }

  /// The usual: the SoftHSM token of fakes::SoftHsmToken, unlocked, and one of its keys.
  void write_usual_config(const std::string& key = "rsa2048") const {
    write_pin(fakes::SoftHsmToken::kPin);
    write_config(head(fakes::SoftHsmToken::kModule) +
                 "[[tokens]]\nuri = \"pkcs11:token=antin%20test\"\npin = \"file:pin\"\n" +
                 document_key("pkcs11:token=antin%20test;object=" + key));
  }
  void write_pin(const std::string& pin) const {
    std::filesystem::remove(folder_ + "/pin");
    std::ofstream{folder_ + "/pin"} << pin << '\n';
    std::filesystem::permissions(folder_ + "/pin", std::filesystem::perms::owner_read);
  }

  /// Starts it; true once it serves.
  bool start() { return serve(command()); }
  /// The same with the clients' socket bound by somebody else, as systemd does it.
  bool start_with_socket() {
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    socket().copy(static_cast<char*>(address.sun_path), sizeof address.sun_path - 1);
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast)
    if (::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        ::listen(fd, 4) != 0)
      throw std::runtime_error("bind");
    std::vector<std::string> words{"/bin/sh", "-c", "LISTEN_PID=$$ LISTEN_FDS=1 exec \"$@\"", "sh"};
    const auto rest = command();
    words.insert(words.end(), rest.begin(), rest.end());
    const bool started = serve(std::move(words), fd);
    ::close(fd);
    return started;
  }
  /// Starts anew with an empty log.
  bool restart(int signal) {
    end(signal);
    return start();
  }

 private:
  std::vector<std::string> command() const {
    return {std::string(ANTIN_BINARY_DIR) + "/bin/antin-tokend", "--config", config()};
  }
  bool serve(std::vector<std::string> words, int passed = -1) {
    if (launch(std::move(words), passed)) return true;
    end(SIGKILL);
    return false;
  }

  std::string folder_;
};

}  // namespace antin::testing
