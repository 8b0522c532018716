// antind: the service. Also makes the keys of its interface, because their store is its own.

#include <filesystem>
#include <iostream>
#include <span>
#include <string>
#include <unistd.h>
#include <vector>

#include "service/main/daemon.h"
#include "service/main/key_command.h"
#include "service/main/store_command.h"
#include "service/setup/installation.h"
#include "service/system/filter.h"
#include "service/system/privileges.h"
#include "service/system/real.h"
#include "service/system/self.h"

namespace antin::service {
namespace {

constexpr const char* kDefaultConfig = "/etc/antin/antin.toml";
constexpr int kFailed = 3;

void say(const Error& error) {
  for (const auto language : {Language::kVietnamese, Language::kEnglish})
    std::cerr << sentence(error.code, language, error.params) << ' '
              << advice(error.code, language, error.params) << '\n';
  std::cerr << to_log_line(error) << '\n';
}

int complain(const Error& error) {
  say(error);
  return kFailed;
}

int usage() {
  std::cerr << "antind [--config FILE]\n"
               "antind --unconfined-development [--config FILE]\n"
               "antind --check-config [--config FILE]\n"
               "antind config check [FILE]\n"
               "antind key help\n";
  return kFailed;
}

struct Arguments {
  std::vector<std::string> words;
  std::string config = kDefaultConfig;
  bool check = false;
  WorkerPool::Confinement confinement = WorkerPool::Confinement::kRequired;
};

bool read_arguments(std::span<char*> argv, Arguments& out) {
  for (std::size_t i = 1; i < argv.size(); ++i) {
    const std::string word = argv[i];
    if (word == "--config") {
      if (++i == argv.size()) return false;
      out.config = argv[i];
    } else if (word == "--check-config") {
      out.check = true;
    } else if (word == "--unconfined-development") {
      out.confinement = WorkerPool::Confinement::kLeftOut;
    } else if (word.starts_with("-")) {
      return false;
    } else {
      out.words.push_back(word);
    }
  }
  return true;
}

// Programs that still stand in the tree that they were built in are for development: there root may
// start them as root. Installed ones never run as root.
AsRoot as_root() {
  std::error_code ignored;
  const auto tree = std::filesystem::path(own_folder()).parent_path();
  return std::filesystem::exists(tree / "CMakeCache.txt", ignored) ? AsRoot::kStay
                                                                   : AsRoot::kRefuse;
}

// `antin config check`: 0 = nothing to correct before it starts; warnings may have been printed.
int check_everything(const Config& config, const std::string& path) {
  setup::Problems problems;
  auto account = setup::Account::own();
  if (!config.process.user.empty()) {
    const auto named = setup::Account::named(config.process.user, "process.user");
    if (!named) return complain(named.error());
    // Root asks for the service; anybody else can only see what they see themselves.
    if (account.user == 0) account = named.value();
  } else if (account.user == 0) {
    problems.push_back({make_error(Code::kSetupRoot, path), setup::Problem::Weight::kWarns});
  }
  setup::check_path({path, path, setup::Use::kFile}, account, problems);
  const SystemClock clock;
  for (auto& problem : setup::check_installation(config, account, clock))
    problems.push_back(std::move(problem));
  std::size_t stopping = 0;
  for (const auto& problem : problems) {
    const bool stops = problem.weight == setup::Problem::Weight::kStops;
    stopping += stops ? 1U : 0U;
    std::cerr << (stops ? "[!!] " : "[ !] ");
    say(problem.error);
  }
  std::cout << path << ": " << stopping << " lỗi phải sửa, " << problems.size() - stopping
            << " cảnh báo / " << stopping << " to correct, " << problems.size() - stopping
            << " warnings\n";
  return stopping == 0 ? 0 : 1;
}

int run(std::span<char*> argv) {
  if (argv.size() > 1 && is_store_command(argv[1])) return store_command(argv.subspan(1));
  Arguments arguments;
  std::optional<KeyOrder> key;
  if (argv.size() > 1 && std::string_view(argv[1]) == "key") {
    auto order = read_key_order(argv.subspan(2), kDefaultConfig);
    if (!order) return complain(order.error());
    key = std::move(order).value();
    arguments.config = key->config;
    if (key->verb == "help") {
      std::cout << key_usage();
      return 0;
    }
  } else if (!read_arguments(argv, arguments)) {
    return usage();
  }
  bool whole = false;
  // What `antin config check` becomes.
  if (arguments.words.size() >= 2 && arguments.words[0] == "config" &&
      arguments.words[1] == "check" && arguments.words.size() <= 3) {
    if (arguments.words.size() == 3) arguments.config = arguments.words[2];
    whole = true;
  } else if (!arguments.words.empty()) {
    return usage();
  }
  const auto config = load_config(arguments.config);
  if (!config) return complain(config.error());
  if (whole) return check_everything(config.value(), arguments.config);
  if (arguments.check) return 0;
  // Keys of the interface too are written by the user who serves them.
  if (const auto given_up = give_up_privileges(config.value().process.user, as_root()); !given_up)
    return complain(given_up.error());
  if (key) return run_key_command(*key, config.value());
  const auto served = run_daemon(config.value(), arguments.config, own_program("antin-worker"),
                                 arguments.confinement);
  return served ? 0 : complain(served.error());
}

}  // namespace
}  // namespace antin::service

int main(int argc, char** argv) {
  return antin::service::run({argv, static_cast<std::size_t>(argc)});
}
