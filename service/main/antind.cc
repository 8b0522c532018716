// antind: the service. Also makes the keys of its interface, because their store is its own.

#include <algorithm>
#include <exception>
#include <filesystem>
#include <iostream>
#include <span>
#include <string>
#include <unistd.h>
#include <vector>

#include "service/main/account_command.h"
#include "service/main/book_command.h"
#include "service/main/daemon.h"
#include "service/main/key_command.h"
#include "service/main/outbox_command.h"
#include "service/main/store_command.h"
#include "service/setup/installation.h"
#include "service/setup/key_holder.h"
#include "service/system/complain.h"
#include "service/system/filter.h"
#include "service/system/privileges.h"
#include "service/system/real.h"
#include "service/system/self.h"

namespace antin::service {
namespace {

constexpr const char* kDefaultConfig = "/etc/antin/antin.toml";
constexpr const char* kTokendUser = "antin-tokend";

int usage() {
  std::cerr << "antind [--config FILE]\n"
               "antind --unconfined-development [--config FILE]\n"
               "antind --check-config [--config FILE]\n"
               "antind config check [FILE]\n"
               "antind key help\n"
               "antind account help\n";
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

// Says what was found; 0: nothing has to be corrected.
int tell(const setup::Problems& problems, const std::string& path) {
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

// tokend.toml, as the user of its unit will find it; and, with antind's, whether they go together.
int check_tokend(const std::string& path, const Config* config) {
  const auto tokend = load_tokend_config(path);
  if (!tokend) return complain(tokend.error());
  auto account = setup::Account::own();
  if (account.user == 0) {
    const auto named = setup::Account::named(kTokendUser, "User=");
    if (named) account = named.value();
  }
  auto problems = setup::check_key_holder(tokend.value(), path, account);
  if (config != nullptr) {
    for (auto& problem : setup::check_pair(*config, tokend.value(), path))
      problems.push_back(std::move(problem));
  }
  return tell(problems, path);
}

// `antin config check FILE`: 0 = nothing to correct before it starts; warnings may have been
// printed.
int check_antind(const Config& config, const std::string& path) {
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
  return tell(problems, path);
}

// `antin config check`: the whole installation, antin.toml and the tokend.toml beside it.
int check_everything(const Config& config, const std::string& path) {
  const int antind = check_antind(config, path);
  const auto beside = std::filesystem::path(path).parent_path() / "tokend.toml";
  std::error_code ignored;
  if (!std::filesystem::exists(beside, ignored)) return antind;
  return std::max(antind, check_tokend(beside.string(), &config));
}

int run(std::span<char*> argv) {
  if (argv.size() > 1 && is_store_command(argv[1])) return store_command(argv.subspan(1));
  if (argv.size() > 1 && argv[1] == std::string_view("book")) return book_command(argv.subspan(1));
  if (argv.size() > 1 && argv[1] == std::string_view("account"))
    return account_command(argv.subspan(1));
  if (argv.size() > 1 && argv[1] == std::string_view("outbox"))
    return outbox_command(argv.subspan(1));
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
  // What `antin config check` becomes: of one file, or of all.
  const auto& words = arguments.words;
  const bool checks =
      words.size() >= 2 && words.size() <= 3 && words[0] == "config" && words[1] == "check";
  if (!checks && !words.empty()) return usage();
  const bool one = checks && words.size() == 3;
  if (one) arguments.config = words[2];
  if (one && is_tokend_config(arguments.config)) return check_tokend(arguments.config, nullptr);
  const auto config = load_config(arguments.config);
  if (!config) return complain(config.error());
  if (one) return check_antind(config.value(), arguments.config);
  if (checks) return check_everything(config.value(), arguments.config);
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
  try {
    return antin::service::run({argv, static_cast<std::size_t>(argc)});
  } catch (const std::exception& problem) {
    std::cerr << "antind: " << problem.what() << '\n';
    return antin::service::kFailed;
  }
}
