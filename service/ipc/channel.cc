#include "service/ipc/channel.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <system_error>

namespace antin::service {
namespace {

constexpr std::size_t kHeadOctets = 8;

Error failed(const char* doing, Where where = Where::here()) {
  return make_error(Code::kIpcFailed,
                    std::string(doing) + ": " + std::generic_category().message(errno), {}, where);
}

Error closed(Where where = Where::here()) {
  return make_error(Code::kIpcClosed, "the other process closed the connection", {}, where);
}

union ControlBuffer {
  std::array<char, CMSG_SPACE(sizeof(int) * kMaxDescriptors)> octets;
  cmsghdr align;
};

// Takes ownership of everything the kernel handed over, before anything can fail.
void collect(msghdr& header, std::vector<Descriptor>& descriptors) {
  for (cmsghdr* c = CMSG_FIRSTHDR(&header); c != nullptr; c = CMSG_NXTHDR(&header, c)) {
    if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count; ++i) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(c) + i * sizeof(int), sizeof(int));
      descriptors.emplace_back(fd);
    }
  }
}

void put16(std::uint8_t* out, std::uint16_t value) {
  out[0] = static_cast<std::uint8_t>(value >> 8U);
  out[1] = static_cast<std::uint8_t>(value & 0xFFU);
}

std::uint16_t get16(const std::uint8_t* in) {
  return static_cast<std::uint16_t>(in[0] << 8U | in[1]);
}

}  // namespace

Deadline after(std::chrono::milliseconds span) {
  return std::chrono::steady_clock::now() + span;
}

Channel::Channel(Descriptor socket) : socket_(std::move(socket)) {
  const int flags = ::fcntl(socket_.get(), F_GETFL);
  if (flags >= 0) ::fcntl(socket_.get(), F_SETFL, flags | O_NONBLOCK);
}

Result<std::pair<Channel, Channel>> Channel::pair() {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
    return failed("socketpair");
  Descriptor left(ends[0]);
  Descriptor right(ends[1]);
  return std::pair(Channel(std::move(left)), Channel(std::move(right)));
}

Status Channel::wait(short events, Deadline until) {
  for (;;) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    if (left.count() <= 0) return make_error(Code::kIpcTimeout, "the other process is too slow");
    pollfd one{socket_.get(), events, 0};
    const int ready = ::poll(
        &one, 1, static_cast<int>(std::min<std::int64_t>(left.count(), std::int64_t{3'600'000})));
    if (ready > 0) return Done{};
    if (ready < 0 && errno != EINTR) return failed("poll");
  }
}

Status Channel::send(const Message& message, Deadline until) {
  if (!open()) return closed();
  Bytes octets(kHeadOctets);
  const auto body = cbor::encode(message.body);
  if (body.size() > kMaxMessageOctets || message.descriptors.size() > kMaxDescriptors)
    return make_error(Code::kIpcMalformed, "message too large to send");
  const auto length = static_cast<std::uint32_t>(body.size() + kHeadOctets - 4);
  put16(octets.data(), static_cast<std::uint16_t>(length >> 16U));
  put16(octets.data() + 2, static_cast<std::uint16_t>(length & 0xFFFFU));
  put16(octets.data() + 4, message.type);
  put16(octets.data() + 6, message.version);
  octets.insert(octets.end(), body.begin(), body.end());

  for (std::size_t sent = 0; sent < octets.size();) {
    iovec part{octets.data() + sent, octets.size() - sent};
    msghdr header{};
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    ControlBuffer control{};
    if (sent == 0 && !message.descriptors.empty()) {
      header.msg_control = control.octets.data();
      header.msg_controllen = CMSG_SPACE(sizeof(int) * message.descriptors.size());
      cmsghdr* c = CMSG_FIRSTHDR(&header);
      c->cmsg_level = SOL_SOCKET;
      c->cmsg_type = SCM_RIGHTS;
      c->cmsg_len = CMSG_LEN(sizeof(int) * message.descriptors.size());
      for (std::size_t i = 0; i < message.descriptors.size(); ++i) {
        const int fd = message.descriptors[i].get();
        std::memcpy(CMSG_DATA(c) + i * sizeof(int), &fd, sizeof(int));
      }
    }
    const auto wrote = ::sendmsg(socket_.get(), &header, MSG_NOSIGNAL);
    if (wrote >= 0) {
      sent += static_cast<std::size_t>(wrote);
      continue;
    }
    if (errno == EINTR) continue;
    if (errno == EAGAIN || errno == EWOULDBLOCK) {
      if (auto ready = wait(POLLOUT, until); !ready) {
        close();
        return ready;
      }
      continue;
    }
    auto error = errno == EPIPE || errno == ECONNRESET ? closed() : failed("send a message");
    close();
    return error;
  }
  return Done{};
}

Status Channel::read_exactly(std::uint8_t* out, std::size_t count, Deadline until,
                             std::vector<Descriptor>& descriptors) {
  for (std::size_t done = 0; done < count;) {
    iovec part{out + done, count - done};
    ControlBuffer control{};
    msghdr header{};
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    header.msg_control = control.octets.data();
    header.msg_controllen = control.octets.size();
    const auto got = ::recvmsg(socket_.get(), &header, MSG_CMSG_CLOEXEC);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
      ANTIN_CHECK(wait(POLLIN, until));
      continue;
    }
    if (got < 0) return errno == ECONNRESET ? closed() : failed("receive a message");
    collect(header, descriptors);
    if (got == 0) return closed();
    if ((header.msg_flags & MSG_CTRUNC) != 0 || descriptors.size() > kMaxDescriptors)
      return make_error(Code::kIpcMalformed, "too many descriptors");
    done += static_cast<std::size_t>(got);
  }
  return Done{};
}

Result<Message> Channel::receive_message(Deadline until, bool& started) {
  Message message;
  std::array<std::uint8_t, kHeadOctets> head{};
  ANTIN_CHECK(wait(POLLIN, until));
  started = true;
  ANTIN_CHECK(read_exactly(head.data(), head.size(), until, message.descriptors));
  const std::size_t length =
      std::size_t{get16(head.data())} << 16U | std::size_t{get16(head.data() + 2)};
  if (length < kHeadOctets - 4 || length - (kHeadOctets - 4) > max_octets_)
    return make_error(Code::kIpcMalformed, "length of a message out of bounds");
  message.type = get16(head.data() + 4);
  message.version = get16(head.data() + 6);
  Bytes body(length - (kHeadOctets - 4));
  ANTIN_CHECK(read_exactly(body.data(), body.size(), until, message.descriptors));
  cbor::Limits limits;
  limits.octets = kMaxMessageOctets;
  ANTIN_TRY(message.body, cbor::decode(body, limits));
  return message;
}

Result<Message> Channel::receive(Deadline until) {
  if (!open()) return closed();
  bool started = false;
  auto received = receive_message(until, started);
  if (!received && (started || received.error().code != Code::kIpcTimeout)) close();
  return received;
}

Result<Message> Channel::receive_request(std::chrono::milliseconds within) {
  if (!open()) return closed();
  if (auto begun = wait(POLLIN, Deadline::max()); !begun) {
    close();
    return std::move(begun).error();
  }
  auto received = receive(after(within));
  if (!received) close();
  return received;
}

cbor::Value error_to_value(const Error& error) {
  cbor::Array params;
  params.reserve(error.params.size());
  for (const auto& [name, value] : error.params) params.push_back(cbor::Array{name, value});
  return cbor::Map{{"code", std::string(info(error.code).name)},
                   {"detail", to_log_line(error)},
                   {"params", std::move(params)}};
}

Error error_from_value(const cbor::Value& value) {
  const auto name = cbor::text_at(value, "code");
  const auto detail = cbor::text_at(value, "detail");
  const auto params = cbor::array_at(value, "params");
  if (!name || !detail || !params)
    return make_error(Code::kIpcMalformed, "an error reply that is none");
  const auto code = code_named(name.value());
  if (!code) return make_error(Code::kInternal, "unknown code " + name.value());
  Params values;
  for (const auto& pair : params.value()) {
    const auto* two = pair.array();
    if (two == nullptr || two->size() != 2 || (*two)[0].text() == nullptr ||
        (*two)[1].text() == nullptr)
      return make_error(Code::kIpcMalformed, "an error reply with odd parameters");
    values.emplace_back(*(*two)[0].text(), *(*two)[1].text());
  }
  return make_error(*code, detail.value(), std::move(values));
}

namespace {

// Finds the route, runs it and sends the reply; the time for sending starts when the work is done.
// `known` tells whether the table has the request.
Status answer(Channel& channel, Message& request, const std::vector<Route>& routes,
              const std::function<Deadline()>& until, bool& known) {
  const auto route = std::find_if(routes.begin(), routes.end(), [&](const Route& candidate) {
    return candidate.type == request.type && candidate.version == request.version;
  });
  known = route != routes.end();
  auto reply = known
                   ? route->handle(request)
                   : Result<Message>(make_error(Code::kIpcUnexpected,
                                                "message type " + std::to_string(request.type) +
                                                    " version " + std::to_string(request.version)));
  Message out;
  if (reply) {
    out = std::move(reply).value();
    out.type = request.type | kReplyBit;
  } else {
    out.type = kErrorReply;
    out.body = error_to_value(reply.error());
  }
  out.version = request.version;
  return channel.send(out, until());
}

}  // namespace

Result<Message> call(Channel& channel, const Message& request, Deadline until,
                     const std::vector<Route>& callbacks) {
  ANTIN_CHECK(channel.send(request, until));
  for (;;) {
    auto received = channel.receive(until);
    if (!received) {
      // A reply that comes later would be taken for the answer to the next request.
      channel.close();
      return received;
    }
    auto& message = received.value();
    if (message.type == kErrorReply) return error_from_value(message.body);
    if (message.type == (request.type | kReplyBit)) return received;
    bool known = message.type >= kFirstCallback && message.type < kReplyBit;
    if (known)
      ANTIN_CHECK(answer(
          channel, message, callbacks, [&] { return until; }, known));
    if (!known) {
      channel.close();
      return make_error(Code::kIpcMalformed,
                        "unexpected message type " + std::to_string(message.type));
    }
  }
}

Status serve(Channel& channel, const std::vector<Route>& routes,
             std::chrono::milliseconds reply_within, std::chrono::milliseconds request_within) {
  for (;;) {
    auto received = channel.receive_request(request_within);
    if (!received) {
      if (received.error().code == Code::kIpcClosed) return Done{};
      return std::move(received).error();
    }
    auto& request = received.value();
    bool known = false;
    ANTIN_CHECK(answer(
        channel, request, routes, [&] { return after(reply_within); }, known));
    if (!known)
      return make_error(Code::kIpcUnexpected, "message type " + std::to_string(request.type));
  }
}

}  // namespace antin::service
