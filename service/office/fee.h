#pragma once

#include <cstdint>
#include <string>

#include "certs/core/error.h"
#include "service/office/legal_rules.h"

namespace antin::office {

/// What a certification costs, in đồng (vietnam.md C-16; TT 226/2016).
struct Fee {
  BookForm form = BookForm::kElectronic;  ///< paper or electronic: charged for one of them
  std::uint32_t pages = 0;                ///< of the original
  std::uint32_t copies = 0;
  std::int64_t per_copy = 0, total = 0;
};

struct FeeQuestion {
  BookForm form = BookForm::kElectronic;
  std::uint32_t pages = 0, copies = 1;
};

/// Fails with kFeePages ({value}) for no page or copy, or more than 10,000.
Result<Fee> fee(const FeeTable& table, const FeeQuestion& question);

/// "200.000 đồng"
std::string dong_text(std::int64_t amount);

}  // namespace antin::office
