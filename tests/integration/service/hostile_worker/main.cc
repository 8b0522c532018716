// A worker that a document has taken over: confined as antin-worker is, it does whatever the
// document's name says. What it is asked to do it reports as done when it comes back from it.

#include <array>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "service/ipc/process.h"
#include "service/ipc/self_test.h"
#include "service/ipc/worker_protocol.h"
#include "service/sandbox/self_test.h"
#include "service/sandbox/worker_profile.h"
#include "service/system/bounds.h"
#include "service/worker/nursery.h"

using namespace antin;
using namespace antin::service;

namespace {

void take_all_memory() {
  std::vector<std::string> taken;
  for (;;) taken.emplace_back(std::size_t{16} << 20U, 'x');
}

// Past the allocator, and past every limit of its own making.
void map_all_memory() {
  const std::size_t chunk = std::size_t{64} << 20U;
  for (int i = 0; i < 1'000; ++i) {
    if (::mmap(nullptr, chunk, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ==
        MAP_FAILED)
      ::_exit(kExitOutOfMemory);
  }
}

void fill_memfd() {
  const int fd = ::memfd_create("hoard", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  const std::string chunk(std::size_t{1} << 20U, 'x');
  while (::write(fd, chunk.data(), chunk.size()) > 0) {
  }
}

[[noreturn]] void use_the_processor() {
  for (std::atomic<unsigned> turns = 0;;) ++turns;
}

void fork_bomb() {
  for (int i = 0; i < 1'000; ++i) ::fork();
}

// Kept, and still in its bounds.
std::vector<std::string> hoard;

void misbehave(const std::string& how) {
  std::string program = "/bin/sh";
  std::array<char*, 2> words{program.data(), nullptr};
  if (how == "open") ::open("/etc/passwd", O_RDONLY);
  if (how == "socket") ::socket(AF_INET, SOCK_STREAM, 0);
  if (how == "exec") ::execve(program.c_str(), words.data(), words.data() + 1);
  if (how == "fork") fork_bomb();
  if (how == "ptrace") ::ptrace(PTRACE_ATTACH, ::getppid(), nullptr, nullptr);
  if (how == "proc") ::open("/proc/self/mem", O_RDWR);
  if (how == "kill") ::kill(-1, SIGKILL);
  if (how == "double") sandbox::double_process();
  if (how == "memory") take_all_memory();
  if (how == "map") map_all_memory();
  if (how == "memfd") fill_memfd();
  if (how == "limits") {
    const rlimit more{RLIM_INFINITY, RLIM_INFINITY};
    ::setrlimit(RLIMIT_AS, &more);
  }
  if (how == "processor") use_the_processor();
  if (how == "grow") hoard.emplace_back(std::size_t{300} << 20U, 'x');
  if (how == "sleep") ::poll(nullptr, 0, -1);
  if (how == "log") std::fputs("{\"event\":\"signed\"}\n", stderr);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 1 && std::string_view(argv[1]) == worker::kSelfTestOption)
    return serve_self_test(sandbox::test_worker_profile) ? 0 : 1;
  const bool nursery = argc > 1 && std::string_view(argv[1]) == worker::kNurseryOption;
  Channel channel{Descriptor(kChildChannel)};
  end_when_out_of_memory();
  const auto confined =
      nursery ? sandbox::confine_nursery(kChildChannel) : sandbox::confine_worker(kChildChannel);
  const auto configure = [&](Message&) -> Result<Message> {
    Message reply;
    reply.body = cbor::Map{{"confined", static_cast<bool>(confined)}};
    return reply;
  };
  const auto nursery_pid = ::getpid();
  const auto verify = [&](Message& request) -> Result<Message> {
    const auto name = cbor::text_at(request.body, "name");
    misbehave(name ? name.value() : "");
    Message reply;
    reply.body = cbor::Map{{"report", "{}"},
                           {"exit_code", 0},
                           {"pid", std::int64_t{::getpid()}},
                           {"nursery", std::int64_t{nursery_pid}}};
    if (name && name.value() == "attach") {
      ANTIN_TRY(auto memfd, sealed_memfd("answer", {as_bytes("%PDF")}));
      reply.descriptors.push_back(std::move(memfd));
    }
    return reply;
  };
  constexpr std::chrono::milliseconds kReplyWithin{10'000};
  const auto work = [&] {
    return serve(channel,
                 {{worker::kConfigure, worker::kVersion, configure},
                  {worker::kVerify, worker::kVersion, verify}},
                 kReplyWithin);
  };
  const auto copy = [&](Message& request) {
    return worker::double_for(request, channel, worker::Doubling::kConfined, work);
  };
  const auto served = nursery ? serve(channel,
                                      {{worker::kConfigure, worker::kVersion, configure},
                                       {worker::kDouble, worker::kVersion, copy}},
                                      kReplyWithin)
                              : work();
  return served ? 0 : 1;
}
