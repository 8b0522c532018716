// antin audit: the logs of the service, judged from outside.

#include <array>
#include <iostream>

#include "service/cli/command.h"
#include "service/cli/messages.h"
#include "service/cli_audit/audit_commands.h"

int main(int argc, char** argv) {
  using namespace antin::service;
  try {
    const std::array verbs{Verb{"verify", verify_logs_spec, verify_logs},
                           Verb{"check-proof", check_proof_spec, check_proof},
                           Verb{"key", show_keys_spec, show_keys},
                           Verb{"forget", forget_spec, forget_records}};
    return run_verb("audit", verbs, words_of(argc, argv));
  } catch (const std::exception& problem) {
    std::cerr << "antin-audit: " << problem.what() << '\n';
    return kExitFailed;
  }
}
