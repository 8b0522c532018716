#pragma once

#include <span>
#include <string>

namespace antin::service {

/// Exit codes: 0 every file is signed (or was before), 3 a file or the command failed.
int sign_command(std::span<const std::string> words);
int prepare_command(std::span<const std::string> words);
int complete_command(std::span<const std::string> words);
/// Exit codes: 0 every case is signed, 3 one is not or the command failed.
int sign_cases_command(std::span<const std::string> words);
/// Exit codes: 0 every file has the level, 2 one kept a lower one, 3 a file or the command failed.
int extend_command(std::span<const std::string> words);

}  // namespace antin::service
