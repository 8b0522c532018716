#pragma once

#include <cstddef>
#include <vector>

#include "pdf/read/document.h"

namespace antin::pdf {

/// How much of a page is made of images, and how finely: what a scanned page is.
struct PageImages {
  double covered = 0;    ///< share of the visible page that images cover
  double coarse = 0;     ///< share covered by nothing finer than the resolution asked about
  double dpi = 0;        ///< of most of that part; 0 when there is none or it is not known
  bool complete = true;  ///< false: limits were reached or the content cannot be read
};

/// Every page of the document in order. Where several images lie over each other the finest counts
/// (scans in layers keep the paper coarse and the letters fine). `fine`: pixels per inch.
Result<std::vector<PageImages>> page_images(const Document& document, double fine);

}  // namespace antin::pdf
