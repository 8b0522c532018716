#include "verifier/coverage.h"

#include <algorithm>

namespace antin::verifier {
namespace {

bool only_line_ends(ByteView octets) {
  return std::all_of(octets.begin(), octets.end(), [](std::uint8_t octet) {
    return octet == '\r' || octet == '\n' || octet == ' ';
  });
}

}  // namespace

std::optional<SignedRanges> signed_ranges(const pdf::SignatureField& field, std::size_t file_size) {
  const auto& range = field.byte_range;
  const auto size = static_cast<std::int64_t>(file_size);
  if (range.size() != 4 ||
      std::any_of(range.begin(), range.end(),
                  [&](std::int64_t number) { return number < 0 || number > size; }) ||
      range[0] + range[1] > size || range[2] + range[3] > size)
    return std::nullopt;
  return SignedRanges{
      static_cast<std::size_t>(range[0]), static_cast<std::size_t>(range[0] + range[1]),
      static_cast<std::size_t>(range[2]), static_cast<std::size_t>(range[2] + range[3])};
}

Coverage coverage_of(const pdf::SignatureField& field, const pdf::RevisionMap& map, ByteView file) {
  const auto ranges = signed_ranges(field, file.size());
  if (!ranges || !field.contents_located || ranges->first_begin != 0 ||
      ranges->first_end != field.contents_begin || ranges->second_begin != field.contents_end ||
      ranges->second_end < ranges->second_begin || field.contents_end <= field.contents_begin)
    return Coverage::kPartial;
  const auto end = ranges->second_end;
  if (only_line_ends(file.subspan(end))) return Coverage::kWholeFile;
  const bool at_revision_end =
      std::any_of(map.revisions.begin(), map.revisions.end(), [&](const pdf::Revision& revision) {
        return revision.end >= end && revision.end <= file.size() &&
               only_line_ends(file.subspan(end, revision.end - end));
      });
  return at_revision_end ? Coverage::kWholeRevision : Coverage::kPartial;
}

}  // namespace antin::verifier
