#pragma once

// Only pdf/ includes this: it shows libqpdf.

#include "pdf/read/qpdf_inside.h"

namespace antin::pdf {

/// What a page has under `key` itself or from the nodes above it (7.7.3.4), a field or widget from
/// its fields (12.7.4.2); null: nothing, or not within any sound depth.
QPDFObjectHandle inherited(QPDFObjectHandle node, const char* key);

}  // namespace antin::pdf
