#pragma once

#include <optional>
#include <string>

#include "certs/core/bytes.h"
#include "certs/core/error.h"
#include "certs/core/time.h"

class QPDF;

namespace antin::pdf {

/// What a new document says about itself.
struct AboutDocument {
  std::string title;
  std::string language = "vi";     ///< /Lang (ISO 32000-2 14.9.2)
  std::optional<UtcTime> made_at;  ///< /CreationDate; no clock is read
  std::string template_name;       ///< /AntinLayout: id and version of what it was made from
};

/// PoDoFo dates a file by the clock and names it at random; the same document must be the same
/// octets. Writes it anew with this about itself. Fails with kInternal.
Result<Bytes> settled(const Bytes& octets, const AboutDocument& about);
/// The same for what is open already.
Result<Bytes> settled(QPDF& pdf, const AboutDocument& about);

}  // namespace antin::pdf
