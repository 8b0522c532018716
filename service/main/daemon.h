#pragma once

#include <memory>
#include <string>

#include "certs/core/error.h"
#include "service/antind/config.h"
#include "service/antind/worker_pool.h"

namespace antin::service {

/// Reads antin.toml and turns relative paths into paths beside it. Fails as read_config() does, and
/// with kFileUnreadable.
Result<Config> load_config(const std::string& path);

/// CBOR, for workers that hold octets against octets or compose pages: limits, and nobody to trust.
/// Fails with kFileUnreadable.
Result<Bytes> checking_configuration(const Config& config);

/// Wires everything, serves until SIGTERM or SIGINT, and returns when the last answer is out. On
/// SIGHUP it reads `config_path` again (reload.h).
/// `worker_program`: absolute path of antin-worker. Fails with kSandboxIncomplete when workers are
/// not confined and must be.
Status run_daemon(const Config& config, const std::string& config_path,
                  const std::string& worker_program, WorkerPool::Confinement confinement);

}  // namespace antin::service
