// antin-digitise: results that are still in force, from a folder of scans and its table; and the
// way back, the printout of an electronic one.

#include <array>
#include <iostream>

#include "service/cli/command.h"
#include "service/cli/messages.h"
#include "service/cli_digitise/commands.h"

int main(int argc, char** argv) {
  using namespace antin::service;
  try {
    const std::array verbs = {Verb{"template", digitise_template_spec, digitise_template},
                              Verb{"check", digitise_check_spec, digitise_check},
                              Verb{"import", digitise_import_spec, digitise_import},
                              Verb{"progress", digitise_progress_spec, digitise_progress}};
    const auto words = words_of(argc, argv);
    if (!words.empty() && words.front() == "printout")
      return printout_command(std::span<const std::string>(words).subspan(1));
    return run_verb("digitise", verbs, words);
  } catch (const std::exception& problem) {
    std::cerr << "antin-digitise: " << problem.what() << '\n';
    return kExitFailed;
  }
}
