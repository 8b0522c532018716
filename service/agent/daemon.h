#pragma once

#include <cstdint>

#include "certs/core/error.h"
#include "service/agent/config.h"

namespace antin::service::agent {

/// Listens on 127.0.0.1 and ::1 and serves until SIGTERM or SIGINT. Fails with
/// kAgentAlreadyRunning, kAgentPortsTaken ({cong}), kNetTls (ca_file), and as files do.
Status run_agent(const AgentConfig& config);

/// The port of this user's running agent. Fails with kAgentNotRunning.
Result<std::uint16_t> running_port(const AgentConfig& config);

}  // namespace antin::service::agent
