#pragma once

#include "pdf/read/qpdf_inside.h"

namespace antin::pdf {

/// Looks at every object that any revision lists, whether or not the document needs it: is it where
/// its entry says, is it the only one of its number in its revision, does it read in one way? What
/// the newest cross-reference alone leads to is no answer: another reader scans, or follows the
/// generation, or the index within an object stream.
/// May throw what libqpdf throws. Fails with kResourceLimit.
Status scan_strictly(Document::Inside& inside, StrictScan& scan);

}  // namespace antin::pdf
