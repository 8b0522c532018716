#pragma once

#include <string>

#include "service/office/legal_day.h"
#include "service/office/numbering.h"

namespace antin::office {

/// "15:00"
inline std::string to_the_minute(const TimeOfDay& time) {
  return two_digits(static_cast<unsigned>(time.hour)) + ":" +
         two_digits(static_cast<unsigned>(time.minute));
}
/// "15:00:00"
inline std::string to_the_second(const TimeOfDay& time) {
  return to_the_minute(time) + ":" + two_digits(static_cast<unsigned>(time.second));
}

}  // namespace antin::office
