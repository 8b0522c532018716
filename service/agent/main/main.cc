// antin-agent: lets the pages of an office use this person's signing device
// (docs/PROTOCOL.agent.md).

#include <exception>
#include <iostream>
#include <span>
#include <string>
#include <vector>

#include "service/agent/daemon.h"
#include "service/agent/guests.h"
#include "service/system/complain.h"

namespace antin::service::agent {
namespace {

int usage() {
  std::cerr
      << "antin-agent [--config FILE]                 chạy / runs\n"
         "antin-agent [--config FILE] config check    kiểm tra agent.toml / checks it\n"
         "antin-agent [--config FILE] status          đang chạy? / is it running?\n"
         "antin-agent [--config FILE] pages           các trang đã ghép nối / what is paired\n"
         "antin-agent [--config FILE] forget ORIGIN   bỏ ghép nối / unpairs\n";
  return kFailed;
}

int status(const AgentConfig& config) {
  const auto port = running_port(config);
  if (!port) return complain(port.error());
  std::cout << "127.0.0.1:" << port.value() << '\n';
  return 0;
}

int pages(const AgentConfig& config) {
  for (const auto& one : Pairings(config.pages_file(), config.origins).all())
    std::cout << one << '\n';
  return 0;
}

int forget(const AgentConfig& config, const std::string& text) {
  const auto origin = Origin::read(text, Origin::Loopback::kAllowed);
  if (!origin) return complain(make_error(Code::kAgentOriginRefused, text, {{"trang", text}}));
  const auto forgotten = Pairings(config.pages_file(), {}).forget(*origin);
  if (!forgotten) return complain(forgotten.error());
  if (forgotten.value()) return 0;
  return complain(make_error(Code::kAgentNotPaired, text, {{"trang", text}}));
}

int run(std::span<char*> argv) {
  std::string path;
  std::vector<std::string> words;
  for (std::size_t i = 1; i < argv.size(); ++i) {
    const std::string word = argv[i];
    if (word != "--config") {
      words.push_back(word);
    } else if (++i < argv.size()) {
      path = argv[i];
    } else {
      return usage();
    }
  }
  const auto config = load_agent_config(path);
  if (!config) return complain(config.error());
  if (words.empty() || words == std::vector<std::string>{"run"}) {
    const auto served = run_agent(config.value());
    return served ? 0 : complain(served.error());
  }
  if (words == std::vector<std::string>{"config", "check"}) return 0;
  if (words == std::vector<std::string>{"status"}) return status(config.value());
  if (words == std::vector<std::string>{"pages"}) return pages(config.value());
  if (words.size() == 2 && words[0] == "forget") return forget(config.value(), words[1]);
  return usage();
}

}  // namespace
}  // namespace antin::service::agent

int main(int argc, char** argv) {
  try {
    return antin::service::agent::run({argv, static_cast<std::size_t>(argc)});
  } catch (const std::exception& problem) {
    std::cerr << problem.what() << '\n';
    return antin::service::kFailed;
  }
}
