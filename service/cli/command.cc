#include "service/cli/command.h"

#include <algorithm>
#include <iostream>

#include "service/cli/messages.h"

namespace antin::service {
namespace {

std::string names_of(std::span<const Verb> verbs) {
  std::string all;
  for (const auto& verb : verbs) all += (all.empty() ? "" : "|") + std::string{verb.name};
  return all;
}

int unknown(const std::string& group, const std::string& word, std::span<const Verb> verbs) {
  std::vector<std::string_view> names;
  names.reserve(verbs.size());
  for (const auto& verb : verbs) names.push_back(verb.name);
  const auto hint = nearest(word, names);
  print_error(std::cerr,
              make_error(Code::kCliUnknownCommand, group,
                         {{"lenh", group + " " + word},
                          {"goi_y", group + " " + (hint.empty() ? names_of(verbs) : hint)}}),
              languages(std::nullopt));
  return kExitFailed;
}

int show_verbs(const std::string& group, std::span<const Verb> verbs) {
  const auto spoken = languages(std::nullopt);
  std::cout << "antin " << group << " " << names_of(verbs) << "\n\n";
  for (const auto& verb : verbs) {
    const auto spec = verb.spec();
    std::cout << "  " << verb.name << ": " << speak(spec.vi, spec.en, spoken) << '\n';
  }
  std::cout << "\nantin " << group << " " << names_of(verbs) << " --help\n";
  return kExitOk;
}

}  // namespace

int run_command(const CommandSpec& spec, std::span<const std::string> words,
                const CommandBody& body) {
  const auto arguments = parse_arguments(spec, words);
  if (!arguments) {
    print_error(std::cerr, arguments.error(), languages(std::nullopt));
    return kExitFailed;
  }
  const auto spoken = languages(arguments.value().language());
  if (arguments.value().help()) {
    std::cout << help_text(spec, spoken.front());
    return kExitOk;
  }
  const auto code = body(arguments.value(), spoken);
  if (code) return code.value();
  print_error(std::cerr, code.error(), spoken);
  return kExitFailed;
}

int run_verb(std::string_view group, std::span<const Verb> verbs,
             std::span<const std::string> words) {
  const std::string name{group};
  // antin passes its own command's name along.
  if (!words.empty() && words.front() == name) words = words.subspan(1);
  const std::string wanted = words.empty() ? "" : words.front();
  if (wanted == "--help" || wanted == "-h") return show_verbs(name, verbs);
  const auto verb =
      std::find_if(verbs.begin(), verbs.end(), [&](const Verb& one) { return one.name == wanted; });
  if (verb == verbs.end()) return unknown(name, wanted, verbs);
  return run_command(verb->spec(), words.subspan(1), verb->body);
}

}  // namespace antin::service
