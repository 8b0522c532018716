#pragma once

#include <optional>

#include "pdf/read/qpdf_inside.h"

namespace antin::pdf {

/// libqpdf inflates a whole object stream as soon as one of its objects is wanted. So before any
/// is: a stream that may inflate to more than the limits allow is counted first.
/// Fails with kResourceLimit and kPdfMalformed.
Status check_object_streams(Document::Inside& inside);

/// Decoded octets of a stream when its filters are all known ones (Flate, LZW, ASCII, RunLength);
/// nullopt for image filters and for damaged data. Fails with kResourceLimit beyond `limit`.
Result<std::optional<Bytes>> decoded_stream(const QPDFObjectHandle& stream, std::size_t limit);
/// The same with DCT besides. The caller has looked how large the picture says it is.
Result<std::optional<Bytes>> decoded_picture(const QPDFObjectHandle& stream, std::size_t limit);

}  // namespace antin::pdf
