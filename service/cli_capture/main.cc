#include <iostream>
#include <string>

#include "service/cli/args.h"
#include "service/cli/messages.h"
#include "service/cli_capture/commands.h"

int main(int argc, char** argv) {
  using namespace antin::service;
  try {
    // The first word is the command that `antin` was called with.
    const auto words = words_of(argc, argv);
    return capture_command(std::span<const std::string>(words).subspan(words.empty() ? 0 : 1));
  } catch (const std::exception& problem) {
    std::cerr << "antin-capture: " << problem.what() << '\n';
    return kExitFailed;
  }
}
