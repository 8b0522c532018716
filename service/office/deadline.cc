#include "service/office/deadline.h"

namespace antin::office {
namespace {

constexpr unsigned kLongest = 250;  // a year of working days

Status check(const Extension& extension, const WorkingHours& hours) {
  if (extension.working_days == 0) return Done{};
  if (extension.reason.empty()) return make_error(Code::kExtensionReason, "");
  const bool agreed =
      extension.working_days <= hours.extension_days || !extension.agreement.empty();
  if (!agreed || extension.working_days > kLongest) {
    const auto days = std::to_string(extension.working_days);
    return make_error(Code::kExtensionAgreement, days, {{"ngay", days}});
  }
  return Done{};
}

}  // namespace

std::string Deadline::appointment_text() const {
  return TimeOfDay::of(at).in_words() + ", " + day.in_document();
}

Result<Deadline> deadline(UtcTime received, const WorkingHours& hours, const Calendar& calendar,
                          const Extension& extension) {
  ANTIN_CHECK(check(extension, hours));
  const auto on = LegalDay::of(received);
  const bool in_time = calendar.is_working_day(on) && TimeOfDay::of(received) <= hours.cut_off;
  const auto counted_from = in_time ? on : calendar.next_working_day(on);
  const auto day = calendar.plus_working_days(counted_from, extension.working_days);
  Deadline due{counted_from, day, day.at(hours.closes), day != on, {}};
  for (const int year : calendar.uncertain_years(on, day))
    due.notices.push_back(
        {Code::kCalendarUncertain, Severity::kWarning, {{"nam", std::to_string(year)}}, ""});
  return due;
}

LegalDay sign_until(LegalDay attested, const Calendar& calendar) {
  return calendar.next_working_day(attested);
}

LegalDay late_before(LegalDay today, const Calendar& calendar) {
  constexpr int kFarthest = 60;
  auto first = today;
  for (int i = 0; i < kFarthest && sign_until(first.plus_days(-1), calendar) >= today; ++i)
    first = first.plus_days(-1);
  return first;
}

}  // namespace antin::office
