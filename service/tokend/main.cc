// antin-tokend: holds keys and PINs for others, and nothing else (docs/PROTOCOL.tokend.md).

#include <cstdlib>
#include <exception>
#include <iostream>
#include <span>
#include <string>

#include "service/system/complain.h"
#include "service/tokend/daemon.h"

namespace antin::service {
namespace {

int usage() {
  std::cerr << "antin-tokend [--config FILE] [--socket PATH] [--check-config]\n";
  return kFailed;
}

int run(std::span<char*> argv) {
  std::string path = "/etc/antin/tokend.toml";
  std::string socket;
  bool check = false;
  for (std::size_t i = 1; i < argv.size(); ++i) {
    const std::string word = argv[i];
    std::string* value = word == "--config" ? &path : word == "--socket" ? &socket : nullptr;
    if (value != nullptr && ++i < argv.size()) {
      *value = argv[i];
    } else if (word == "--check-config") {
      check = true;
    } else {
      return usage();
    }
  }
  auto config = load_tokend_config(path);
  if (!config) return complain(config.error());
  if (check) return 0;
  if (!socket.empty()) config.value().service.socket = socket;
  // NOLINTNEXTLINE(concurrency-mt-unsafe): before any thread
  const char* const credentials = std::getenv("CREDENTIALS_DIRECTORY");
  const auto served = run_tokend(config.value(), credentials == nullptr ? "" : credentials);
  return served ? 0 : complain(served.error());
}

}  // namespace
}  // namespace antin::service

int main(int argc, char** argv) {
  try {
    return antin::service::run({argv, static_cast<std::size_t>(argc)});
  } catch (const std::exception& problem) {
    std::cerr << problem.what() << '\n';
    return antin::service::kFailed;
  }
}
