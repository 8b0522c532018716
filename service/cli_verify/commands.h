#pragma once

#include <span>
#include <string>

namespace antin::service {

/// Each takes the words after its name and returns the exit code (interfaces.md).
int verify_command(std::span<const std::string> words);
int inspect_command(std::span<const std::string> words);
int compare_command(std::span<const std::string> words);

}  // namespace antin::service
