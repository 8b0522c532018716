#pragma once

#include <string>
#include <vector>

namespace antin::service::render {

/// What the drawing program may use. Every number is a limit of the kernel, not a hope.
struct Allowance {
  unsigned cpu_seconds = 10;
  std::size_t memory_octets = std::size_t{1} << 30U;
};

/// What is in force after confine(): for the operator's log.
struct InForce {
  int landlock = 0;  ///< version of the kernel's Landlock interface; 0: files are not restricted
  bool own_network = false;
  bool system_calls = false;
};

/// Confines this process and everything it becomes: no new privileges, no core, no file written,
/// no further process, bounded memory and time; an own empty network where that is permitted;
/// files read-only and only libraries, fonts and their configuration (Landlock); no socket, no
/// other process touched, no kernel interface beyond what drawing needs (seccomp). `program` is
/// the only one that can be executed afterwards.
///
/// Landlock and the own network degrade when the kernel has none; false when one of the others
/// fails: then nothing must be drawn.
bool confine(const std::string& program, const Allowance& allowance, InForce& in_force);

/// Tries in children what confine() must stop; the names of what it did not stop.
std::vector<std::string> test_profile();

/// Existing files and folders that may be read, for confine() and its test.
const std::vector<std::string>& readable_paths();

}  // namespace antin::service::render
