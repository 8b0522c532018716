#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace antin::service::sandbox {

/// Something that a confined process must not manage to do.
struct Forbidden {
  std::string_view name;
  /// True when it was done. Ending the process instead of returning is being stopped too.
  std::function<bool()> attempt;
};

/// Tries each in a child of its own, which `confine` confines first. The names of those that were
/// done, and "confinement" when one could not be confined; empty: all were stopped.
std::vector<std::string> not_stopped(const std::function<bool()>& confine,
                                     const std::vector<Forbidden>& forbidden);

/// What no process that reads foreign octets may do: make a socket, another process or another
/// program of this one, trace or signal another, write a file, read one that is not its business,
/// use what the kernel offers for breaking out of it.
std::vector<Forbidden> forbidden_to_all();
/// What the worker must not do beyond that: map memory to execute, open anything at all, change a
/// sealed document, raise its limits, make processes by any name.
std::vector<Forbidden> forbidden_to_worker();

/// What became of the self-test of the worker's profiles, those of a nursery and of its copies
/// among them: names as in not_stopped().
std::vector<std::string> test_worker_profile();

}  // namespace antin::service::sandbox
