// antind: the service. Also makes the keys of its interface, because their store is its own.

#include <iostream>
#include <span>
#include <string>
#include <unistd.h>
#include <vector>

#include "service/antind/api_keys.h"
#include "service/main/daemon.h"
#include "service/store/store.h"
#include "service/system/real.h"
#include "service/system/self.h"

namespace antin::service {
namespace {

constexpr const char* kDefaultConfig = "/etc/antin/antin.toml";
constexpr int kFailed = 3;

int complain(const Error& error) {
  for (const auto language : {Language::kVietnamese, Language::kEnglish})
    std::cerr << sentence(error.code, language, error.params) << ' '
              << advice(error.code, language, error.params) << '\n';
  std::cerr << to_log_line(error) << '\n';
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

int run(std::span<char*> argv) {
  Arguments arguments;
  if (!read_arguments(argv, arguments)) return usage();
  const bool key = !arguments.words.empty() && arguments.words[0] == "key";
  // What `antin config check` becomes.
  if (arguments.words.size() >= 2 && arguments.words[0] == "config" &&
      arguments.words[1] == "check" && arguments.words.size() <= 3) {
    if (arguments.words.size() == 3) arguments.config = arguments.words[2];
    arguments.check = true;
  } else if (!arguments.words.empty() && !key) {
    return usage();
  }
  const auto config = load_config(arguments.config);
  if (!config) return complain(config.error());
  if (key) return key_command(config.value(), arguments);
  if (arguments.check) return 0;
  const auto served = run_daemon(config.value(), beside_this("antin-worker"));
  return served ? 0 : complain(served.error());
}

}  // namespace
}  // namespace antin::service

int main(int argc, char** argv) {
  return antin::service::run({argv, static_cast<std::size_t>(argc)});
}
