#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <sys/types.h>
#include <vector>

#include "certs/core/bytes.h"
#include "certs/core/error.h"
#include "hsm/pkcs11/descriptor.h"
#include "hsm/pkcs11/locked_memory.h"
#include "hsm/pkcs11/pkcs11_key_holder.h"
#include "hsm/pkcs11/wire.h"

namespace antin::hsm {

/// A running antin-pkcs11, seen from the parent. Many threads talk to it at once, each on a channel
/// of its own: one write and one read per request. Once it timed out, died or was killed it stays
/// dead; every exchange then ends with kGone. Thread-safe.
class ChildProcess {
  struct Passkey {};

 public:
  ChildProcess(Passkey, const Pkcs11Options& options, pid_t pid, Descriptor control);
  /// Starts one and waits until its module is loaded. Fails with kTokenModuleUnusable.
  static Result<std::shared_ptr<ChildProcess>> start(const Pkcs11Options& options,
                                                     const std::string& module);
  /// Asks it to end, and kills it when it does not.
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  enum class Ended : std::uint8_t { kAnswered, kTimeout, kGone };
  struct Answer {
    Ended ended = Ended::kGone;
    wire::Type type = wire::Type::kFailure;
    Bytes frame;  ///< header and body
    ByteView body() const noexcept { return ByteView{frame}.subspan(wire::kHeaderOctets); }
  };

  /// `pin` goes out when the child asks for it, which it does when request.pin_octets says so.
  /// After kTimeout the child is killed.
  Answer exchange(const wire::Request& request, const LockedMemory* pin);

  /// Ends it at once; threads waiting for it return with kGone.
  void kill() noexcept;

 private:
  struct Channel {
    Descriptor socket;
    std::uint32_t last_id = 0;
  };

  Result<Descriptor> new_channel_socket();
  bool acquire(Channel& channel);
  void release(Channel channel);
  void abandon(Channel channel);
  Ended receive(Channel& channel, Answer& answer);
  Ended wait_for(Channel& channel, std::uint8_t* into, std::size_t capacity, std::size_t& count);
  void reap(std::chrono::milliseconds patience) noexcept;

  const std::chrono::milliseconds operation_timeout_;
  const std::chrono::milliseconds pin_pad_timeout_;
  const unsigned max_parallel_;
  const pid_t pid_;
  Descriptor control_;

  /// Ended exchanges: as long as this moves, nobody is stuck, only slow.
  std::atomic<std::uint64_t> progress_{0};
  /// Exchanges in which a person types on the device: the module may make all others wait.
  std::atomic<unsigned> pin_pads_{0};

  std::mutex mutex_;
  std::condition_variable freed_;
  std::vector<Channel> idle_;
  std::vector<int> busy_;  ///< sockets of exchanges under way, to wake them by shutdown
  bool dead_ = false;
  bool reaped_ = false;
  int exit_status_ = 0;
};

}  // namespace antin::hsm
