#include "service/outbox/runner.h"

#include <algorithm>

namespace antin::outbox {
namespace {

constexpr std::chrono::seconds kLookEvery{1};
constexpr int kFiguresEvery = 10;          // looks
constexpr std::size_t kSpreadAtMost = 50;  // portions for one look
constexpr std::size_t kNodeOctets = 8;

std::vector<Target> targets_of(const std::vector<Runner::Lane>& lanes) {
  std::vector<Target> targets;
  targets.reserve(lanes.size());
  for (const auto& lane : lanes) targets.push_back(lane.target);
  return targets;
}

}  // namespace

Runner::Runner(Parts parts, std::vector<Lane> lanes)
    : parts_(std::move(parts)),
      deliveries_(*parts_.store, to_hex(parts_.random->bytes(kNodeOctets))),
      targets_(targets_of(lanes)) {
  for (auto& lane : lanes) {
    const auto name = lane.target.name;
    posts_.emplace(name, Post{.lane = std::move(lane)});
  }
}

void Runner::start() {
  looking_ = std::thread([this] { look_on(); });
  for (auto& [name, post] : posts_)
    post.thread = std::thread([this, &post = post] { serve(post); });
}

void Runner::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (looking_.joinable()) looking_.join();
  for (auto& [name, post] : posts_) {
    if (post.thread.joinable()) post.thread.join();
  }
}

void Runner::nudge() {
  {
    const std::lock_guard lock(mutex_);
    nudged_ = true;
  }
  changed_.notify_all();
}

Result<std::vector<std::string>> Runner::look() {
  const auto now = parts_.clock->utc_now();
  // What was sent after the backup would be sent once more, and mail has nobody who notices.
  ANTIN_TRY(const auto held, parts_.store->held());
  if (held) return std::vector<std::string>();
  const auto where = [this](const Owed& owed) { return choose(targets_, owed); };
  for (std::size_t i = 0; i < kSpreadAtMost; ++i) {
    ANTIN_TRY(const auto events, deliveries_.spread(where, now));
    if (events == 0) break;
  }
  return deliveries_.due(now);
}

void Runner::look_on() {
  for (int looks = 0;; ++looks) {
    auto due = look();
    if (!due) {
      parts_.failed(due.error());
    } else {
      for (const auto& target : due.value()) {
        // One that was taken out of the configuration: its rows are for somebody to look at.
        if (posts_.count(target) != 0) continue;
        if (const auto sent = send_one(target); !sent) parts_.failed(sent.error());
      }
    }
    if (looks % kFiguresEvery == 0) {
      if (const auto figures = deliveries_.figures()) parts_.figures(figures.value());
    }
    std::unique_lock lock(mutex_);
    for (const auto& target : due ? due.value() : std::vector<std::string>()) {
      if (const auto post = posts_.find(target); post != posts_.end()) post->second.wanted = true;
    }
    changed_.notify_all();
    changed_.wait_for(lock, kLookEvery, [this] { return stopping_ || nudged_; });
    nudged_ = false;
    if (stopping_) return;
  }
}

void Runner::serve(Post& post) {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [&] { return stopping_ || post.wanted; });
    if (stopping_) return;
    post.wanted = false;
    for (bool more = true; more && !stopping_;) {
      lock.unlock();
      const auto sent = send_one(post.lane.target.name);
      if (!sent) parts_.failed(sent.error());
      more = sent && sent.value();
      lock.lock();
    }
  }
}

Result<Parcel> Runner::parcel_of(const Delivery& delivery, const Target& target) {
  Parcel parcel{.delivery = delivery, .body = {}};
  if (!delivery.document) {
    parcel.body = body_of(delivery);
    return parcel;
  }
  if (delivery.event.document_octets > target.max_document_octets)
    return make_error(
        Code::kOutboxTooLarge, delivery.id,
        {{"gioi_han", std::to_string(target.max_document_octets)}, {"noi_nhan", target.name}});
  ANTIN_TRY(parcel.handout, parts_.handouts->of(delivery));
  return parcel;
}

// A fifth to either side, so that those which failed together do not come back together.
std::chrono::seconds Runner::spread_out(std::chrono::seconds pause) {
  const auto dice = parts_.random->bytes(1);
  const auto fifth = pause.count() / 5;
  return std::chrono::seconds(pause.count() - fifth + 2 * fifth * dice.at(0) / 255);
}

Outcome Runner::outcome_of(const Delivery& delivery, const Target& target, Status carried,
                           UtcTime now) {
  if (carried) return {};
  Outcome outcome{.state = DeliveryState::kDead, .due = now, .error = std::move(carried).error()};
  const auto pauses = pauses_of(target, delivery);
  const auto tries = static_cast<std::size_t>(std::max<std::int64_t>(delivery.tries, 1));
  if (is_final(*outcome.error) || tries > pauses.size()) return outcome;
  outcome.state = DeliveryState::kWaiting;
  outcome.due = UtcTime(now.since_epoch() + spread_out(pauses.at(tries - 1)));
  return outcome;
}

Result<bool> Runner::send_one(const std::string& target) {
  const auto post = posts_.find(target);
  const bool known = post != posts_.end();
  const Taker taker{.target = target, .purpose = known ? post->second.lane.target.purpose : ""};
  ANTIN_TRY(const auto taken, deliveries_.take(taker, parts_.clock->utc_now()));
  if (!taken) return false;
  auto carried = [&]() -> Status {
    if (!known) return make_error(Code::kOutboxNoTarget, target, {{"noi_nhan", target}});
    const auto& lane = post->second.lane;
    ANTIN_TRY(const auto parcel, parcel_of(*taken, lane.target));
    return lane.courier->carry(parcel);
  }();
  {
    const std::lock_guard lock(mutex_);
    if (stopping_ && !carried) {
      ANTIN_CHECK(deliveries_.give_back(*taken));
      return false;
    }
  }
  const auto now = parts_.clock->utc_now();
  const auto outcome =
      outcome_of(*taken, known ? post->second.lane.target : Target{}, std::move(carried), now);
  ANTIN_TRY(const auto counts, deliveries_.settle(*taken, taker, outcome, now));
  if (counts) parts_.tried(*taken, outcome);
  return true;
}

}  // namespace antin::outbox
