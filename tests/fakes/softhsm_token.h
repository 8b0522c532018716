#pragma once

#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/file.h>
#include <unistd.h>
#include <utility>
#include <vector>

#include "tests/fakes/temp_folder.h"

namespace antin::fakes {

/// A SoftHSM2 token of its own in a folder of its own, gone with this object.
///
/// Keys rsa2048, rsa3072, rsa4096, p256, p384 with ids 01 to 05, each with a certificate of the
/// same label and id, issued by the certificate "ca" (id 0a), which is on the token too. Made once
/// per build folder with openssl, softhsm2-util and pkcs11-tool, then copied. Sets SOFTHSM2_CONF
/// for this process and its children. Throws when SoftHSM2 is missing: such a test fails.
class SoftHsmToken {
 public:
  static constexpr const char* kModule = "/usr/lib/softhsm/libsofthsm2.so";
  static constexpr const char* kLabel = "antin test";
  static constexpr const char* kPin = "87654321";
  static constexpr const char* kSoPin = "12345678";

  SoftHsmToken() {
    const auto made = recipe_result();
    std::filesystem::copy(made, folder_.path(), std::filesystem::copy_options::recursive);
    std::ofstream{conf()} << "directories.tokendir = " << tokens_folder()
                          << "\nobjectstore.backend = file\nlog.level = ERROR\n"
                             "slots.removable = true\n";
    ::setenv("SOFTHSM2_CONF", conf().c_str(), 1);
  }
  SoftHsmToken(const SoftHsmToken&) = delete;
  SoftHsmToken& operator=(const SoftHsmToken&) = delete;

  std::string folder() const { return folder_.path(); }
  std::string conf() const { return folder_.path() + "/softhsm2.conf"; }
  std::string tokens_folder() const { return folder_.path() + "/tokens"; }
  /// PEM of the certificate "rsa2048", …, "ca".
  std::string certificate_file(const std::string& label) const {
    return folder_.path() + "/" + label + ".crt";
  }
  std::string ca_file() const { return certificate_file("ca"); }

  /// The token goes away and comes back, as SoftHSM sees it.
  void pull_out() const {
    std::filesystem::rename(tokens_folder(), folder_.path() + "/pulled");
    make(tokens_folder());
  }
  void plug_in() const {
    std::filesystem::remove_all(tokens_folder());
    std::filesystem::rename(folder_.path() + "/pulled", tokens_folder());
  }

  /// pkcs11-tool on this token, logged in as its user.
  void tool(const std::string& arguments) const {
    run("pkcs11-tool --module " + std::string{kModule} + " --token-label '" + kLabel +
        "' --login --pin " + kPin + " " + arguments);
  }

  static void run(const std::string& command) {
    // NOLINTNEXTLINE(concurrency-mt-unsafe,cert-env33-c): a fixture, before threads are started.
    if (std::system(("( " + command + " ) >/dev/null 2>&1").c_str()) != 0)
      throw std::runtime_error("failed: " + command);
  }

 private:
  // A new number when the recipe changes.
  static constexpr const char* kRecipe = "softhsm-token-2";

  static void make(const std::string& folder) { std::filesystem::create_directories(folder); }

  static std::string recipe_result() {
    const std::string root = std::string{ANTIN_BINARY_DIR} + "/tests";
    make(root);
    const auto done = root + "/" + kRecipe;
    const int lock = ::open((done + ".lock").c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600);
    if (lock < 0 || ::flock(lock, LOCK_EX) != 0) throw std::runtime_error("lock " + done);
    if (!std::filesystem::exists(done)) {
      const auto draft = done + ".part";
      std::filesystem::remove_all(draft);
      cook(draft);
      std::filesystem::remove(draft + "/softhsm2.conf");
      std::filesystem::rename(draft, done);
    }
    ::close(lock);
    return done;
  }

  static void cook(const std::string& at) {
    make(at + "/tokens");
    std::ofstream{at + "/softhsm2.conf"} << "directories.tokendir = " << at << "/tokens\n";
    const auto in = "cd '" + at + "' && export SOFTHSM2_CONF='" + at + "/softhsm2.conf' && ";
    run(in + "softhsm2-util --init-token --free --label '" + kLabel + "' --pin " + kPin +
        " --so-pin " + kSoPin);
    const auto tool = "pkcs11-tool --module " + std::string{kModule} + " --login --pin " + kPin;
    const auto on_token = [&](const std::string& label, const std::string& id) {
      run(in + "openssl x509 -in " + label + ".crt -outform DER -out crt.der && " + tool +
          " --write-object crt.der --type cert --label " + label + " --id " + id);
    };
    run(in +
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key"
        " -out ca.crt -days 3650 -subj '/C=VN/O=antin test/CN=antin test CA'"
        " -addext keyUsage=critical,keyCertSign,cRLSign");
    on_token("ca", "0a");
    const std::vector<std::pair<std::string, std::string>> keys = {
        {"rsa2048", "RSA -pkeyopt rsa_keygen_bits:2048"},
        {"rsa3072", "RSA -pkeyopt rsa_keygen_bits:3072"},
        {"rsa4096", "RSA -pkeyopt rsa_keygen_bits:4096"},
        {"p256", "EC -pkeyopt ec_paramgen_curve:P-256"},
        {"p384", "EC -pkeyopt ec_paramgen_curve:P-384"}};
    for (std::size_t i = 0; i < keys.size(); ++i) {
      const auto& [label, kind] = keys[i];
      const auto id = "0" + std::to_string(i + 1);
      run(in + "openssl genpkey -algorithm " + kind + " -out " + label + ".key && " +
          "openssl req -x509 -CA ca.crt -CAkey ca.key -key " + label + ".key -out " + label +
          ".crt -days 3650 -subj '/C=VN/O=antin test/CN=antin test " + label +
          "' -addext basicConstraints=critical,CA:FALSE"
          " -addext keyUsage=critical,digitalSignature,nonRepudiation");
      run(in + "softhsm2-util --import " + label + ".key --token '" + kLabel + "' --label " +
          label + " --id " + id + " --pin " + kPin);
      on_token(label, id);
    }
    run(in + "rm -f crt.der");
  }

  TempFolder folder_{"softhsm"};
};

}  // namespace antin::fakes
