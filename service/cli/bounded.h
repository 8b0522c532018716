#pragma once

#include <cstddef>
#include <functional>

#include "certs/core/error.h"
#include "service/system/bounds.h"

namespace antin::service {

/// Work on foreign files, one after the other, in a child process with bounds on memory and time.
/// What a library spends on a hostile file then ends that child and not the answer: the file is
/// reported as lost, and a new child goes on with the next one.
struct BoundedWork {
  std::size_t count = 0;
  /// How much will be read for item `i`, in octets.
  std::function<std::size_t(std::size_t i)> size;
  /// Works on item `i` and prints; returns its exit code. Runs in the child.
  std::function<int(std::size_t i)> work;
  /// Prints what became of item `i`; returns its exit code. kResourceLimit when it cost too much,
  /// kWorkerCrashed when the child ended otherwise.
  std::function<int(std::size_t i, const Error& error)> lost;
  /// What reading so many octets may cost.
  Bounds (*bounds)(std::size_t octets) noexcept = bounds_for;
};

/// The worst exit code of all items.
int run_bounded(const BoundedWork& all);

/// The exit code of several: the first of 3, 1, 2, 0 that occurs.
int worse(int a, int b) noexcept;

}  // namespace antin::service
