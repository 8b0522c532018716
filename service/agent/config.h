#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "certs/core/codes.h"
#include "certs/core/error.h"
#include "service/agent/origin.h"
#include "service/agent/person.h"

namespace antin::service::agent {

/// agent.toml, antin-agent/1; packaging/agent.toml explains each key.
struct AgentConfig {
  /// This one and the three above it are tried; 0: any free one.
  std::uint16_t port = 8988;
  std::string port_file;  ///< the port in use is written here; "": in the user's runtime folder
  std::string state;      ///< folder of what was paired; "": the user's own
  /// Paired from the start, by whoever looks after the computer.
  std::vector<Origin> origins;
  bool pairing = true;  ///< other pages may ask the person
  std::vector<std::string> modules;
  std::string ca_file;  ///< PEM, beside the system's roots
  Language language = Language::kVietnamese;
  DialogSettings dialog;
  Origin::Loopback loopback = Origin::Loopback::kRefused;

  static constexpr std::uint16_t kPorts = 4;
  std::string pages_file() const { return state + "/agent-pages"; }
};

/// Fails with kConfigUnreadable, kConfigUnknownKey, kConfigValue, kConfigSchema. Pure.
Result<AgentConfig> read_agent_config(std::string_view toml);

/// Every key that it knows, "dialog.grab".
std::vector<std::string> agent_config_keys();

/// The file, or what holds without one when `path` is "" and there is none at the usual place;
/// without modules those of /etc/antin/modules.
Result<AgentConfig> load_agent_config(const std::string& path);

}  // namespace antin::service::agent
