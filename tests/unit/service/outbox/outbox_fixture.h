#pragma once

#include <string>
#include <vector>

#include "service/audit/store_events.h"
#include "service/outbox/deliveries.h"
#include "service/outbox/target.h"
#include "tests/fakes/counting_random.h"
#include "tests/fakes/frozen_clock.h"
#include "tests/fakes/store_fixture.h"

namespace antin::outbox {

const UtcTime kNow = *from_rfc3339("2026-11-21T02:05:07Z");

inline UtcTime after(UtcTime at, std::chrono::seconds span) {
  return UtcTime(at.since_epoch() + span);
}

inline Event event(const std::string& stream, std::int64_t number, const std::string& type) {
  return {.stream = stream,
          .number = number,
          .type = type,
          .at = kNow,
          .unit = "H40.7",
          .product = "certified_copy",
          .owner = "key-1",
          .about = {{"state", type.substr(5)}, {"dossier", ""}},
          .facts = R"({"requester":"Nguyễn Thị Ánh","reason":"mờ","delivery":"anh@example.vn"})"};
}

inline Event released(const std::string& stream, std::int64_t number) {
  auto one = event(stream, number, "case.released");
  one.document_sha256 = Bytes(32, 7);
  one.document_octets = 3;
  return one;
}

inline Target http(const std::string& name) {
  return {.name = name, .purpose = "báo cổng", .kind = Target::Kind::kHttp};
}

inline Target mail(const std::string& name = "thu") {
  return {.name = name,
          .purpose = "trả kết quả",
          .kind = Target::Kind::kMail,
          .documents = Target::Documents::kNamed,
          .from = "tra-ket-qua@example.vn"};
}

/// A store that tells what was handed out.
class OutboxFixture : public fakes::StoreFixture {
 protected:
  void SetUp() override {
    StoreFixture::SetUp();
    if (IsSkipped()) return;
    store_->set_event_sink([this](Database&, const service::StoreEvent& told) -> Status {
      told_.push_back(told.state);
      return Done{};
    });
  }
  void owe(const Event& one) {
    const auto done = store_->in_transaction([&](Database& db) { return enqueue(db, one); });
    ASSERT_TRUE(done) << to_log_line(done.error());
  }
  std::int64_t count(const std::string& table) {
    const auto rows = database()->query("SELECT COUNT(*) FROM " + table);
    return service::as_integer(rows.value()[0][0]);
  }

  std::vector<std::string> told_;
  fakes::FrozenClock clock_{kNow};
  fakes::CountingRandom random_;
};

}  // namespace antin::outbox
