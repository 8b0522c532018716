#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace antin::bench {

using Ticks = std::chrono::steady_clock::time_point;

/// How a client that is no honest one behaves. Each comes back when it is thrown out.
enum class Rude : std::uint8_t {
  kDripHead,
  kDripBody,
  kSlowRead,
  kHalfOpen,
  kIdle,
  kTlsStall,
  kPipeline
};
constexpr std::array<std::string_view, 7> kRudeNames{
    "drip-head", "drip-body", "slow-read", "half-open", "idle", "tls-stall", "pipeline"};

/// What all clients of a run do and have done.
struct Run {
  std::uint16_t port = 0;
  std::string method = "POST", target, fields, body, expect;
  std::string idempotency;  ///< with it every request has a key of its own that begins so
  std::vector<std::chrono::microseconds> took;
  std::map<int, std::size_t> statuses;
  std::size_t unexpected = 0, lost = 0, keys = 0, thrown_out = 0;
  bool ending = false;

  /// The octets of the next request.
  std::string request();
};

/// One connection and what is done with it.
class Client {
 public:
  Client(Run& run, int poll) : run_(run), poll_(poll) {}
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  virtual ~Client();
  virtual void begin(Ticks now) = 0;
  /// The socket can be written or read.
  virtual void ready(std::uint32_t events, Ticks now) = 0;
  /// Some milliseconds went by.
  virtual void tick(Ticks now) = 0;
  bool open() const noexcept { return fd_ >= 0; }

 protected:
  /// False when there is no connection to be had now. `from`: a source address of 127.0.0.0/8.
  bool connect(std::uint32_t from, int receive_octets);
  void close();
  void wait_for(std::uint32_t events) const;
  /// Octets sent; nothing when the connection is gone.
  std::optional<std::size_t> send(std::string_view octets) const;
  Run& run_;
  int fd_ = -1;

 private:
  int poll_;
};

/// Asks, reads the whole answer, asks again.
class Honest final : public Client {
 public:
  using Client::Client;
  void begin(Ticks now) override;
  void ready(std::uint32_t events, Ticks now) override;
  void tick(Ticks now) override;

 private:
  void next(Ticks now);
  void read(Ticks now);
  bool whole() const;
  void answered(Ticks now);
  void give_up();
  std::string out_, in_;
  std::size_t sent_ = 0;
  std::optional<std::size_t> needs_;
  Ticks began_;
};

class Slow final : public Client {
 public:
  Slow(Run& run, int poll, Rude how, std::uint32_t from)
      : Client(run, poll), how_(how), from_(from) {}
  void begin(Ticks now) override;
  void ready(std::uint32_t events, Ticks now) override;
  void tick(Ticks now) override;

 private:
  void lost(Ticks now);
  Rude how_;
  std::uint32_t from_;
  std::string out_;
  std::size_t sent_ = 0;
  Ticks next_;
};

}  // namespace antin::bench
