#pragma once

#include <cstdint>
#include <initializer_list>
#include <linux/filter.h>
#include <vector>

namespace antin::service::sandbox {

/// A test of the low 32 bits of one argument of a system call. What is tested here are descriptors,
/// commands and flags, of which the kernel reads no more either.
struct Argument {
  enum class Is : std::uint8_t { kEqual, kWithout };
  unsigned index;  ///< 0 to 5
  Is test;
  std::uint32_t value;  ///< kWithout: none of these bits is set
};
constexpr Argument equals(unsigned index, std::uint32_t value) {
  return {index, Argument::Is::kEqual, value};
}
constexpr Argument without(unsigned index, std::uint32_t bits) {
  return {index, Argument::Is::kWithout, bits};
}

/// A seccomp filter: rules in order, the first that fits decides. Other machines' calls (the 32-bit
/// interface, x32) always end the process, because their numbers mean something else.
class CallFilter {
 public:
  CallFilter();
  CallFilter& allow(std::initializer_list<long> calls);
  /// Only when every test holds; several rules for one call are alternatives.
  CallFilter& allow_if(long call, std::initializer_list<Argument> tests);
  /// Answered with an error number, so that a library may go on without it.
  CallFilter& refuse(const std::vector<long>& calls, int error);

  /// From here on and for everything this process becomes. What no rule fits ends the process or is
  /// allowed. Needs no_new_privs. False when the kernel refuses.
  bool install_or_kill() const;
  bool install_or_allow() const;

 private:
  bool install(std::uint32_t otherwise) const;
  std::vector<sock_filter> program_;
};

}  // namespace antin::service::sandbox
