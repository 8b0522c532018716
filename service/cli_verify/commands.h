#pragma once

#include <span>
#include <string>

namespace antin::service {

/// Each takes the words after its name and returns the exit code (interfaces.md).
int verify_command(std::span<const std::string> words);
int inspect_command(std::span<const std::string> words);
int compare_command(std::span<const std::string> words);

/// The exit code of several: the first of 3, 1, 2, 0 that occurs.
int worse(int a, int b) noexcept;

}  // namespace antin::service
