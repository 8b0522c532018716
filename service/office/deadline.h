#pragma once

#include <string>

#include "certs/core/finding.h"
#include "service/office/calendar.h"
#include "service/office/legal_rules.h"

namespace antin::office {

/// More time than the law gives without asking (NĐ 23/2015 Đ21; vietnam.md C-15).
struct Extension {
  unsigned working_days = 0;
  std::string reason;     ///< many originals, pages or copies
  std::string agreement;  ///< the written agreement (its number or file); "" = there is none
};

/// When a request is to be answered.
struct Deadline {
  LegalDay counted_from;     ///< the working day that it counts as received on
  LegalDay day;              ///< the last day
  UtcTime at;                ///< when the office closes on it
  bool appointment = false;  ///< not the day it was received: a slip with hour and day is printed
  /// kCalendarUncertain, once per year whose days off are not sure.
  Findings notices;

  /// "17 giờ 00 phút, ngày 24 tháng 11 năm 2026" (TT 01/2020 Đ2).
  std::string appointment_text() const;
};

/// Received until the cut-off of a working day: that day; later, or on a day off: the next working
/// day. An extension is counted from there.
///
/// Fails with kExtensionReason when one has no reason, and kExtensionAgreement ({ngay}) when it is
/// longer than WorkingHours::extension_days without an agreement, or than 250 days.
Result<Deadline> deadline(UtcTime received, const WorkingHours& hours, const Calendar& calendar,
                          const Extension& extension = {});

/// The last day on which a row of the book that took its number on `attested` may be unsigned: the
/// next working day (C-10).
LegalDay sign_until(LegalDay attested, const Calendar& calendar);
/// Of rows attested before this day that one is over: an alarm.
LegalDay late_before(LegalDay today, const Calendar& calendar);

}  // namespace antin::office
