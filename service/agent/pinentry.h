#pragma once

#include <span>
#include <sys/types.h>

#include "certs/core/bytes.h"
#include "hsm/pkcs11/descriptor.h"
#include "hsm/pkcs11/locked_memory.h"
#include "service/agent/person.h"

namespace antin::service::agent {

/// One run of a pinentry program: started for one question, killed when it is over. What it writes
/// goes into a locked page, because it may be a PIN. Not thread-safe.
class Pinentry {
 public:
  /// Fails with kAgentNoDialog when the program cannot be started.
  static Result<Pinentry> start(const DialogSettings& settings, const Stop& stop);
  ~Pinentry();
  Pinentry(Pinentry&& other) noexcept;
  Pinentry& operator=(Pinentry&&) = delete;
  Pinentry(const Pinentry&) = delete;
  Pinentry& operator=(const Pinentry&) = delete;

  /// Its greeting, and what holds for every question. Fails as Person::confirm().
  Status greet();
  Status put(const Person::Question& question);
  Status confirm();
  Result<Secret> pin();

 private:
  Pinentry(const DialogSettings& settings, const Stop& stop, hsm::LockedMemory room);
  Status say(const std::string& command, const std::string& text = {});
  /// Whether it was understood does not matter.
  Status suggest(const std::string& command);
  /// The octets of a line within the locked page, without its end; good until the next call.
  Result<std::span<std::uint8_t>> line();
  Status await_octets();
  Status outcome(std::uint32_t error) const;
  /// Up to OK; with `secret`, what came as data.
  Status answer(Bytes* secret);

  const DialogSettings* settings_;
  const Stop* stop_;
  std::chrono::steady_clock::time_point until_;
  pid_t process_ = -1;
  hsm::Descriptor channel_;  ///< its standard input and output
  hsm::LockedMemory room_;
  std::size_t begin_ = 0, end_ = 0;  ///< of what was read and is not used yet
};

}  // namespace antin::service::agent
