// antin-sign: the commands that make signatures. antin becomes this program.

#include <iostream>
#include <string_view>
#include <vector>

#include "service/cli/args.h"
#include "service/cli/messages.h"
#include "service/cli/sign_command.h"

int main(int argc, char** argv) {
  using antin::service::words_of;
  const auto words = words_of(argc, argv);
  const std::string_view command = words.empty() ? std::string_view{} : words.front();
  const auto rest = std::span(words).subspan(words.empty() ? 0 : 1);
  if (command == "sign") return antin::service::sign_command(rest);
  if (command == "prepare") return antin::service::prepare_command(rest);
  if (command == "complete") return antin::service::complete_command(rest);
  if (command == "extend") return antin::service::extend_command(rest);
  if (command == "sign-cases") return antin::service::sign_cases_command(rest);
  std::cerr << "antin-sign sign|sign-cases|prepare|complete|extend …\n";
  return antin::service::kExitFailed;
}
