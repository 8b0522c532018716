#include <iostream>
#include <string>

#include "service/cli/args.h"
#include "service/cli/messages.h"
#include "service/cli_verify/commands.h"
#include "service/cli_verify/inputs.h"
#include "service/cli_verify/options.h"
#include "verifier/compare.h"

namespace antin::service {
namespace {

const CommandSpec& spec() {
  static const CommandSpec kSpec{
      .name = "antin compare",
      .usage = "COPY ORIGINAL [--json]",
      .vi = "Đối chiếu bản sao với bản gốc (không kết luận về chữ ký).",
      .en = "Compares a copy with its original (without judging signatures).",
      .options = {password_option(), json_option()},
      .min_positional = 2,
      .max_positional = 2};
  return kSpec;
}

int compare_files(const Arguments& arguments, const std::vector<Language>& spoken) {
  const auto& names = arguments.positional();
  const auto copy = read_document(names[0]);
  const auto original = read_document(names[1]);
  for (const auto* input : {&copy, &original}) {
    if (*input) continue;
    print_error(std::cerr, input->error(), spoken);
    if (arguments.has("json")) std::cout << error_json(names[0], input->error()) << '\n';
    return kExitFailed;
  }
  const auto comparison = verifier::compare({.original_name = names[1],
                                             .copy = copy.value(),
                                             .original = original.value(),
                                             .password = arguments.value_or("password", ""),
                                             .limits = {}});
  if (arguments.has("json")) {
    std::cout << verifier::to_json(comparison, names[0]) << '\n';
  } else {
    std::cout << speak(verifier::message_of(comparison.result), {}, spoken) << '\n';
  }
  return verifier::exit_code(comparison.result);
}

}  // namespace

int compare_command(std::span<const std::string> words) {
  const auto arguments = parse_arguments(spec(), words);
  if (!arguments) {
    print_error(std::cerr, arguments.error(), languages(std::nullopt));
    return kExitFailed;
  }
  const auto spoken = languages(arguments.value().language());
  if (arguments.value().help()) {
    std::cout << help_text(spec(), spoken.front());
    return kExitOk;
  }
  return compare_files(arguments.value(), spoken);
}

}  // namespace antin::service
