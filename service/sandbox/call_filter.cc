#include "service/sandbox/call_filter.h"

#include <bit>
#include <cstddef>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>

namespace antin::service::sandbox {
namespace {

#if defined(__x86_64__)
constexpr std::uint32_t kMachine = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr std::uint32_t kMachine = AUDIT_ARCH_AARCH64;
#else
#error "the filter has to be thought through for this machine first"
#endif
static_assert(std::endian::native == std::endian::little,
              "the low half of an argument comes first");

constexpr sock_filter load(std::uint32_t offset) {
  return {BPF_LD | BPF_W | BPF_ABS, 0, 0, offset};
}
constexpr sock_filter load_number() {
  return load(offsetof(seccomp_data, nr));
}
constexpr sock_filter if_equal(std::uint32_t value, std::uint8_t yes, std::uint8_t no) {
  return {BPF_JMP | BPF_JEQ | BPF_K, yes, no, value};
}
constexpr sock_filter if_any_bit(std::uint32_t bits, std::uint8_t yes, std::uint8_t no) {
  return {BPF_JMP | BPF_JSET | BPF_K, yes, no, bits};
}
constexpr sock_filter answer(std::uint32_t what) {
  return {BPF_RET | BPF_K, 0, 0, what};
}

}  // namespace

CallFilter::CallFilter() {
  program_ = {load(offsetof(seccomp_data, arch)), if_equal(kMachine, 1, 0),
              answer(SECCOMP_RET_KILL_PROCESS), load_number()};
#if defined(__x86_64__)
  // The other names of the same calls (x32).
  program_.push_back({BPF_JMP | BPF_JGE | BPF_K, 0, 1, 0x40000000U});
  program_.push_back(answer(SECCOMP_RET_KILL_PROCESS));
#endif
}

CallFilter& CallFilter::allow(std::initializer_list<long> calls) {
  for (const auto call : calls) {
    program_.push_back(if_equal(static_cast<std::uint32_t>(call), 0, 1));
    program_.push_back(answer(SECCOMP_RET_ALLOW));
  }
  return *this;
}

CallFilter& CallFilter::allow_if(long call, std::initializer_list<Argument> tests) {
  // Behind the tests: allow, and where a failed test lands, the number again for the next rule.
  auto behind = static_cast<std::uint8_t>(2 * tests.size() + 1);
  program_.push_back(if_equal(static_cast<std::uint32_t>(call), 0, behind));
  for (const auto& test : tests) {
    behind = static_cast<std::uint8_t>(behind - 2);
    const auto offset = offsetof(seccomp_data, args) + test.index * sizeof(std::uint64_t);
    program_.push_back(load(static_cast<std::uint32_t>(offset)));
    program_.push_back(test.test == Argument::Is::kEqual ? if_equal(test.value, 0, behind)
                                                         : if_any_bit(test.value, behind, 0));
  }
  program_.push_back(answer(SECCOMP_RET_ALLOW));
  program_.push_back(load_number());
  return *this;
}

CallFilter& CallFilter::refuse(const std::vector<long>& calls, int error) {
  for (const auto call : calls) {
    program_.push_back(if_equal(static_cast<std::uint32_t>(call), 0, 1));
    program_.push_back(answer(SECCOMP_RET_ERRNO | static_cast<std::uint32_t>(error)));
  }
  return *this;
}

bool CallFilter::install(std::uint32_t otherwise) const {
  auto whole = program_;
  whole.push_back(answer(otherwise));
  const sock_fprog program{static_cast<unsigned short>(whole.size()), whole.data()};
  return ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

bool CallFilter::install_or_kill() const {
  return install(SECCOMP_RET_KILL_PROCESS);
}

bool CallFilter::install_or_allow() const {
  return install(SECCOMP_RET_ALLOW);
}

}  // namespace antin::service::sandbox
