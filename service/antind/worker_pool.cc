#include "service/antind/worker_pool.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <csignal>
#include <fcntl.h>
#include <limits>
#include <poll.h>
#include <string>
#include <sys/resource.h>
#include <unistd.h>

#include "service/ipc/worker_protocol.h"
#include "service/sandbox/process_state.h"

namespace antin::service {
namespace {

constexpr std::chrono::milliseconds kConfigureWithin{60'000};
constexpr std::chrono::milliseconds kLeaveWithin{1'000};
constexpr std::chrono::milliseconds kCopyWithin{5'000};
/// After a spare could not be started.
constexpr std::chrono::milliseconds kPause{1'000};
/// A worker is replaced after so many requests, and when it has grown so much beyond what it had
/// before the first.
constexpr std::size_t kRequestsEach = 1'000;
constexpr std::size_t kMaxGrowth = std::size_t{256} << 20U;
/// Where a worker does not say how much address space it starts with.
constexpr std::size_t kUsualAddressSpace = std::size_t{1} << 30U;

// Anything to read before we asked means that the worker is gone or confused.
bool quiet(const Channel& channel) {
  pollfd one{channel.fd(), POLLIN, 0};
  return channel.open() && ::poll(&one, 1, 0) == 0;
}

// How a worker ends that wanted more than bound_process() gave it.
bool ran_into_bounds(const std::string& ending) {
  return ending == "exit " + std::to_string(kExitOutOfMemory) ||
         ending == "signal " + std::to_string(SIGXCPU) ||
         ending == "signal " + std::to_string(SIGXFSZ);
}

// By an operator, or by the kernel when memory is short. We kill only what is over time; what a
// worker does itself and what its confinement does to it end otherwise, and it cannot signal.
bool killed_by_another(Code code, const std::string& ending) {
  return code == Code::kIpcClosed && ending == "signal " + std::to_string(SIGKILL);
}

// Memory of its own that a process has in use, from its statm; 0 when that cannot be read.
std::size_t resident(const Descriptor& statm) {
  std::array<char, 96> text{};
  const auto got = ::pread(statm.get(), text.data(), text.size(), 0);
  if (got <= 0) return 0;
  std::array<std::size_t, 3> pages{};  // whole, resident, shared
  const char* at = text.data();
  const char* const end = at + got;
  for (auto& count : pages) {
    at = std::from_chars(at, end, count).ptr;
    if (at != end) ++at;
  }
  const auto own = pages[1] > pages[2] ? pages[1] - pages[2] : 0;
  return own * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace

WorkerPool::WorkerPool(Options options, Log& log, Metrics& metrics)
    : options_(std::move(options)), log_(log), metrics_(metrics), slots_(options_.count) {}

Result<WorkerPool::Member> WorkerPool::launch(Role role) {
  Bytes configuration;
  std::uint64_t generation = 0;
  {
    const std::lock_guard lock(mutex_);
    configuration = options_.configuration;
    generation = generation_;
  }
  return launch(role, configuration, generation);
}

bool WorkerPool::outdated(const Member& member) const {
  const std::lock_guard lock(mutex_);
  return member.generation != generation_;
}

Result<std::function<void()>> WorkerPool::reconfigure(Bytes configuration) {
  std::uint64_t next = 0;
  {
    const std::lock_guard lock(mutex_);
    next = generation_ + 1;
  }
  const auto role = slots_.empty() ? Role::kNursery : Role::kWorker;
  ANTIN_TRY(auto first, launch(role, configuration, next));
  // Shared, because std::function wants to be copied.
  auto ready = std::make_shared<Member>(std::move(first));
  return std::function<void()>([this, next, ready, role, octets = std::move(configuration)] {
    const std::scoped_lock both(nursery_mutex_, mutex_);
    if (stopping_) return;
    options_.configuration = octets;
    generation_ = next;
    for (auto& spare : spares_) retired_.push_back(std::move(spare));
    spares_.clear();
    if (role == Role::kNursery)
      nursery_ = std::move(*ready);
    else
      spares_.push_back(std::move(*ready));
    wanted_.notify_all();
  });
}

Result<WorkerPool::Member> WorkerPool::launch(Role role, const Bytes& configuration,
                                              std::uint64_t generation) const {
  const bool confined =
      options_.confinement == Confinement::kRequired && sandbox::can_be_confined();
  std::vector<std::string> arguments;
  if (role == Role::kNursery) arguments.emplace_back(worker::kNurseryOption);
  if (options_.confinement == Confinement::kLeftOut)
    arguments.emplace_back(worker::kUnconfinedOption);
  ANTIN_TRY(auto process, ChildProcess::spawn(options_.program, arguments));
  // Beyond our own. A unit may forbid the call: then it is as important as everything else.
  if (options_.niceness > 0)
    ::setpriority(PRIO_PROCESS, static_cast<id_t>(process.pid()),
                  ::getpriority(PRIO_PROCESS, 0) + options_.niceness);
  // Before it makes itself invisible to other processes.
  const auto path = "/proc/" + std::to_string(process.pid()) + "/statm";
  Descriptor statm{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  Message configure;
  configure.type = worker::kConfigure;
  configure.version = worker::kVersion;
  configure.body = cbor::Map{};
  ANTIN_TRY(auto settings, sealed_memfd("antin-configuration", {configuration}));
  configure.descriptors.push_back(std::move(settings));
  ANTIN_TRY(const auto reply, call(process.channel(), configure, after(kConfigureWithin)));
  // It has read nothing foreign so far, so what it says of itself is true.
  if (confined) {
    const auto said = cbor::boolean_at(reply.body, "confined");
    if (!said || !said.value())
      return make_error(Code::kSandboxIncomplete, options_.program,
                        {{"tien_trinh", "antin-worker"}, {"viec", "seccomp"}});
  }
  const auto* space = reply.body.find("address_space");
  const bool told = space != nullptr && space->integer() != nullptr && *space->integer() > 0;
  const auto grown = resident(statm);
  return Member{
      .process = std::move(process),
      .statm = std::move(statm),
      .address_space = told ? static_cast<std::size_t>(*space->integer()) : kUsualAddressSpace,
      .resident = grown,
      .generation = generation};
}

// A spare when there is one; otherwise whoever asks waits for a new worker, and learns why there
// is none.
Result<WorkerPool::Member> WorkerPool::take() {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return make_error(Code::kHttpStopping, "workers are stopping");
    while (!spares_.empty()) {
      auto spare = std::move(spares_.front());
      spares_.pop_front();
      wanted_.notify_one();
      if (spare.generation == generation_ && quiet(spare.process.channel())) return spare;
      retired_.push_back(std::move(spare));
    }
  }
  return launch(Role::kWorker);
}

Status WorkerPool::refill(Slot& slot) {
  ANTIN_TRY(auto member, take());
  const std::lock_guard lock(mutex_);
  if (stopping_) return make_error(Code::kHttpStopping, "workers are stopping");
  slot.pid = member.process.pid();
  slot.member = std::move(member);
  return Done{};
}

// Ending a process takes a moment: not ours.
void WorkerPool::retire(Member member) {
  const std::lock_guard lock(mutex_);
  retired_.push_back(std::move(member));
  wanted_.notify_one();
}

// The pid is forgotten before the process is reaped: stop() must never signal a number that the
// system has given to somebody else.
std::string WorkerPool::discard(Slot& slot, std::chrono::milliseconds grace) {
  {
    const std::lock_guard lock(mutex_);
    slot.pid = -1;
  }
  if (!slot.member) return "";
  auto ending = slot.member->process.stop(grace);
  slot.member.reset();
  return ending;
}

Status WorkerPool::start() {
  for (auto& slot : slots_) ANTIN_CHECK(refill(slot));
  // Where nobody but ask_fresh() asks, the nursery is what shows that workers can be started.
  if (slots_.empty()) {
    ANTIN_TRY(nursery_, launch(Role::kNursery));
  }
  keeper_ = std::thread([this] { keep(); });
  return Done{};
}

bool WorkerPool::stopping() const {
  const std::lock_guard lock(mutex_);
  return stopping_;
}

void WorkerPool::keep() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wanted_.wait(lock, [this] {
      return stopping_ || !retired_.empty() || spares_.size() < options_.spares;
    });
    if (stopping_) return;
    auto retired = std::exchange(retired_, {});
    const bool wanted = spares_.size() < options_.spares;
    lock.unlock();
    retired.clear();
    if (wanted) start_spare();
    lock.lock();
  }
}

void WorkerPool::start_spare() {
  auto spare = launch(Role::kWorker);
  std::unique_lock lock(mutex_);
  if (spare) {
    // What became outdated meanwhile is met by take().
    spares_.push_back(std::move(spare).value());
    return;
  }
  if (stopping_) return;
  lock.unlock();
  log_.write(Log::Level::kError, "worker_not_started",
             {{"pool", options_.name}, {"error", to_log_line(spare.error())}});
  lock.lock();
  wanted_.wait_for(lock, kPause, [this] { return stopping_; });
}

Result<WorkerPool::Asked> WorkerPool::prepare(std::uint16_t type, cbor::Value body,
                                              const std::vector<SharedBytes>& documents,
                                              std::chrono::milliseconds within) {
  Asked asked{.message = {}, .bounds = {}, .written = 0, .within = within};
  std::size_t octets = 0;
  asked.message.type = type;
  asked.message.version = worker::kVersion;
  for (const auto& document : documents) {
    octets += document.size();
    ANTIN_TRY(auto memfd, sealed_memfd("antin-document", {document.view()}));
    asked.message.descriptors.push_back(std::move(memfd));
  }
  asked.bounds = type == worker::kCapture ? bounds_for_pictures(octets) : bounds_for(octets);
  asked.written = written_for(octets);
  // Holding pictures against each other is work of our own code, bounded by how many there are.
  if (const auto* draw = body.find("draw_ms"); draw != nullptr && draw->integer() != nullptr)
    asked.bounds.processor += std::chrono::seconds(*draw->integer() / 1'000);
  asked.message.body = std::move(body);
  return asked;
}

// Killed by somebody else, and so for no reason of the document's: another worker may do it. Twice
// is not chance any more.
template <class Try>
Result<Message> WorkerPool::ask_twice(Try once) {
  auto reply = once();
  if (!reply && reply.error().code == Code::kWorkerKilled) reply = once();
  return reply;
}

Result<Message> WorkerPool::ask(std::uint16_t type, cbor::Value body,
                                const std::vector<SharedBytes>& documents,
                                std::chrono::milliseconds within) {
  ANTIN_TRY(const auto asked, prepare(type, std::move(body), documents, within));
  return ask_twice([&] { return ask_once(asked); });
}

Result<Message> WorkerPool::ask_once(const Asked& asked) {
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
  auto reply = ask_in(*mine, asked);
  {
    const std::lock_guard lock(mutex_);
    mine->busy = false;
  }
  freed_.notify_one();
  return reply;
}

Result<Message> WorkerPool::converse(Member& member, const Asked& asked) const {
  auto bounds = asked.bounds;
  bounds.address_space += member.address_space;
  ANTIN_CHECK(bound_process(member.process.pid(), bounds, asked.written));
  ++member.served;
  return call(member.process.channel(), asked.message, after(asked.within), options_.callbacks);
}

// What a worker's end means for the request that it had.
Error WorkerPool::replaced(Error error, const std::string& ending) {
  const auto code = error.code;
  const std::string name(info(code).name);
  log_.write(Log::Level::kError, "worker_replaced",
             {{"pool", options_.name}, {"ending", ending}, {"code", name}});
  metrics_.count("antin_worker_replaced_total",
                 "pool=\"" + options_.name + "\",code=\"" + name + "\"");
  if (code == Code::kIpcTimeout || (code == Code::kIpcClosed && ran_into_bounds(ending)))
    return while_doing(std::move(error), Code::kResourceLimit,
                       "worker out of time or memory: " + ending);
  if (killed_by_another(code, ending))
    return while_doing(std::move(error), Code::kWorkerKilled, "worker ended: " + ending);
  return while_doing(std::move(error), Code::kWorkerCrashed, "worker ended: " + ending);
}

// The slot is ours while it is busy.
Result<Message> WorkerPool::ask_in(Slot& slot, const Asked& asked) {
  if (!slot.member || outdated(*slot.member) || !quiet(slot.member->process.channel())) {
    discard(slot, std::chrono::milliseconds(0));
    ANTIN_CHECK(refill(slot));
  }
  auto reply = converse(*slot.member, asked);
  if (slot.member->process.channel().open()) {
    const auto& member = *slot.member;
    if (member.served >= kRequestsEach || resident(member.statm) > member.resident + kMaxGrowth) {
      metrics_.count("antin_worker_recycled_total", "pool=\"" + options_.name + "\"");
      const std::lock_guard lock(mutex_);
      slot.pid = -1;
      retired_.push_back(std::move(*slot.member));
      slot.member.reset();
      wanted_.notify_one();
    }
    return reply;
  }
  // Whatever closed the channel, this worker is not used again.
  const auto code = reply ? Code::kInternal : reply.error().code;
  const auto ending =
      discard(slot, code == Code::kIpcClosed ? kLeaveWithin : std::chrono::milliseconds(0));
  if (stopping()) return make_error(Code::kHttpStopping, "workers are stopping");
  if (reply) return reply;
  return replaced(std::move(reply).error(), ending);
}

Result<Message> WorkerPool::ask_fresh(std::uint16_t type, cbor::Value body,
                                      const std::vector<SharedBytes>& documents,
                                      std::chrono::milliseconds within) {
  ANTIN_TRY(const auto asked, prepare(type, std::move(body), documents, within));
  return ask_twice([&] { return ask_copy(asked); });
}

Result<Message> WorkerPool::ask_copy(const Asked& asked) {
  ANTIN_TRY(auto member, copied());
  const auto pid = member.process.pid();
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return make_error(Code::kHttpStopping, "workers are stopping");
    fresh_.insert(pid);
  }
  auto reply = converse(member, asked);
  const bool open = member.process.channel().open();
  {
    const std::lock_guard lock(mutex_);
    fresh_.erase(pid);
    if (stopping_) return make_error(Code::kHttpStopping, "workers are stopping");
  }
  if (open || reply) {
    retire(std::move(member));
    return reply;
  }
  // Copies lie in memory as their nursery does: who could make one fall must not try again what he
  // learnt by it.
  leave_nursery();
  const auto grace =
      reply.error().code == Code::kIpcClosed ? kLeaveWithin : std::chrono::milliseconds(0);
  return replaced(std::move(reply).error(), member.process.stop(grace));
}

// One more try with a new nursery: the one that is there may have been killed meanwhile.
Result<WorkerPool::Member> WorkerPool::copied() {
  const std::lock_guard one_at_a_time(nursery_mutex_);
  const bool usable = nursery_ && !outdated(*nursery_) && nursery_->served < kRequestsEach &&
                      quiet(nursery_->process.channel());
  if (usable) {
    if (auto copy = copy_of_nursery()) return copy;
  }
  if (stopping()) return make_error(Code::kHttpStopping, "workers are stopping");
  nursery_.reset();
  ANTIN_TRY(nursery_, launch(Role::kNursery));
  return copy_of_nursery();
}

Result<WorkerPool::Member> WorkerPool::copy_of_nursery() {
  ANTIN_TRY(auto ends, Channel::pair());
  Message request;
  request.type = worker::kDouble;
  request.version = worker::kVersion;
  request.body = cbor::Map{};
  request.descriptors.push_back(ends.second.release());
  ++nursery_->served;
  ANTIN_TRY(const auto reply, call(nursery_->process.channel(), request, after(kCopyWithin)));
  ANTIN_TRY(const auto pid, cbor::integer_at(reply.body, "pid"));
  if (pid < 2 || pid > std::numeric_limits<pid_t>::max())
    return make_error(Code::kIpcMalformed, "pid of a copy");
  return Member{.process = ChildProcess::adopt(static_cast<pid_t>(pid), std::move(ends.first)),
                .statm = {},
                .address_space = nursery_->address_space,
                .resident = 0,
                .generation = nursery_->generation};
}

void WorkerPool::leave_nursery() {
  const std::lock_guard one_at_a_time(nursery_mutex_);
  nursery_.reset();
}

std::size_t WorkerPool::ready() const {
  const std::lock_guard lock(mutex_);
  std::size_t count = 0;
  for (const auto& slot : slots_) count += slot.busy || slot.member.has_value() ? 1U : 0U;
  return std::min(slots_.size(), count + spares_.size());
}

void WorkerPool::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    freed_.notify_all();
    wanted_.notify_all();
    for (const auto pid : fresh_) ::kill(pid, SIGKILL);
    for (auto& slot : slots_) {
      if (slot.busy) {
        if (slot.pid > 0) ::kill(slot.pid, SIGKILL);
        continue;
      }
      if (slot.member) slot.member->process.stop(kLeaveWithin);
      slot.member.reset();
      slot.pid = -1;
    }
  }
  if (keeper_.joinable()) keeper_.join();
  leave_nursery();
  const std::lock_guard lock(mutex_);
  spares_.clear();
  retired_.clear();
}

Result<SharedBytes> WorkerPool::draw(const SharedBytes& document, std::int64_t page,
                                     std::int64_t width, std::chrono::milliseconds within) const {
  const auto drawing = std::find_if(options_.callbacks.begin(), options_.callbacks.end(),
                                    [](const Route& one) { return one.type == worker::kDraw; });
  if (drawing == options_.callbacks.end())
    return make_error(Code::kCompareNoRenderer, "nobody draws for " + options_.name);
  Message asked;
  asked.type = worker::kDraw;
  asked.version = worker::kVersion;
  asked.body = cbor::Map{{"what", "picture"},
                         {"page", page},
                         {"dpi", width},
                         {"within_ms", static_cast<std::int64_t>(within.count())}};
  ANTIN_TRY(auto memfd, sealed_memfd("antin-to-draw", {document.view()}));
  asked.descriptors.push_back(std::move(memfd));
  ANTIN_TRY(const auto drawn, drawing->handle(asked));
  if (drawn.descriptors.size() != 1) return make_error(Code::kIpcMalformed, "nothing was drawn");
  return map_sealed(drawn.descriptors[0], worker::kMaxDrawn);
}

}  // namespace antin::service
