#include "service/office/calendar.h"

namespace antin::office {

const Calendar::Year* Calendar::year(int number) const {
  const auto found = years_.find(number);
  return found == years_.end() ? nullptr : &found->second;
}

std::string Calendar::holiday(LegalDay day) const {
  if (const auto* data = year(day.year())) {
    const auto off = data->off.find(day);
    if (off != data->off.end()) return off->second;
    if (data->worked.count(day) != 0) return {};
  }
  const auto fixed = fixed_.find({day.month(), day.day()});
  return fixed == fixed_.end() ? std::string{} : fixed->second;
}

bool Calendar::is_working_day(LegalDay day) const {
  if (!holiday(day).empty()) return false;
  if (!day.is_weekend()) return true;
  const auto* data = year(day.year());
  return data != nullptr && data->worked.count(day) != 0;
}

LegalDay Calendar::next_working_day(LegalDay day) const {
  constexpr int kLongest = 366;
  auto next = day.next();
  for (int tried = 0; tried < kLongest; ++tried, next = next.next()) {
    if (is_working_day(next)) return next;
  }
  next = day.next();
  while (next.is_weekend()) next = next.next();
  return next;
}

LegalDay Calendar::plus_working_days(LegalDay day, unsigned count) const {
  for (; count > 0; --count) day = next_working_day(day);
  return day;
}

std::set<int> Calendar::uncertain_years(LegalDay first, LegalDay last) const {
  std::set<int> years;
  for (int number = first.year(); number <= last.year(); ++number) {
    const auto* data = year(number);
    if (data == nullptr || !data->confirmed) {
      years.insert(number);
      continue;
    }
    const auto from = data->uncertain.lower_bound(first);
    if (from != data->uncertain.end() && from->first <= last) years.insert(number);
  }
  return years;
}

}  // namespace antin::office
