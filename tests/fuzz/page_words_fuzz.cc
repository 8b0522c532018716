// What pdftotext wrote about two foreign documents: the tool is not trusted with more than its own
// process.
//
// Holds: words have finite places and text in one normal form; comparing them never fails, names no
// more than is asked for, and a page against itself has no difference.

#include <cmath>
#include <cstdint>

#include "tests/fuzz/require.h"
#include "verifier/page_words.h"

namespace {

using antin::fuzz::require;

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace antin;  // NOLINT(google-build-using-namespace)
  constexpr std::size_t kPages = 3;
  constexpr std::size_t kMost = 5;
  const auto read = verifier::read_words({reinterpret_cast<const char*>(data), size}, kPages);
  if (!read) return 0;
  const auto& pages = read.value();
  require(pages.size() == kPages);
  const std::vector<verifier::Comparison::Box> boxes{{0, 0, 300, 300}, {250, 250, 400, 800}};
  for (const auto& page : pages) {
    for (const auto& word : page) require(std::isfinite(word.x) && !word.key.empty());
    require(verifier::compare_words(page, page, boxes, kMost).empty());
    require(verifier::compare_words(page, pages[0], boxes, kMost).size() <= kMost);
    require(verifier::same_letters(page, page));
    const auto shared = verifier::shared_words(page, pages[0]);
    require(shared >= 0 && shared <= 1);
  }
  return 0;
}
