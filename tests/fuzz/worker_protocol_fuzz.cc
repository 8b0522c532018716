#include <algorithm>
#include <array>
#include <sys/socket.h>
#include <thread>

#include "service/ipc/worker_protocol.h"
#include "service/system/real.h"
#include "service/worker/worker.h"

namespace {

using namespace antin;
using namespace antin::service;

constexpr std::size_t kHead = 3;  // type, two octets: length of the body

// A frame with any body at all, which Channel::send() would not make.
void send_frame(int socket, std::uint16_t type, ByteView body,
                const std::vector<Descriptor>& descriptors) {
  const auto length = static_cast<std::uint32_t>(body.size() + 4);
  const auto octet = [](std::uint32_t value, unsigned shift) {
    return static_cast<std::uint8_t>((value >> shift) & 0xFFU);
  };
  Bytes frame{octet(length, 24),
              octet(length, 16),
              octet(length, 8),
              octet(length, 0),
              octet(type, 8),
              octet(type, 0),
              0,
              worker::kVersion};
  frame.insert(frame.end(), body.begin(), body.end());
  iovec part{frame.data(), frame.size()};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(2 * sizeof(int))> control{};
  msghdr header{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  if (!descriptors.empty()) {
    header.msg_control = control.data();
    header.msg_controllen = CMSG_SPACE(descriptors.size() * sizeof(int));
    auto* const rights = CMSG_FIRSTHDR(&header);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(descriptors.size() * sizeof(int));
    std::array<int, 2> numbers{};
    std::transform(descriptors.begin(), descriptors.end(), numbers.begin(),
                   [](const auto& one) { return one.get(); });
    std::copy_n(reinterpret_cast<const char*>(numbers.data()), descriptors.size() * sizeof(int),
                CMSG_DATA(rights));
  }
  static_cast<void>(::sendmsg(socket, &header, MSG_NOSIGNAL));
}

Bytes configuration() {
  return cbor::encode(cbor::Map{{"trust", cbor::Array{}},
                                {"crls", cbor::Array{}},
                                {"policy", ""},
                                {"tsa", cbor::Array{}},
                                {"allow_test_pki", false}});
}

std::vector<Descriptor> memfds(std::initializer_list<ByteView> contents) {
  std::vector<Descriptor> out;
  for (const auto& content : contents) {
    auto memfd = sealed_memfd("fuzz", {content});
    if (memfd) out.push_back(std::move(memfd).value());
  }
  return out;
}

}  // namespace

// One request of any type, with any body and any document, to a configured worker. Property: it
// answers, or ends the conversation; nothing else.
// NOLINTNEXTLINE(readability-identifier-naming): the name that libFuzzer calls
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView octets(data, size);
  if (octets.size() < kHead || octets.size() > 65'536) return 0;
  const auto type = octets[0];
  const auto length = std::min<std::size_t>(octets[1] * 256U + octets[2], octets.size() - kHead);
  const auto body = octets.subspan(kHead, length);
  const auto document = octets.subspan(kHead + length);
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) return 0;
  const Descriptor antind{ends[0]};
  Channel channel{Descriptor(ends[1])};
  send_frame(antind.get(), worker::kConfigure, cbor::encode(cbor::Map{}),
             memfds({configuration()}));
  send_frame(antind.get(), type, body, memfds({document, document.first(document.size() / 2)}));
  // What it asks for in between is not answered.
  ::shutdown(antind.get(), SHUT_WR);
  std::thread reader([fd = antind.get()] {
    std::array<char, 65'536> buffer{};
    while (::recv(fd, buffer.data(), buffer.size(), 0) > 0) {
    }
  });
  {
    SystemRandom random;
    worker::Worker worker(channel, random, {});
    static_cast<void>(worker.run());
    channel.close();
  }
  reader.join();
  return 0;
}
