#pragma once

#include <string>
#include <string_view>

namespace antin::service {

/// Text as it stands between tags or in a quoted attribute: it cannot become markup. Letters that
/// turn the direction of what stands around them are taken out, control characters become blanks.
std::string html_text(std::string_view foreign);

/// A sentence in both languages. The page shows one of them (css/check.css).
struct Both {
  std::string vi, en;
  bool empty() const noexcept { return vi.empty() && en.empty(); }
};
std::string html_both(const Both& said);
/// <p class="…">…</p>, "" for an empty sentence.
std::string html_paragraph(const Both& said, std::string_view css = {});

}  // namespace antin::service
