#pragma once

#include <string_view>

#include "service/antind/case_composer.h"

namespace antin::service {

/// The printout among the letters of a case: "Bản in chuyển đổi".
inline constexpr std::string_view kPrintout = "printout";

/// A composer that can put a released document on paper.
class PrintoutMaker {
 public:
  PrintoutMaker() = default;
  PrintoutMaker(const PrintoutMaker&) = delete;
  PrintoutMaker& operator=(const PrintoutMaker&) = delete;
  virtual ~PrintoutMaker() = default;
  /// A new file without signatures whose every page says so. `material.basis`: what was released;
  /// its facts say who prints it ("printed_by") and the code for look-up ("code").
  virtual Result<Made> printout(const Material& material) = 0;
};

}  // namespace antin::service
