#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "certs/core/bytes.h"
#include "certs/core/error.h"
#include "certs/core/finding.h"

namespace antin::pdf {

enum class XrefKind : std::uint8_t { kTable, kStream, kHybrid };

/// One revision: the octets [0, end) form a complete PDF file (ISO 32000-2 7.5.6).
struct Revision {
  std::size_t end;           ///< just after the %%EOF line of this revision
  std::size_t xref_offset;   ///< absolute offset of the newest xref section it uses
  std::size_t startxref_at;  ///< absolute offset of its "startxref" keyword
  XrefKind kind;
  /// xref_offset is the first-page section of a linearized file, whose /Prev points forward to the
  /// main section; the two are one revision, not an update.
  bool linearized_first_page = false;
  std::size_t eof_end = 0;   ///< just after the letters "%%EOF", before its end of line
  std::vector<int> defines;  ///< object numbers its sections list; not filled in for the oldest
  std::vector<std::size_t> sections;  ///< absolute offsets of them, oldest first, with /XRefStm
};

/// Where an update's cross-reference section puts an object.
struct UpdateObject {
  int number;
  int generation;
  std::size_t offset;  ///< absolute; 0: free, or inside an object stream
};

/// Limits for everything that reads a document's octets. All are checked by our own reader before
/// libqpdf sees the file.
struct ReadLimits {
  std::size_t max_octets = std::size_t{4} << 30U;
  std::size_t max_objects = 8'000'000;
  std::size_t max_revisions = 10'000;
  std::size_t max_signatures = 1'000;
  std::size_t max_pages = 100'000;
  std::size_t max_depth = 400;
  std::size_t max_stream_octets = std::size_t{1} << 30U;  ///< one decoded stream
};

/// Our own reading of a file's skeleton, without libqpdf: header, startxref/Prev/XRefStm chain,
/// %%EOF lines, gaps, trailing octets.
struct RevisionMap {
  std::size_t header_offset = 0;    ///< of "%PDF-"; offsets in the file count from here
  std::vector<Revision> revisions;  ///< oldest first; never empty
  /// What the updates list, by number, the newest of each; empty when a hybrid section makes the
  /// newest a matter of opinion.
  std::vector<UpdateObject> update_objects;
  /// pdf.* findings: octets after the last %%EOF, octets no revision accounts for, chain that does
  /// not agree with the %%EOF lines, second reading possible ("ambiguous"), …
  Findings findings;
};

/// Fails with kPdfMalformed, kPdfNotPdf, kResourceLimit. Pure, thread-safe, linear in time.
Result<RevisionMap> read_revisions(ByteView file, const ReadLimits& limits);

}  // namespace antin::pdf
