#include "service/main/outbox_command.h"

#include <algorithm>
#include <iostream>
#include <string>
#include <vector>

#include "service/audit/store_events.h"
#include "service/main/daemon.h"
#include "service/main/store_settings.h"
#include "service/main/words_and_options.h"
#include "service/outbox/deliveries.h"
#include "service/outbox/target.h"
#include "service/system/complain.h"
#include "service/system/privileges.h"
#include "service/system/real.h"

namespace antin::service {
namespace {

using outbox::Deliveries;
using outbox::Delivery;
using outbox::DeliverySearch;
using outbox::DeliveryState;

constexpr int kFound = 1;
constexpr std::size_t kPortion = 200;

int usage() {
  std::cerr << "antin outbox list [--case ID] [--target NAME]"
               " [--state waiting|sent|dead|cancelled] [--config FILE]\n"
               "antin outbox dead [--target NAME] [--config FILE]\n"
               "antin outbox retry ID [--to ADDRESS] [--config FILE]\n"
               "antin outbox retry --all-dead --target NAME [--config FILE]\n"
               "antin outbox cancel ID [--config FILE]\n";
  return kFailed;
}

constexpr const char* kAllDead = "--all-dead";

WordsAndOptions known() {
  return {.options = {{"--config", "/etc/antin/antin.toml"},
                      {"--case", ""},
                      {"--target", ""},
                      {"--state", ""},
                      {"--to", ""}},
          .flags = {kAllDead}};
}

void print(const Delivery& one) {
  std::cout << one.id << "  " << id_of(one.event) << "  " << one.event.type << "  " << one.target
            << "  " << words(one.state, Language::kVietnamese) << " / " << name(one.state) << "  "
            << one.tries << "  " << to_rfc3339(one.updated) << '\n';
  if (!one.reason) return;
  for (const auto language : {Language::kVietnamese, Language::kEnglish})
    std::cout << "    " << sentence(*one.reason, language, one.params) << ' '
              << advice(*one.reason, language, one.params) << '\n';
}

// Each portion by itself: what changes meanwhile is found by its id.
Status each(Deliveries& deliveries, DeliverySearch search,
            const std::function<Status(const Delivery&)>& one) {
  search.most = kPortion;
  while (true) {
    ANTIN_TRY(const auto found, deliveries.find(search));
    for (const auto& delivery : found) ANTIN_CHECK(one(delivery));
    if (found.size() < kPortion || !search.stream.empty()) return Done{};
    search.before = found.back().id;
  }
}

// What is asked for by hand is told to the audit log as the service tells it.
class Desk {
 public:
  explicit Desk(Store& store) : deliveries_(store, "operator") {
    store.set_event_sink(audit::store_events(clock_, random_));
  }

  Status list(const WordsAndOptions& given, std::optional<DeliveryState> state,
              std::size_t& count) {
    return each(deliveries_,
                {.stream = given["--case"], .target = given["--target"], .state = state},
                [&](const Delivery& one) -> Status {
                  print(one);
                  ++count;
                  return Done{};
                });
  }
  Status retry(const std::string& id, const std::string& to) {
    ANTIN_TRY(const auto before, deliveries_.one(id));
    if (!to.empty() && (before.address.empty() || !outbox::is_mail_address(to)))
      return make_error(Code::kOutboxAddress, id);
    ANTIN_TRY(const auto after, deliveries_.again(id, to, {}, clock_.utc_now()));
    print(after);
    return Done{};
  }
  Status retry_dead(const std::string& target) {
    return each(deliveries_, {.target = target, .state = DeliveryState::kDead},
                [&](const Delivery& one) { return retry(one.id, {}); });
  }
  Status cancel(const std::string& id) {
    ANTIN_TRY(const auto after, deliveries_.cancel(id, {}, clock_.utc_now()));
    print(after);
    return Done{};
  }

 private:
  SystemClock clock_;
  SystemRandom random_;
  Deliveries deliveries_;
};

bool fits(const WordsAndOptions& given, const std::string& what) {
  const bool named = given.words.size() == 3, alone = given.words.size() == 2;
  if (!given["--state"].empty() && !outbox::delivery_state_named(given["--state"])) return false;
  if (what == "list" || what == "dead") return alone;
  if (what == "cancel") return named;
  if (what != "retry") return false;
  return given.raised.count(kAllDead) != 0
             ? alone && !given["--target"].empty() && given["--to"].empty()
             : named;
}

}  // namespace

int outbox_command(std::span<char*> arguments) {
  auto given = known();
  if (!given.read(arguments) || given.words.size() < 2 || !fits(given, given.words[1]))
    return usage();
  const auto& what = given.words[1];
  const auto store = [&]() -> Result<std::unique_ptr<Store>> {
    ANTIN_TRY(const auto config, load_config(given["--config"]));
    ANTIN_CHECK(give_up_privileges(config.process.user, AsRoot::kStay));
    return Store::open(store_settings(config));
  }();
  if (!store) return complain(store.error());
  Desk desk(*store.value());
  std::size_t count = 0;
  const auto state = what == "dead" ? std::optional(DeliveryState::kDead)
                                    : outbox::delivery_state_named(given["--state"]);
  const auto done = what == "list" || what == "dead"    ? desk.list(given, state, count)
                    : what == "cancel"                  ? desk.cancel(given.words[2])
                    : given.raised.count(kAllDead) != 0 ? desk.retry_dead(given["--target"])
                                                        : desk.retry(given.words[2], given["--to"]);
  if (!done) return complain(done.error());
  return what == "dead" && count > 0 ? kFound : 0;
}

}  // namespace antin::service
