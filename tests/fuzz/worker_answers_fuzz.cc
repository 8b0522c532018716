#include <algorithm>
#include <array>
#include <cstring>
#include <sys/socket.h>

#include "certs/core/algorithms.h"
#include "service/antind/inspected.h"
#include "service/antind/prepared_check.h"
#include "service/ipc/channel.h"
#include "service/ipc/worker_protocol.h"
#include "tests/fuzz/require.h"

namespace {

using namespace antin;
using namespace antin::service;

constexpr std::size_t kHead = 3;  // what is asked and how many files, length of the tail
constexpr std::size_t kMaxInput = 64 * 1024;  // fits the socket: nobody reads beside

// All of `octets`, with `tail` once or several times as file.
bool send_all(int socket, ByteView octets, ByteView tail, std::size_t files) {
  std::vector<Descriptor> memfds;
  memfds.reserve(files);
  for (std::size_t i = 0; i < files; ++i) {
    auto memfd = sealed_memfd("fuzz", {tail});
    if (!memfd) return false;
    memfds.push_back(std::move(memfd).value());
  }
  Bytes copy = to_bytes(octets);
  iovec part{copy.data(), copy.size()};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(3 * sizeof(int))> control{};
  msghdr header{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  if (!memfds.empty()) {
    header.msg_control = control.data();
    header.msg_controllen = CMSG_SPACE(memfds.size() * sizeof(int));
    auto* const rights = CMSG_FIRSTHDR(&header);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(memfds.size() * sizeof(int));
    std::array<int, 3> numbers{};
    std::transform(memfds.begin(), memfds.end(), numbers.begin(),
                   [](const auto& one) { return one.get(); });
    std::memcpy(CMSG_DATA(rights), numbers.data(), memfds.size() * sizeof(int));
  }
  return ::sendmsg(socket, &header, MSG_NOSIGNAL) == static_cast<ssize_t>(octets.size());
}

// What antind answers when a worker asks; it reads no more of the question than this.
std::vector<Route> callbacks() {
  const auto say = [](Message& asked) -> Result<Message> {
    static_cast<void>(cbor::text_at(asked.body, "url"));
    return Message{.type = 0, .version = worker::kVersion, .body = cbor::Map{}, .descriptors = {}};
  };
  return {{worker::kFetchTimestamp, worker::kVersion, say},
          {worker::kFetchEvidence, worker::kVersion, say},
          {worker::kDraw, worker::kVersion, say}};
}

void read_answer(std::uint16_t asked, const Message& reply) {
  static const SharedBytes original(Bytes(64, 'a'));
  static const CertificateDer certificate(Bytes(32, 'c'));
  if (asked == worker::kInspect) {
    std::optional<StoredEntry> entry;
    StoredOriginal inspected{.id = "",
                             .sha256 = {},
                             .size = original.size(),
                             .name = "",
                             .owner = "",
                             .created = UtcTime(std::chrono::sys_seconds{}),
                             .revisions = {}};
    if (!take_inspected(reply.body, entry, inspected)) return;
    fuzz::require(inspected.signed_end <= inspected.size);
    for (const auto& revision : inspected.revisions)
      fuzz::require(revision.end <= inspected.size && revision.sha256.size() == 32);
    return;
  }
  const auto prepared = read_prepared(reply);
  if (!prepared) return;
  const auto checked =
      check_prepared(original, prepared.value(), DigestAlgorithm::kSha256, certificate);
  if (!checked) return;
  // Nobody's attributes but those that antind built itself, over octets that it has.
  fuzz::require(checked.value().attributes == prepared.value().attributes);
  fuzz::require(signed_end(checked.value().ranges) ==
                original.size() + prepared.value().tail.size());
}

}  // namespace

// A worker that has been taken over answers antind: any octets, any files. Property: antind reads
// an answer or ends the conversation with an error, and takes over nothing that it cannot check.
// NOLINTNEXTLINE(readability-identifier-naming): the name that libFuzzer calls
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView octets(data, size);
  if (octets.size() <= kHead || octets.size() > kMaxInput) return 0;
  const std::uint16_t asked = (octets[0] & 1U) != 0 ? worker::kInspect : worker::kPrepare;
  const std::size_t files = (octets[0] >> 1U) & 3U;
  const auto length =
      std::min<std::size_t>(octets[1] * 256U + octets[2], octets.size() - kHead - 1);
  const auto tail = octets.subspan(kHead, length);
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) return 0;
  const Descriptor hostile{ends[0]};
  Channel channel{Descriptor(ends[1])};
  if (!send_all(hostile.get(), octets.subspan(kHead + length), tail, files)) return 0;
  ::shutdown(hostile.get(), SHUT_WR);
  static const auto answers = callbacks();
  const auto reply = call(
      channel,
      Message{.type = asked, .version = worker::kVersion, .body = cbor::Map{}, .descriptors = {}},
      after(std::chrono::seconds{2}), answers);
  if (reply) read_answer(asked, reply.value());
  return 0;
}
