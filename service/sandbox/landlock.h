#pragma once

#include <string>
#include <vector>

namespace antin::service::sandbox {

/// What of the file system stays reachable; nothing that is not named here.
struct Reachable {
  std::vector<std::string> run;   ///< files that may be read and executed
  std::vector<std::string> read;  ///< files, and folders with everything below
};

/// Landlock's domain for this process and everything it becomes: files as named, nothing written,
/// no TCP, no abstract socket and no signal to a process outside (as far as the kernel's version
/// goes). The version in force; 0: the kernel has none; negative: it refused. Needs no_new_privs.
int restrict_files(const Reachable& reachable);

}  // namespace antin::service::sandbox
