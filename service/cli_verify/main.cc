#include <iostream>
#include <string>

#include "service/cli/args.h"
#include "service/cli/messages.h"
#include "service/cli_verify/commands.h"

namespace {

int run(int argc, char** argv) {
  using namespace antin;
  const auto words = service::words_of(argc, argv);
  const std::string command = words.empty() ? "" : words.front();
  const auto rest = std::span<const std::string>(words).subspan(words.empty() ? 0 : 1);
  if (command == "verify") return service::verify_command(rest);
  if (command == "inspect") return service::inspect_command(rest);
  if (command == "compare") return service::compare_command(rest);
  service::print_error(std::cerr,
                       make_error(Code::kCliUnknownCommand, command,
                                  {{"lenh", command}, {"goi_y", "verify, inspect, compare"}}),
                       service::languages(std::nullopt));
  return service::kExitFailed;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& problem) {
    std::cerr << "antin-verify: " << problem.what() << '\n';
    return antin::service::kExitFailed;
  }
}
