#include "service/antind/old_results.h"

#include "service/store/store_values.h"

namespace antin::service {
namespace {

bool is_check(std::string_view kind) noexcept {
  return kind == "verify" || kind == "compare";
}

}  // namespace

Result<std::size_t> forget_results(Store& store, UtcTime before) {
  std::size_t forgotten = 0;
  ANTIN_CHECK(store.in_transaction([&](Database& database) -> Status {
    ANTIN_TRY(const auto rows,
              database.query("UPDATE job SET result='' WHERE kind IN ('verify', 'compare') AND"
                             " state IN (?1, ?2) AND result<>'' AND updated<?3 RETURNING id",
                             {static_cast<std::int64_t>(JobState::kDone),
                              static_cast<std::int64_t>(JobState::kFailed), seconds(before)}));
    forgotten = rows.size();
    return Done{};
  }));
  return forgotten;
}

bool is_forgotten(const StoredJob& job) noexcept {
  const bool ended = job.state == JobState::kDone || job.state == JobState::kFailed;
  return ended && is_check(job.kind) && job.result.empty();
}

}  // namespace antin::service
