#pragma once

#include <string>

#include "service/audit/store_events.h"
#include "service/casework/cases.h"
#include "tests/fakes/counting_random.h"
#include "tests/fakes/frozen_clock.h"
#include "tests/fakes/store_fixture.h"

namespace antin::casework {

const UtcTime kNow = *from_rfc3339("2026-11-21T02:05:07Z");

inline std::string two_digits(std::int64_t number) {
  return (number < 10 ? "0" : "") + std::to_string(number) + "/ĐT";
}

inline Series series(const std::string& day = "2026-11-21", const std::string& unit = "H40.7",
                     const std::string& kind = "dien_tu") {
  const auto year = day.substr(0, 4);
  return {.id = {.unit = unit,
                 .product = Product::kCertifiedCopy,
                 .series = kind,
                 .year = std::stoi(year)},
          .day = day,
          .name = "01/" + year + "-SCT/BS",
          .text = two_digits};
}

/// A store that tells the audit log of everything.
class CaseworkFixture : public fakes::StoreFixture {
 protected:
  void open_logged() {
    open();
    store_->set_event_sink(audit::store_events(clock_, random_));
  }
  template <class Work>
  Status in_books(Work work) {
    return store_->in_transaction([&](Database& database) -> Status {
      Books books(
          database, [&](const service::StoreEvent& event) { return store_->tell(database, event); },
          clock_.utc_now(), "key-1");
      return work(books);
    });
  }
  Result<BookRow> reserve(const Series& from, const std::string& case_id = {}) {
    BookRow row;
    ANTIN_CHECK(in_books([&](Books& books) -> Status {
      ANTIN_TRY(row, books.reserve(
                         from, case_id,
                         {.requester = "Nguyễn Thị Ánh", .paper = "Giấy khai sinh", .signer = {}}));
      return Done{};
    }));
    return row;
  }

  fakes::FrozenClock clock_{kNow};
  fakes::CountingRandom random_;
};

template <class T>
Code code_of(const Result<T>& result) {
  return result ? Code::kInternal : result.error().code;
}

}  // namespace antin::casework
