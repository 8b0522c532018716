#include "service/main/outbox_desk.h"

#include "service/courier/couriers.h"
#include "service/outbox/outbox.h"

namespace antin::service {

using outbox::DeliveryState;

OutboxDesk::OutboxDesk(const Parts& parts)
    : parts_(parts),
      handouts_(*parts.store, parts.office, *parts.clock, parts.config->office.confidence.front()) {
}

Result<std::unique_ptr<OutboxDesk>> OutboxDesk::open(const Parts& parts) {
  std::unique_ptr<OutboxDesk> desk(new OutboxDesk(parts));  // NOLINT: private
  std::vector<outbox::Runner::Lane> lanes;
  for (const auto& target : parts.config->targets) {
    ANTIN_TRY(auto courier,
              courier::make_courier(
                  target, {.clock = parts.clock, .random = parts.random, .stop = &desk->stop_}));
    lanes.push_back({.target = target, .courier = std::move(courier)});
  }
  auto* const self = desk.get();
  desk->runner_ = std::make_unique<outbox::Runner>(
      outbox::Runner::Parts{
          .store = parts.store,
          .handouts = &desk->handouts_,
          .clock = parts.clock,
          .random = parts.random,
          .tried = [self](const auto& delivery,
                          const auto& outcome) { self->tried(delivery, outcome); },
          .failed =
              [self](const Error& error) {
                self->parts_.log->write(Log::Level::kWarning, "outbox_waits",
                                        {{"error", to_log_line(error)}});
              },
          .figures = [self](const auto& figures) { self->show(figures); }},
      std::move(lanes));
  return desk;
}

void OutboxDesk::stop() {
  stop_ = true;
  if (runner_) runner_->stop();
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

void OutboxDesk::show(const std::map<std::string, outbox::Figures>& figures) {
  auto all = figures;
  // Zero is a figure, too: an alarm that looks for growth needs it.
  for (const auto& target : parts_.config->targets) all[target.name];
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
