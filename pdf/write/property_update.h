#pragma once

#include "pdf/write/document_properties.h"
#include "pdf/write/incremental_writer.h"

namespace antin::pdf {

/// Sets these keys of the information dictionary and says the same in the XMP packet; what both
/// say besides stays. A packet that cannot be added to (with_properties()) is replaced by one that
/// says what the information dictionary does. Fails with kUsage and kResourceLimit.
Status write_properties(IncrementalWriter& writer, Document::Inside& inside,
                        const DocumentProperties& properties);

}  // namespace antin::pdf
