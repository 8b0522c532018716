#pragma once

#include <optional>

#include "pdf/read/document.h"
#include "verifier/document_digests.h"
#include "verifier/report.h"

namespace antin::verifier {

/// The two ranges of a ByteRange that can be digested at all: four numbers, inside the file.
/// Whether they are the right ones is another question (coverage_of).
struct SignedRanges {
  std::size_t first_begin, first_end, second_begin, second_end;
};
std::optional<SignedRanges> signed_ranges(const pdf::SignatureField& field, std::size_t file_size);

/// V-03, ISO 32000-2 12.8.1: from octet 0, leaving out exactly the /Contents string, up to the end
/// of a revision. Judged from the numbers themselves, whatever findings the reader made.
Coverage coverage_of(const pdf::SignatureField& field, const pdf::RevisionMap& map, ByteView file);

}  // namespace antin::verifier
