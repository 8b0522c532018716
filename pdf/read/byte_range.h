#pragma once

#include "pdf/read/document.h"

namespace antin::pdf {

/// Where a signature's /Contents stands literally in the file.
struct ContentsPlace {
  bool located = false;
  std::size_t begin = 0;  ///< of "<"
  std::size_t end = 0;    ///< after ">"
};

/// The rules of ISO 32000-2 12.8.1 and ETSI EN 319 142-1 5.3 b), made strict: two ranges, the first
/// from octet 0 up to "<", the second from behind ">" to the end of a revision.
/// Returns the index of the revision that the range ends in (the last one when it ends in none).
std::size_t judge_byte_range(const std::vector<std::int64_t>& range, const ContentsPlace& contents,
                             std::size_t file_size, const RevisionMap& map, Findings& findings);

}  // namespace antin::pdf
