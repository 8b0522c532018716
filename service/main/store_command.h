#pragma once

#include <span>
#include <string_view>

namespace antin::service {

/// Whether `word` begins one of the commands below.
bool is_store_command(std::string_view word);

/// What `antin backup`, `antin restore` and `antin store` become:
///   backup FOLDER [--config FILE]           while the service runs
///   backup create --to FOLDER               a new folder in it, named after the instant
///   backup verify FOLDER
///   restore FOLDER --to FOLDER [--database ADDRESS]
///   store init-key FILE
///   store check|encrypt|rotate-key|release [--config FILE]
/// Returns the exit code: 0, 1 when documents are lost, 3 when it failed.
int store_command(std::span<char*> arguments);

}  // namespace antin::service
