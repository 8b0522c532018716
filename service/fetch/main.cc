// antin-fetch: speaks HTTP for a program that starts it with a channel at descriptor 3. Reads no
// file but the system's TLS roots, keeps nothing, judges nothing.

#include <csignal>
#include <cstdio>
#include <memory>
#include <sys/resource.h>

#include "service/fetch/fetch_protocol.h"
#include "service/ipc/process.h"
#include "service/net/poco_fetcher.h"

namespace antin::service {
namespace {

constexpr std::chrono::milliseconds kReplyWithin{60'000};

class FetchProgram {
 public:
  Result<Message> configure(const Message& request) {
    if (fetcher_) return make_error(Code::kIpcUnexpected, "configured already");
    FetcherOptions options;
    ANTIN_TRY(const auto hosts, cbor::array_at(request.body, "allow_hosts"));
    for (const auto& host : hosts) {
      if (host.text() == nullptr) return make_error(Code::kIpcMalformed, "a host is not text");
      ANTIN_CHECK(check_allowed_host(*host.text()));
      options.rule.allow_hosts.push_back(*host.text());
    }
    ANTIN_TRY(fetcher_, PocoFetcher::create(options));
    Message reply;
    reply.body = cbor::Map{};
    return reply;
  }

  Result<Message> fetch(const Message& request) {
    if (!fetcher_) return make_error(Code::kIpcUnexpected, "not configured yet");
    ANTIN_TRY(const auto asked, fetching::asked_in(request.body));
    ANTIN_TRY(auto response, fetcher_->fetch(asked.request, asked.limits));
    return fetching::to_message(std::move(response));
  }

 private:
  std::unique_ptr<PocoFetcher> fetcher_;
};

}  // namespace
}  // namespace antin::service

int main() {
  using namespace antin;
  // Ends when the channel closes. (A death signal would follow the thread that started us, which
  // may be long gone while its program lives.)
  static_cast<void>(::signal(SIGPIPE, SIG_IGN));
  const rlimit no_core{0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
  service::Channel channel{service::Descriptor(service::kChildChannel)};
  service::FetchProgram program;
  using namespace service::fetching;
  const auto served = service::serve(
      channel,
      {{kConfigure, kVersion, [&](service::Message& asked) { return program.configure(asked); }},
       {kFetch, kVersion, [&](service::Message& asked) { return program.fetch(asked); }}},
      service::kReplyWithin);
  if (!served) {
    static_cast<void>(
        std::fprintf(stderr, "antin-fetch: %s\n", to_log_line(served.error()).c_str()));
    return 1;
  }
  return 0;
}
