// Speaks the worker's protocol and misbehaves as the document's name asks.

#include <csignal>
#include <unistd.h>

#include "service/ipc/process.h"
#include "service/ipc/worker_protocol.h"
#include "service/system/bounds.h"

using namespace antin;
using namespace antin::service;

int main() {
  Channel channel{Descriptor(kChildChannel)};
  const auto configure = [](Message&) -> Result<Message> { return Message{}; };
  const auto verify = [&](Message& request) -> Result<Message> {
    const auto name = cbor::text_at(request.body, "name");
    if (name && name.value() == "crash") ::raise(SIGSEGV);
    if (name && name.value() == "killed") ::raise(SIGKILL);
    if (name && name.value() == "killed once") {
      Message ask;
      ask.type = worker::kFindOriginal;
      ask.version = worker::kVersion;
      ask.body = cbor::Map{{"pid", std::int64_t{::getpid()}}};
      ANTIN_CHECK(call(channel, ask, after(std::chrono::milliseconds(10'000))));
    }
    if (name && name.value() == "stay") {
      channel.close();
      ::pause();
    }
    if (name && name.value() == "hang") ::pause();
    if (name && name.value() == "leave") ::_exit(3);
    if (name && name.value() == "greedy") ::_exit(kExitOutOfMemory);
    if (name && name.value() == "slow") std::raise(SIGXCPU);
    if (name && name.value() == "refuse") return make_error(Code::kPdfNotPdf, "as asked");
    Message reply;
    reply.body = cbor::Map{{"report", "{}"}, {"exit_code", 0}};
    return reply;
  };
  const auto served = serve(channel,
                            {{worker::kConfigure, worker::kVersion, configure},
                             {worker::kVerify, worker::kVersion, verify}},
                            std::chrono::milliseconds(10'000));
  return served ? 0 : 1;
}
