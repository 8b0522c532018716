#include "service/office/fee.h"

#include <algorithm>

namespace antin::office {
namespace {

constexpr std::uint32_t kMost = 10'000;

Status in_bounds(std::uint32_t count) {
  if (count >= 1 && count <= kMost) return Done{};
  const auto value = std::to_string(count);
  return make_error(Code::kFeePages, value, {{"value", value}});
}

}  // namespace

Result<Fee> fee(const FeeTable& table, const FeeQuestion& question) {
  ANTIN_CHECK(in_bounds(question.pages));
  ANTIN_CHECK(in_bounds(question.copies));
  const auto first = static_cast<std::int64_t>(std::min(question.pages, table.first_pages));
  const auto further = static_cast<std::int64_t>(question.pages) - first;
  const auto per_copy =
      std::min(first * table.first_price + further * table.further_price, table.most);
  return Fee{question.form, question.pages, question.copies, per_copy,
             per_copy * static_cast<std::int64_t>(question.copies)};
}

std::string dong_text(std::int64_t amount) {
  auto digits = std::to_string(amount);
  const std::size_t first = amount < 0 ? 1 : 0;
  for (auto at = digits.size(); at > first + 3;) {
    at -= 3;
    digits.insert(at, ".");
  }
  return digits + " đồng";
}

}  // namespace antin::office
