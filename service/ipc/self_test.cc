#include "service/ipc/self_test.h"

#include "service/ipc/process.h"
#include "service/ipc/worker_protocol.h"

namespace antin::service {
namespace {

constexpr std::chrono::milliseconds kReplyWithin{10'000};
// Everything is tried side by side; the machine may be busy.
constexpr std::chrono::milliseconds kTestWithin{60'000};

}  // namespace

Status serve_self_test(const std::function<std::vector<std::string>()>& test) {
  Channel channel{Descriptor(kChildChannel)};
  const auto answer = [&](Message&) -> Result<Message> {
    cbor::Array names;
    for (const auto& name : test()) names.emplace_back(name);
    Message reply;
    reply.body = cbor::Map{{"not_stopped", std::move(names)}};
    return reply;
  };
  return serve(channel, {{worker::kSelfTest, worker::kVersion, answer}}, kReplyWithin);
}

Status require_self_test(const std::string& program) {
  const auto name = program.substr(program.rfind('/') + 1);
  const auto incomplete = [&](const std::string& what) {
    return make_error(Code::kSandboxIncomplete, program + ": " + what,
                      {{"tien_trinh", name}, {"viec", what}});
  };
  ANTIN_TRY(auto process, ChildProcess::spawn(program, {worker::kSelfTestOption}));
  Message request;
  request.type = worker::kSelfTest;
  request.version = worker::kVersion;
  request.body = cbor::Map{};
  const auto reply = call(process.channel(), request, after(kTestWithin));
  if (!reply) return incomplete("self-test: " + to_log_line(reply.error()));
  ANTIN_TRY(const auto names, cbor::array_at(reply.value().body, "not_stopped"));
  std::string all;
  for (const auto& one : names) {
    const auto* text = one.text();
    all += (all.empty() ? "" : ", ") + (text == nullptr ? std::string("?") : *text);
  }
  if (!all.empty()) return incomplete(all);
  return Done{};
}

}  // namespace antin::service
