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

#include "tests/bench/load/tls.h"

namespace antin::bench {

using Ticks = std::chrono::steady_clock::time_point;

/// How a client that is no honest one behaves. Each comes back when it is thrown out. On a port
/// that speaks TLS those of the first row speak it as well; those of the last only begin to.
enum class Rude : std::uint8_t {
  kDripHead,
  kDripBody,
  kSlowRead,
  kHalfOpen,
  kPipeline,
  kTlsSilent,      ///< the handshake, and no word
  kTlsDripRecord,  ///< the handshake, then one record octet by octet
  kIdle,
  kTlsStall,      ///< a record's head
  kTlsHalfHello,  ///< half of the first message
  kTlsDripHello,  ///< all of it, octet by octet
  kTlsUnfinished  ///< the first message, and no answer to the server's
};
constexpr std::array<std::string_view, 12> kRudeNames{
    "drip-head", "drip-body",      "slow-read",       "half-open",
    "pipeline",  "tls-silent",     "tls-drip-record", "idle",
    "tls-stall", "tls-half-hello", "tls-drip-hello",  "tls-unfinished"};

/// What all clients of a run do and have done.
struct Run {
  std::uint16_t port = 0;
  enum class Speaks : std::uint8_t { kPlain, kTls } speaks = Speaks::kPlain;
  std::string method = "POST", target, fields, body, expect;
  std::string idempotency;  ///< with it every request has a key of its own that begins so
  /// Open loop: requests fall due at this pace, whether or not earlier ones are answered; 0: each
  /// client asks as soon as it has its answer.
  double per_second = 0;
  Ticks started;
  std::vector<std::chrono::microseconds> took;
  std::map<int, std::size_t> statuses;
  std::size_t unexpected = 0, lost = 0, keys = 0, thrown_out = 0, due = 0;
  bool ending = false;

  /// The octets of the next request.
  std::string request();
  /// When the next request falls due that nobody has taken yet.
  Ticks take_due(Ticks now);
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
  /// From now on the connection is TLS.
  void begin_tls() { tls_ = std::make_unique<Tls>(); }
  /// Whether it takes text: the handshake is done where there is one.
  bool talks() const { return !tls_ || tls_->ready(); }
  bool pending() const { return tls_ && !tls_->out().empty(); }
  /// Octets taken; nothing when the connection is gone. As they are, or through TLS.
  std::optional<std::size_t> send_raw(std::string_view octets) const;
  std::optional<std::size_t> send(std::string_view text);
  bool flush();
  /// Appends what has come, `most` octets on the wire; false when the connection is gone.
  bool receive(std::string& into, std::size_t most);
  Run& run_;
  int fd_ = -1;
  std::unique_ptr<Tls> tls_;

 private:
  int poll_;
};

/// Asks, reads the whole answer, asks again: at once, or when a request falls due.
class Honest final : public Client {
 public:
  /// Over the same connection, or over a new one, whose beginning then counts as well.
  enum class Again : std::uint8_t { kSame, kNew };
  Honest(Run& run, int poll, Again again) : Client(run, poll), again_(again) {}
  void begin(Ticks now) override;
  void ready(std::uint32_t events, Ticks now) override;
  void tick(Ticks now) override;

 private:
  void next(Ticks now);
  void ask();
  bool push();
  void read(Ticks now);
  bool whole() const;
  void answered(Ticks now);
  void give_up();
  Again again_;
  std::string out_, in_;
  std::size_t sent_ = 0;
  std::optional<std::size_t> needs_;
  Ticks began_;  ///< or fell due
  bool asking_ = false;
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
  bool drips() const noexcept;
  void write_down();
  bool push();
  bool drip();
  Rude how_;
  std::uint32_t from_;
  std::string out_;
  std::size_t sent_ = 0;
  Ticks next_;
};

}  // namespace antin::bench
