#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "certs/core/bytes.h"
#include "certs/core/finding.h"
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
};
std::optional<ObjectExtent> extent_of_object(ByteView file, std::size_t begin, ObjectId id,
                                             std::size_t max_depth);

}  // namespace antin::pdf
