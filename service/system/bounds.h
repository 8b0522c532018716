#pragma once

#include <chrono>
#include <cstddef>
#include <sys/types.h>

#include "certs/core/error.h"

namespace antin::service {

/// What reading foreign octets may cost a process.
struct Bounds {
  std::chrono::seconds processor{8};
  std::size_t address_space = std::size_t{1} << 30U;
};

/// For a document of this size: beyond what an ordinary one needs, more octets may cost more.
Bounds bounds_for(std::size_t octets) noexcept;

/// The same for pictures that are decoded whole: a page of a few kilobytes may be pixels by the
/// million.
Bounds bounds_for_pictures(std::size_t octets) noexcept;

/// The largest sum of what a process that was given documents of `octets` writes into memfds.
std::size_t written_for(std::size_t octets) noexcept;

/// How a process ends that wanted more memory than it may have.
constexpr int kExitOutOfMemory = 77;

/// From now on this process has at most this much address space; when it runs out it ends at once
/// with kExitOutOfMemory. No effect in builds with a sanitizer, which need terabytes of it.
void bound_memory(std::size_t address_space);

/// Only how it ends then: for a process whose memory somebody else bounds.
void end_when_out_of_memory();

/// What of it this process has in use, from its own /proc/self/statm opened earlier; 0 when that
/// cannot be read. Reads once.
std::size_t address_space_in(int statm);

/// From now on this process has that much processor time before it is ended (SIGXCPU).
void bound_processor(std::chrono::seconds processor);

/// Bounds of another process of this user from now on, which it cannot see coming or lift: its
/// address space as a whole, processor time beyond what it has used, and each file that it writes.
/// Memory is not bounded in builds with a sanitizer. Fails with kIpcFailed.
Status bound_process(pid_t process, const Bounds& bounds, std::size_t written);

}  // namespace antin::service
