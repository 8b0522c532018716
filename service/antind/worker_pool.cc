#include "service/antind/worker_pool.h"

#include <csignal>
#include <poll.h>
#include <string>

#include "service/ipc/worker_protocol.h"
#include "service/system/bounds.h"

namespace antin::service {
namespace {

constexpr std::chrono::milliseconds kConfigureWithin{60'000};
constexpr std::chrono::milliseconds kLeaveWithin{1'000};

// Anything to read before we asked means that the worker is gone or confused.
bool quiet(const Channel& channel) {
  pollfd one{channel.fd(), POLLIN, 0};
  return channel.open() && ::poll(&one, 1, 0) == 0;
}

// How a worker ends that wanted more than bound_memory() and bound_processor() gave it.
bool ran_into_bounds(const std::string& ending) {
  return ending == "exit " + std::to_string(kExitOutOfMemory) ||
         ending == "signal " + std::to_string(SIGXCPU);
}

}  // namespace

WorkerPool::WorkerPool(Options options, Log& log, Metrics& metrics)
    : options_(std::move(options)), log_(log), metrics_(metrics), slots_(options_.count) {}

Result<ChildProcess> WorkerPool::launch() {
  ANTIN_TRY(auto process, ChildProcess::spawn(options_.program, {}));
  Message configure;
  configure.type = worker::kConfigure;
  configure.version = worker::kVersion;
  configure.body = cbor::Map{};
  ANTIN_TRY(auto settings, sealed_memfd("antin-configuration", {options_.configuration}));
  configure.descriptors.push_back(std::move(settings));
  ANTIN_TRY(const auto reply, call(process.channel(), configure, after(kConfigureWithin)));
  static_cast<void>(reply);
  return process;
}

Status WorkerPool::refill(Slot& slot) {
  ANTIN_TRY(auto process, launch());
  const std::lock_guard lock(mutex_);
  if (stopping_) return make_error(Code::kHttpStopping, "workers are stopping");
  slot.pid = process.pid();
  slot.process = std::move(process);
  return Done{};
}

// The pid is forgotten before the process is reaped: stop() must never signal a number that the
// system has given to somebody else.
std::string WorkerPool::discard(Slot& slot, std::chrono::milliseconds grace) {
  {
    const std::lock_guard lock(mutex_);
    slot.pid = -1;
  }
  if (!slot.process) return "";
  auto ending = slot.process->stop(grace);
  slot.process.reset();
  return ending;
}

Status WorkerPool::start() {
  for (auto& slot : slots_) ANTIN_CHECK(refill(slot));
  return Done{};
}

Result<Message> WorkerPool::ask(std::uint16_t type, cbor::Value body,
                                const std::vector<SharedBytes>& documents,
                                std::chrono::milliseconds within) {
  Message request;
  request.type = type;
  request.version = worker::kVersion;
  request.body = std::move(body);
  for (const auto& document : documents) {
    ANTIN_TRY(auto memfd, sealed_memfd("antin-document", {document.view()}));
    request.descriptors.push_back(std::move(memfd));
  }
  Slot* mine = nullptr;
  {
    std::unique_lock lock(mutex_);
    const auto find = [&] {
      for (auto& slot : slots_) {
        if (!slot.busy) mine = &slot;
      }
      return mine != nullptr || stopping_;
    };
    freed_.wait(lock, find);
    if (stopping_) return make_error(Code::kHttpStopping, "workers are stopping");
    mine->busy = true;
  }
  auto reply = ask_in(*mine, request, within);
  {
    const std::lock_guard lock(mutex_);
    mine->busy = false;
  }
  freed_.notify_one();
  return reply;
}

// The slot is ours while it is busy.
Result<Message> WorkerPool::ask_in(Slot& slot, const Message& request,
                                   std::chrono::milliseconds within) {
  if (!slot.process || !quiet(slot.process->channel())) {
    discard(slot, std::chrono::milliseconds(0));
    ANTIN_CHECK(refill(slot));
  }
  auto reply = call(slot.process->channel(), request, after(within), options_.callbacks);
  if (slot.process->channel().open()) return reply;
  // Whatever closed the channel, this worker is not used again.
  const auto code = reply ? Code::kInternal : reply.error().code;
  const auto ending =
      discard(slot, code == Code::kIpcClosed ? kLeaveWithin : std::chrono::milliseconds(0));
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return make_error(Code::kHttpStopping, "workers are stopping");
  }
  log_.write(Log::Level::kError, "worker_replaced",
             {{"pool", options_.name}, {"ending", ending}, {"code", std::string(info(code).name)}});
  metrics_.count("antin_worker_replaced_total",
                 "pool=\"" + options_.name + "\",code=\"" + std::string(info(code).name) + "\"");
  if (reply) return reply;
  if (code == Code::kIpcTimeout || (code == Code::kIpcClosed && ran_into_bounds(ending)))
    return while_doing(std::move(reply).error(), Code::kResourceLimit,
                       "worker out of time or memory: " + ending);
  return while_doing(std::move(reply).error(), Code::kWorkerCrashed, "worker ended: " + ending);
}

std::size_t WorkerPool::ready() const {
  const std::lock_guard lock(mutex_);
  std::size_t count = 0;
  for (const auto& slot : slots_) count += slot.busy || slot.process.has_value() ? 1U : 0U;
  return count;
}

void WorkerPool::stop() {
  const std::lock_guard lock(mutex_);
  stopping_ = true;
  freed_.notify_all();
  for (auto& slot : slots_) {
    if (slot.busy) {
      if (slot.pid > 0) ::kill(slot.pid, SIGKILL);
      continue;
    }
    if (slot.process) slot.process->stop(kLeaveWithin);
    slot.process.reset();
    slot.pid = -1;
  }
}

}  // namespace antin::service
