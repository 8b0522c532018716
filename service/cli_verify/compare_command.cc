#include <iostream>
#include <string>

#include "service/cli/args.h"
#include "service/cli/command.h"
#include "service/cli/messages.h"
#include "service/cli_verify/commands.h"
#include "service/cli_verify/compare_files.h"
#include "service/cli_verify/inputs.h"
#include "service/cli_verify/options.h"
#include "service/system/files.h"

namespace antin::service {
namespace {

const CommandSpec& spec() {
  static const CommandSpec kSpec{
      .name = "antin compare",
      .usage = "COPY ORIGINAL [--pictures DIR] [--json]",
      .vi = "Đối chiếu bản sao với bản gốc (không kết luận về chữ ký).",
      .en = "Compares a copy with its original (without judging signatures).",
      .options = {password_option(),
                  {"pictures", OptionSpec::Kind::kValue, "DIR",
                   "ghi hình từng trang khác nhau (bản sao bên trái, bản gốc bên phải) vào thư mục",
                   "write a picture of each page that differs (copy left, original right)"},
                  {"force", OptionSpec::Kind::kFlag, "", "ghi đè hình đã có",
                   "replace pictures that are there"},
                  json_option()},
      .min_positional = 2,
      .max_positional = 2};
  return kSpec;
}

// A page a file: trang-003.png.
Status write_pictures(verifier::Comparison& comparison, const std::string& folder,
                      IfExists if_exists) {
  const auto begin = folder + "/trang-";
  for (auto& page : comparison.pages) {
    if (page.picture.empty()) continue;
    auto number = std::to_string(page.page);
    number.insert(0, number.size() < 3 ? 3 - number.size() : 0, '0');
    ANTIN_CHECK(write_file(begin + number + ".png", {page.picture}, if_exists));
    page.picture.clear();  // in its file, and not once more in the JSON
  }
  return Done{};
}

int run_compare(const Arguments& arguments, const std::vector<Language>& spoken) {
  const auto& names = arguments.positional();
  const auto copy = read_document(names[0]);
  const auto original = read_document(names[1]);
  for (const auto* input : {&copy, &original}) {
    if (*input) continue;
    print_error(std::cerr, input->error(), spoken);
    if (arguments.has("json")) std::cout << error_json(names[0], input->error()) << '\n';
    return kExitFailed;
  }
  const auto folder = arguments.value("pictures");
  constexpr std::size_t kMaxPictures = 100;
  auto comparison = compare_files({.original_name = names[1],
                                   .copy = copy.value(),
                                   .original = original.value(),
                                   .password = arguments.value_or("password", ""),
                                   .limits = {},
                                   .pictures = folder ? kMaxPictures : 0});
  if (folder) {
    const auto if_exists = arguments.has("force") ? IfExists::kReplace : IfExists::kRefuse;
    if (const auto written = write_pictures(comparison, *folder, if_exists); !written) {
      print_error(std::cerr, written.error(), spoken);
      if (arguments.has("json")) std::cout << error_json(names[0], written.error()) << '\n';
      return kExitFailed;
    }
  }
  if (arguments.has("json"))
    std::cout << verifier::to_json(comparison, names[0]) << '\n';
  else
    std::cout << verifier::to_text(comparison, spoken.front());
  return verifier::exit_code(comparison.result);
}

}  // namespace

int compare_command(std::span<const std::string> words) {
  return run_command(spec(), words, [](const auto& arguments, const auto& spoken) -> Result<int> {
    return run_compare(arguments, spoken);
  });
}

}  // namespace antin::service
