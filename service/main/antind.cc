// antind: the service. Also makes the keys of its interface, because their store is its own.

#include <filesystem>
#include <iostream>
#include <span>
#include <string>
#include <unistd.h>
#include <vector>

#include "service/antind/api_keys.h"
#include "service/main/daemon.h"
#include "service/setup/installation.h"
#include "service/store/store.h"
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
  std::cerr
      << "antind [--config FILE]\n"
         "antind --check-config [--config FILE]\n"
         "antind config check [FILE]\n"
         "antind key add --name NAME --scopes verify,sign,originals,register [--config FILE]\n"
         "antind key list [--config FILE]\n"
         "antind key remove ID [--config FILE]\n";
  return kFailed;
}

struct Arguments {
  std::vector<std::string> words;
  std::string config = kDefaultConfig, name, scopes;
  bool check = false;
};

bool read_arguments(std::span<char*> argv, Arguments& out) {
  for (std::size_t i = 1; i < argv.size(); ++i) {
    const std::string word = argv[i];
    std::string* value = word == "--config"   ? &out.config
                         : word == "--name"   ? &out.name
                         : word == "--scopes" ? &out.scopes
                                              : nullptr;
    if (value != nullptr) {
      if (++i == argv.size()) return false;
      *value = argv[i];
    } else if (word == "--check-config") {
      out.check = true;
    } else if (word.starts_with("-")) {
      return false;
    } else {
      out.words.push_back(word);
    }
  }
  return true;
}

int add_key(Store& store, const Arguments& arguments) {
  const auto scopes = read_scopes(arguments.scopes);
  if (arguments.name.empty() || !scopes) return usage();
  SystemClock clock;
  SystemRandom random;
  const auto key = new_key(arguments.name, *scopes, clock, random);
  if (const auto added = store.add_key(key.stored); !added) return complain(added.error());
  // The only time that it is shown.
  std::cout << key.secret << '\n';
  return 0;
}

int list_keys(Store& store) {
  const auto keys = store.keys();
  if (!keys) return complain(keys.error());
  for (const auto& key : keys.value())
    std::cout << key.id << '\t' << to_rfc3339(key.created) << '\t' << key.scopes << '\t' << key.name
              << '\n';
  return 0;
}

int key_command(const Config& config, const Arguments& arguments) {
  const auto store = Store::open(config.store.folder);
  if (!store) return complain(store.error());
  const auto& words = arguments.words;
  if (words.size() == 2 && words[1] == "add") return add_key(*store.value(), arguments);
  if (words.size() == 2 && words[1] == "list") return list_keys(*store.value());
  if (words.size() == 3 && words[1] == "remove") {
    const auto removed = store.value()->remove_key(words[2]);
    if (!removed) return complain(removed.error());
    return removed.value() ? 0 : 1;
  }
  return usage();
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
  Arguments arguments;
  if (!read_arguments(argv, arguments)) return usage();
  const bool key = !arguments.words.empty() && arguments.words[0] == "key";
  bool whole = false;
  // What `antin config check` becomes.
  if (arguments.words.size() >= 2 && arguments.words[0] == "config" &&
      arguments.words[1] == "check" && arguments.words.size() <= 3) {
    if (arguments.words.size() == 3) arguments.config = arguments.words[2];
    whole = true;
  } else if (!arguments.words.empty() && !key) {
    return usage();
  }
  const auto config = load_config(arguments.config);
  if (!config) return complain(config.error());
  if (whole) return check_everything(config.value(), arguments.config);
  if (arguments.check) return 0;
  // Keys of the interface too are written by the user who serves them.
  if (const auto given_up = give_up_privileges(config.value().process.user, as_root()); !given_up)
    return complain(given_up.error());
  if (key) return key_command(config.value(), arguments);
  const auto served = run_daemon(config.value(), own_program("antin-worker"));
  return served ? 0 : complain(served.error());
}

}  // namespace
}  // namespace antin::service

int main(int argc, char** argv) {
  return antin::service::run({argv, static_cast<std::size_t>(argc)});
}
