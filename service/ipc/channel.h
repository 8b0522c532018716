#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "certs/core/error.h"
#include "service/ipc/cbor.h"
#include "service/ipc/descriptor.h"

namespace antin::service {

using Deadline = std::chrono::steady_clock::time_point;
/// `span` from now, on the monotonic clock.
Deadline after(std::chrono::milliseconds span);

/// What two processes of antin say to each other. On the wire, big-endian:
///   length u32 (octets after this field) · type u16 · version u16 · body, one CBOR item
/// Descriptors (sealed memfds) travel with the first octet.
///
/// Types: 0 is an error reply; 0x0001-0x3FFF requests; 0x4000-0x7FFF requests that the answering
/// side makes while it works on one (a worker that needs a timestamp); a reply has 0x8000 added to
/// the type of its request.
struct Message {
  std::uint16_t type = 0;
  std::uint16_t version = 1;
  cbor::Value body;
  std::vector<Descriptor> descriptors;
};

constexpr std::uint16_t kErrorReply = 0;
constexpr std::uint16_t kFirstCallback = 0x4000;
constexpr std::uint16_t kReplyBit = 0x8000;
constexpr std::size_t kMaxMessageOctets = 16U << 20U;
constexpr std::size_t kMaxDescriptors = 8;

/// One end of a connection between two processes. Not thread-safe: one user at a time.
///
/// After any failure but a timeout before the first octet of a message the stream has lost its
/// framing: the channel is closed and every later call fails with kIpcClosed.
class Channel {
 public:
  Channel() = default;
  /// Takes a connected unix stream socket and makes it non-blocking.
  explicit Channel(Descriptor socket);
  /// Fails with kIpcFailed.
  static Result<std::pair<Channel, Channel>> pair();

  /// Fails with kIpcTimeout, kIpcClosed (peer gone), kIpcFailed, kIpcMalformed (too large).
  Status send(const Message& message, Deadline until);
  /// Likewise; kIpcMalformed for a peer that breaks the format.
  Result<Message> receive(Deadline until);
  /// Waits for as long as nothing comes; what has begun must be complete `within` that time.
  Result<Message> receive_request(std::chrono::milliseconds within);

  /// A body larger than this is not received; kMaxMessageOctets at most.
  void limit_messages(std::size_t octets) noexcept { max_octets_ = octets; }

  bool open() const noexcept { return static_cast<bool>(socket_); }
  int fd() const noexcept { return socket_.get(); }
  /// Gives the socket away, for a child process.
  Descriptor release() noexcept { return std::move(socket_); }
  void close() noexcept { socket_.reset(); }

 private:
  Status wait(short events, Deadline until);
  Status read_exactly(std::uint8_t* out, std::size_t count, Deadline until,
                      std::vector<Descriptor>& descriptors);
  Result<Message> receive_message(Deadline until, bool& started);
  Descriptor socket_;
  std::size_t max_octets_ = kMaxMessageOctets;
};

/// An Error as a message body and back. The log detail travels too (both ends are ours); an
/// unknown code becomes kInternal.
cbor::Value error_to_value(const Error& error);
Error error_from_value(const cbor::Value& value);

/// Handles one request; the reply's type and version are set by the caller of the handler.
using Handler = std::function<Result<Message>(Message& request)>;
struct Route {
  std::uint16_t type;
  std::uint16_t version;
  Handler handle;
};

/// Sends `request` and returns its reply; an error reply comes back as its Error. `callbacks` are
/// answered in between. A reply of another type is kIpcMalformed and closes the channel.
Result<Message> call(Channel& channel, const Message& request, Deadline until,
                     const std::vector<Route>& callbacks = {});

/// Answers requests until the peer closes (success), or sends what is not in the table: that is
/// answered with kIpcUnexpected and ends the loop, because a peer that asks for what it may not
/// have is broken or hostile. `reply_within`: how long a peer may take to read a reply.
/// `request_within`: how long a request may take to arrive, counted from its first octet; an idle
/// peer may stay.
Status serve(Channel& channel, const std::vector<Route>& routes,
             std::chrono::milliseconds reply_within,
             std::chrono::milliseconds request_within = std::chrono::hours{24});

}  // namespace antin::service
