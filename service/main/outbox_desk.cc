#include "service/main/outbox_desk.h"

#include "service/antind/sha256.h"
#include "service/courier/couriers.h"
#include "service/outbox/outbox.h"
#include "service/system/files.h"

namespace antin::service {

using outbox::DeliveryState;

namespace {

constexpr std::size_t kMostFile = std::size_t{1} << 20U;

// A renewed secret under the old name is a change, too. A file that cannot be read is told of by
// the courier that needs it.
Bytes files_of(const std::vector<outbox::Target>& targets) {
  Bytes all;
  for (const auto& target : targets) {
    auto names = target.secrets;
    names.push_back(target.password);
    names.push_back(target.tls_roots);
    for (const auto& name : names) {
      const auto octets = name.empty() ? Result<Bytes>(Bytes()) : read_file(name, kMostFile);
      const auto digest = sha256({octets ? ByteView(octets.value()) : ByteView()});
      all.insert(all.end(), digest.begin(), digest.end());
    }
  }
  return all;
}

}  // namespace

OutboxDesk::OutboxDesk(const Parts& parts)
    : parts_(parts),
      handouts_(*parts.store, *parts.tables, *parts.clock,
                parts.config->office.confidence.front()) {}

Result<std::unique_ptr<OutboxDesk>> OutboxDesk::open(const Parts& parts) {
  std::unique_ptr<OutboxDesk> desk(new OutboxDesk(parts));  // NOLINT: private
  ANTIN_TRY(desk->round_, desk->round_of(parts.config->targets));
  return desk;
}

Result<std::shared_ptr<OutboxDesk::Round>> OutboxDesk::round_of(
    const std::vector<outbox::Target>& targets) {
  auto round = std::make_shared<Round>();
  round->targets = targets;
  round->files = files_of(targets);
  std::vector<outbox::Runner::Lane> lanes;
  for (const auto& target : targets) {
    ANTIN_TRY(auto courier,
              courier::make_courier(
                  target, {.clock = parts_.clock, .random = parts_.random, .stop = &round->stop}));
    lanes.push_back({.target = target, .courier = std::move(courier)});
  }
  round->runner = std::make_unique<outbox::Runner>(
      outbox::Runner::Parts{
          .store = parts_.store,
          .handouts = &handouts_,
          .clock = parts_.clock,
          .random = parts_.random,
          .tried = [this](const auto& delivery, const auto& outcome) { tried(delivery, outcome); },
          .failed =
              [this](const Error& error) {
                parts_.log->write(Log::Level::kWarning, "outbox_waits",
                                  {{"error", to_log_line(error)}});
              },
          .figures = [this, targets](const auto& figures) { show(targets, figures); }},
      std::move(lanes));
  return round;
}

Result<std::function<void()>> OutboxDesk::ready(const std::vector<outbox::Target>& targets) {
  const auto running = now();
  if (running->targets == targets && running->files == files_of(targets))
    return std::function<void()>([] {});
  ANTIN_TRY(auto fresh, round_of(targets));
  return std::function<void()>([this, fresh = std::move(fresh)] { use(fresh); });
}

// The old ones first: nothing is sent by two at a time.
void OutboxDesk::use(const std::shared_ptr<Round>& fresh) {
  now()->end();
  const std::lock_guard lock(mutex_);
  round_ = fresh;
  if (started_) round_->runner->start();
}

std::shared_ptr<OutboxDesk::Round> OutboxDesk::now() const {
  const std::lock_guard lock(mutex_);
  return round_;
}

void OutboxDesk::start() {
  const std::lock_guard lock(mutex_);
  started_ = true;
  round_->runner->start();
}

void OutboxDesk::nudge() {
  now()->runner->nudge();
}

void OutboxDesk::stop() {
  std::shared_ptr<Round> last;
  {
    const std::lock_guard lock(mutex_);
    started_ = false;
    last = round_;
  }
  if (last) last->end();
}

void OutboxDesk::tried(const outbox::Delivery& delivery, const outbox::Outcome& outcome) {
  parts_.metrics->count(
      "antin_outbox_tries_total",
      "target=\"" + delivery.target + "\",outcome=\"" +
          (outcome.state == DeliveryState::kWaiting ? std::string("failed")
                                                    : std::string(name(outcome.state))) +
          "\"");
  const auto tries = std::to_string(delivery.tries);
  if (!outcome.error) {
    parts_.log->write(Log::Level::kInfo, "delivered",
                      {{"delivery", delivery.id},
                       {"event", id_of(delivery.event)},
                       {"target", delivery.target},
                       {"tries", tries}});
    return;
  }
  const bool dead = outcome.state == DeliveryState::kDead;
  const Params params{{"noi_nhan", delivery.target}, {"so_lan", tries}};
  const auto code = dead ? Code::kOutboxGivenUp : outcome.error->code;
  parts_.log->write(
      dead ? Log::Level::kError : Log::Level::kWarning,
      dead ? "delivery_given_up" : "delivery_failed",
      {{"delivery", delivery.id},
       {"event", id_of(delivery.event)},
       {"target", delivery.target},
       {"tries", tries},
       {"code", std::string(info(code).name)},
       {"vi", sentence(code, Language::kVietnamese, dead ? params : outcome.error->params)},
       {"error", to_log_line(*outcome.error)}});
}

void OutboxDesk::show(const std::vector<outbox::Target>& targets,
                      const std::map<std::string, outbox::Figures>& figures) {
  auto all = figures;
  // Zero is a figure, too: an alarm that looks for growth needs it.
  for (const auto& target : targets) all[target.name];
  const auto now = parts_.clock->utc_now();
  for (const auto& [target, figure] : all) {
    const auto label = "target=\"" + target + "\"";
    const auto age =
        figure.oldest ? now.since_epoch() - figure.oldest->since_epoch() : std::chrono::seconds{0};
    parts_.metrics->gauge("antin_outbox_waiting", label, static_cast<double>(figure.waiting));
    parts_.metrics->gauge("antin_outbox_dead", label, static_cast<double>(figure.dead));
    parts_.metrics->gauge("antin_outbox_oldest_seconds", label, static_cast<double>(age.count()));
  }
}

}  // namespace antin::service
