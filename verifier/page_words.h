#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "certs/core/error.h"
#include "verifier/report.h"

namespace antin::verifier {

/// A word and where it stands: points on the page as shown, from its lower left corner.
struct PageWord {
  double x = 0, y = 0, width = 0, height = 0;
  std::string text;  ///< UTF-8, NFC
  std::string key;   ///< NFKC: what is compared, so that a ligature is its letters
};

/// Words by page, from 0. Reads what pdftotext -tsv writes; fails with kRenderOutput for anything
/// else, kResourceLimit beyond 500,000 words.
Result<std::vector<std::vector<PageWord>>> read_words(std::string_view tsv, std::size_t pages);

/// What differs within the boxes where two pages look different, at most `most` entries in the
/// order of the page; where the words are the same (a stamp, a picture) there is none.
std::vector<Comparison::TextDifference> compare_words(const std::vector<PageWord>& copy,
                                                      const std::vector<PageWord>& original,
                                                      const std::vector<Comparison::Box>& boxes,
                                                      std::size_t most);

/// Whether two pages hold the same letters, however they are cut into words and ordered.
bool same_letters(const std::vector<PageWord>& a, const std::vector<PageWord>& b);

/// Share of the words of the page with fewer of them that the other has too; 0 without words.
double shared_words(const std::vector<PageWord>& a, const std::vector<PageWord>& b);

}  // namespace antin::verifier
