#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "certs/core/error.h"
#include "service/cli/args.h"

namespace antin::service {

/// What a command does once its command line is read: an exit code, or why there is none.
using CommandBody =
    std::function<Result<int>(const Arguments& arguments, const std::vector<Language>& spoken)>;

/// Around every command: reads the command line, shows help, speaks of what went wrong. Returns the
/// exit code.
int run_command(const CommandSpec& spec, std::span<const std::string> words,
                const CommandBody& body);

/// A program of several verbs, "antin trust list|add|remove".
struct Verb {
  std::string_view name;
  std::function<CommandSpec()> spec;
  CommandBody body;
};
/// Runs the verb that `words` begin with, after `group` if that stands in front of it; --help alone
/// names them all. An unknown verb is kCliUnknownCommand with the nearest.
int run_verb(std::string_view group, std::span<const Verb> verbs,
             std::span<const std::string> words);

}  // namespace antin::service
