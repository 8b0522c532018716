#include "service/agent/config.h"

#include <algorithm>
#include <filesystem>

#include "service/agent/platform.h"
#include "service/settings/section.h"
#include "service/system/files.h"

namespace antin::service::agent {
namespace {

using settings::Section;
using settings::wrong;

constexpr const char* kSchema = "antin-agent/1";
constexpr const char* kModuleList = "/etc/antin/modules";
constexpr std::size_t kMostFile = 65'536;
constexpr std::size_t kMostOrigins = 32;
constexpr std::size_t kMostModules = 16;
constexpr std::int64_t kMostDialogSeconds = 600;

bool is_path(const std::string& text) {
  return text.empty() || text.front() == '/';
}

Status read_dialog(Section section, DialogSettings& dialog) {
  ANTIN_CHECK(section.text("program", dialog.program));
  ANTIN_CHECK(section.flag("grab", dialog.grab));
  ANTIN_CHECK(section.seconds("seconds", dialog.within, kMostDialogSeconds));
  return section.done();
}

Status read_pages(Section section, AgentConfig& config) {
  std::vector<std::string> origins;
  std::string pairing = "ask";
  bool loopback = false;
  ANTIN_CHECK(section.texts("origins", origins));
  ANTIN_CHECK(section.text("pairing", pairing));
  ANTIN_CHECK(section.flag("allow_loopback_http", loopback));
  if (loopback) config.loopback = Origin::Loopback::kAllowed;
  if (pairing != "ask" && pairing != "off")
    return wrong(section.name_of("pairing"), "not \"ask\" or \"off\"");
  config.pairing = pairing == "ask";
  if (origins.size() > kMostOrigins) return wrong(section.name_of("origins"), "too many");
  for (const auto& one : origins) {
    auto origin = Origin::read(one, config.loopback);
    if (!origin) return wrong(section.name_of("origins"), "not like https://antin.xa.example");
    config.origins.push_back(std::move(*origin));
  }
  return section.done();
}

Status read_all(Section root, AgentConfig& config) {
  std::string language = "vi";
  ANTIN_CHECK(root.number("port", config.port, 0, 65'535 - AgentConfig::kPorts));
  ANTIN_CHECK(root.text("port_file", config.port_file));
  ANTIN_CHECK(root.text("state", config.state));
  ANTIN_CHECK(root.texts("modules", config.modules));
  ANTIN_CHECK(root.text("ca_file", config.ca_file));
  ANTIN_CHECK(root.text("language", language));
  if (language != "vi" && language != "en")
    return wrong(root.name_of("language"), "not \"vi\" or \"en\"");
  if (language == "en") config.language = Language::kEnglish;
  for (const auto& [key, path] :
       {std::pair{"port_file", &config.port_file}, std::pair{"state", &config.state},
        std::pair{"ca_file", &config.ca_file}}) {
    if (!is_path(*path)) return wrong(root.name_of(key), "not an absolute path");
  }
  if (config.modules.size() > kMostModules ||
      !std::all_of(config.modules.begin(), config.modules.end(), is_path))
    return wrong(root.name_of("modules"), "not absolute paths");
  ANTIN_TRY(auto dialog, root.section("dialog"));
  ANTIN_CHECK(read_dialog(std::move(dialog), config.dialog));
  ANTIN_TRY(auto pages, root.section("pages"));
  ANTIN_CHECK(read_pages(std::move(pages), config));
  return root.done();
}

// As antin's commands read it: one path a line, '#' begins a comment.
std::vector<std::string> listed_modules() {
  std::vector<std::string> paths;
  const auto list = read_file(kModuleList, kMostFile);
  if (!list) return paths;
  auto rest = as_text(list.value());
  while (!rest.empty()) {
    const auto end = std::min(rest.find('\n'), rest.size());
    auto line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    line = line.substr(0, line.find('#'));
    const auto first = line.find_first_not_of(" \t\r");
    if (first == std::string_view::npos || paths.size() == kMostModules) continue;
    paths.emplace_back(line.substr(first, line.find_last_not_of(" \t\r") - first + 1));
  }
  return paths;
}

}  // namespace

Result<AgentConfig> read_agent_config(std::string_view toml) {
  AgentConfig config;
  ANTIN_TRY(const auto file, settings::File::parse(toml, kSchema));
  ANTIN_CHECK(read_all(file.root(), config));
  return config;
}

std::vector<std::string> agent_config_keys() {
  settings::Keys asked{"schema"};
  AgentConfig nothing;
  static_cast<void>(read_all(Section(nullptr, "", &asked), nothing));
  return asked;
}

Result<AgentConfig> load_agent_config(const std::string& path) {
  AgentConfig config;
  const auto folders = user_folders();
  auto chosen = path;
  if (chosen.empty()) {
    const auto usual = folders.config + "/agent.toml";
    std::error_code unknown;
    for (const auto& one : {usual, std::string("/etc/antin/agent.toml")}) {
      if (chosen.empty() && std::filesystem::exists(one, unknown)) chosen = one;
    }
  }
  if (!chosen.empty()) {
    ANTIN_TRY(const auto octets, read_file(chosen, kMostFile));
    ANTIN_TRY(config, read_agent_config(as_text(octets)));
  }
  if (config.modules.empty()) config.modules = listed_modules();
  if (config.state.empty()) config.state = folders.state;
  if (config.port_file.empty()) config.port_file = folders.runtime + "/agent.port";
  return config;
}

}  // namespace antin::service::agent
