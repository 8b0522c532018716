#include "pdf/read/byte_range.h"

#include <algorithm>
#include <array>
#include <string>

namespace antin::pdf {

std::size_t judge_byte_range(const std::vector<std::int64_t>& range, const ContentsPlace& contents,
                             std::size_t file_size, const RevisionMap& map, Findings& findings) {
  const auto last = map.revisions.size() - 1;
  const auto bad = [&](Code code, std::string detail = {}) {
    findings.push_back({code, Severity::kError, {}, std::move(detail)});
    return last;
  };
  if (range.size() != 4) return bad(Code::kPdfByteRangeCount, std::to_string(range.size()));
  for (const auto number : range) {
    if (number < 0) return bad(Code::kPdfByteRangeNumber, std::to_string(number));
  }
  std::array<std::size_t, 4> r{};
  std::transform(range.begin(), range.end(), r.begin(),
                 [](std::int64_t number) { return static_cast<std::size_t>(number); });
  // Each number alone first, so that the sums below cannot overflow.
  if (std::any_of(r.begin(), r.end(), [&](std::size_t n) { return n > file_size; }) ||
      r[0] + r[1] > file_size || r[2] + r[3] > file_size) {
    return bad(Code::kPdfByteRangeBeyondFile, std::to_string(r[2]) + "+" + std::to_string(r[3]));
  }
  if (r[0] != 0) bad(Code::kPdfByteRangeStart, std::to_string(r[0]));
  const auto gap_begin = r[0] + r[1], gap_end = r[2], end = r[2] + r[3];
  if (gap_end < gap_begin) {
    bad(Code::kPdfByteRangeOverlap);
  } else if (contents.located && (gap_begin != contents.begin || gap_end != contents.end)) {
    bad(Code::kPdfByteRangeGap, "gap " + std::to_string(gap_begin) + "-" + std::to_string(gap_end) +
                                    ", /Contents " + std::to_string(contents.begin) + "-" +
                                    std::to_string(contents.end));
  }
  // The end of line behind %%EOF may be left to the next revision.
  for (std::size_t i = 0; i <= last; ++i) {
    const auto& revision = map.revisions[i];
    if (end >= revision.eof_end && end <= revision.end) return i;
    if (end < revision.eof_end) {
      bad(Code::kPdfByteRangeEnd, "offset " + std::to_string(end));
      return i;
    }
  }
  // Behind the last revision: what follows %%EOF is white space, or a finding of its own.
  return last;
}

}  // namespace antin::pdf
