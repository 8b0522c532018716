#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "certs/core/bytes.h"
#include "certs/core/finding.h"
#include "pdf/read/lexer.h"
#include "pdf/read/revision.h"
#include "pdf/read/xref.h"

namespace antin::pdf {

/// The octets of one incremental update: what lies behind the revision before it and in front of
/// its own startxref.
struct UpdateOctets {
  std::size_t begin = 0, end = 0;
  std::vector<const XrefSection*> sections;
};

/// Every octet of an update must belong to an object that its cross-reference section lists, to a
/// section, or be white space. Anything else is something that another reader, scanning, could
/// take for part of the document: a finding for each place where that starts.
void account_for_update(ByteView file, const UpdateOctets& update, const ReadLimits& limits,
                        Findings& findings);

/// Where the indirect object that starts at `begin` ends (after "endobj"); nullopt when there is
/// no whole object with this identity.
struct ObjectExtent {
  std::size_t end;
  bool exact;  ///< false: the stream's length stands elsewhere; the next "endstream" was taken
  ScannedValue value;
  std::size_t data = 0;            ///< where a stream's data starts, when `exact` is false
  std::optional<ObjectId> length;  ///< where its length stands then
};
std::optional<ObjectExtent> extent_of_object(ByteView file, std::size_t begin, ObjectId id,
                                             std::size_t max_depth);

/// Where an object ends whose stream's data starts at `data` and has that length (after "endobj");
/// nullopt when "endstream" does not follow.
std::optional<std::size_t> end_of_stream(ByteView file, std::size_t data, std::uint64_t length);

}  // namespace antin::pdf
