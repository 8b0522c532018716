#pragma once

#include <chrono>
#include <cstddef>

namespace antin::service {

/// What reading foreign octets may cost a process.
struct Bounds {
  std::chrono::seconds processor{8};
  std::size_t address_space = std::size_t{1} << 30U;
};

/// For a document of this size: beyond what an ordinary one needs, more octets may cost more.
Bounds bounds_for(std::size_t octets) noexcept;

/// How a process ends that wanted more memory than it may have.
constexpr int kExitOutOfMemory = 77;

/// From now on this process has at most this much address space; when it runs out it ends at once
/// with kExitOutOfMemory. No effect in builds with a sanitizer, which need terabytes of it.
void bound_memory(std::size_t address_space);

/// What of it this process has in use.
std::size_t address_space_now();

/// From now on this process has that much processor time before it is ended (SIGXCPU).
void bound_processor(std::chrono::seconds processor);

}  // namespace antin::service
