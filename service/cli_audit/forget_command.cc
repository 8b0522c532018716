#include <cstdlib>
#include <iostream>
#include <optional>
#include <pwd.h>
#include <unistd.h>

#include "service/audit/retention.h"
#include "service/cli/messages.h"
#include "service/cli_audit/audit_commands.h"
#include "service/cli_audit/audit_inputs.h"
#include "service/system/real.h"

namespace antin::service {
namespace {

// "2026-11-22": the beginning of that day at UTC+07:00.
std::optional<UtcTime> beginning_of(const std::string& day) {
  if (day.size() != 10) return std::nullopt;
  return from_rfc3339(day + "T00:00:00+07:00");
}

// Who is at the keyboard, as far as a root shell still tells; for the log.
std::string asked_by() {
  const char* const before = std::getenv("SUDO_USER");  // NOLINT(concurrency-mt-unsafe)
  if (before != nullptr && *before != '\0') return before;
  const passwd* const account = ::getpwuid(::getuid());  // NOLINT(concurrency-mt-unsafe)
  return account != nullptr ? account->pw_name : std::to_string(::getuid());
}

void tell(std::uint64_t records, const std::string& day, bool erased,
          const std::vector<Language>& spoken) {
  const auto count = std::to_string(records);
  if (records == 0)
    std::cout << speak("Không có nội dung nào trước ngày " + day + ".",
                       "There is no record from before " + day + ".", spoken)
              << '\n';
  else if (erased)
    std::cout << speak("Đã xóa nội dung của " + count + " mục trước ngày " + day +
                           "; các mục và bằng chứng vẫn còn. Bản sao lưu cũ vẫn giữ nội dung cho "
                           "đến khi bị hủy.",
                       "Erased the records of " + count + " entries from before " + day +
                           "; the entries and all proofs stay. Older backups hold the records "
                           "until they are destroyed.",
                       spoken)
              << '\n';
  else
    std::cout << speak("Sẽ xóa vĩnh viễn nội dung của " + count + " mục trước ngày " + day +
                           ". Chưa xóa gì; chạy lại với --yes để xóa.",
                       "The records of " + count + " entries from before " + day +
                           " would be erased for ever. Nothing is erased yet: run it again with "
                           "--yes.",
                       spoken)
              << '\n';
}

}  // namespace

CommandSpec forget_spec() {
  CommandSpec spec{
      .name = "antin audit forget",
      .usage = "--before YEAR-MONTH-DAY --config FILE [--yes]",
      .vi = "Xóa nội dung các mục nhật ký đã hết hạn lưu giữ; các mục băm và bằng chứng vẫn còn.",
      .en = "Erases records of the audit log whose time is over; hashed entries and proofs stay.",
      .options = log_database_options()};
  spec.options.push_back({"before", OptionSpec::Kind::kValue, "DAY",
                          "ngày đầu tiên còn phải giữ (UTC+7)",
                          "the first day that has to be kept (UTC+7)"});
  spec.options.push_back({"yes", OptionSpec::Kind::kFlag, "", "xóa thật", "really erase"});
  return spec;
}

Result<int> forget_records(const Arguments& arguments, const std::vector<Language>& spoken) {
  const SystemClock clock;
  SystemRandom random;
  const auto day = arguments.value_or("before", "");
  const auto until = beginning_of(day);
  const auto now = clock.utc_now();
  if (!until || *until > now) return make_error(Code::kAuditForgetDate, day, {{"ngay", day}});
  const auto by = asked_by();
  ANTIN_TRY(const auto place, log_place(arguments));
  ANTIN_CHECK(become_service(place));
  ANTIN_TRY(const auto database, open_log_database(place));
  audit::Retention retention;
  const bool erase = arguments.has("yes");
  ANTIN_CHECK(database->transaction([&]() -> Status {
    ANTIN_TRY(retention, audit::records_before(*database, *until));
    return erase ? audit::forget(*database, random, retention, *until, by, now) : Status{Done{}};
  }));
  tell(retention.records, day, erase, spoken);
  return kExitOk;
}

}  // namespace antin::service
