#pragma once

#include "certs/core/bytes.h"

namespace antin::pdf {

/// Well-formed XML (no DTD) with an rdf:RDF element, as XMP is (ISO 16684-1).
bool is_well_formed_xmp(ByteView octets);

}  // namespace antin::pdf
