#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "service/office/legal_day.h"

namespace antin::office {

/// Working days: Monday to Friday without holidays, and days that were swapped for one.
///
/// The days of a lunar calendar and the swapped ones are announced each year: they are data. Of a
/// year without data only the fixed days are known (Bộ luật Lao động 2019 Đ112), and it is not
/// confirmed. A value; the same days for every unit.
class Calendar {
 public:
  struct Year {
    bool confirmed = false;                  ///< announced for the whole year
    std::map<LegalDay, std::string> off;     ///< with the holiday's name
    std::map<LegalDay, std::string> worked;  ///< Saturdays and Sundays that are worked
    /// May become a holiday, but is not one until the data say so: worked, and told of.
    std::map<LegalDay, std::string> uncertain;
  };

  Calendar() = default;
  /// `fixed`: month and day of the holidays of every year, with their names.
  Calendar(std::map<int, Year> years, std::map<std::pair<unsigned, unsigned>, std::string> fixed)
      : years_(std::move(years)), fixed_(std::move(fixed)) {}

  bool is_working_day(LegalDay day) const;
  /// The name of the holiday; "" on any other day, weekends among them.
  std::string holiday(LegalDay day) const;
  /// The first working day after `day`. Far beyond any series of holidays it gives up and returns
  /// the next day that is not on a weekend.
  LegalDay next_working_day(LegalDay day) const;
  LegalDay plus_working_days(LegalDay day, unsigned count) const;
  /// Years between `first` and `last` of which the days off are not sure: not announced, or with an
  /// uncertain day in between.
  std::set<int> uncertain_years(LegalDay first, LegalDay last) const;

 private:
  const Year* year(int number) const;
  std::map<int, Year> years_;
  std::map<std::pair<unsigned, unsigned>, std::string> fixed_;
};

}  // namespace antin::office
