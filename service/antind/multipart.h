#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "certs/core/bytes.h"
#include "certs/core/error.h"

namespace antin::service {

/// One part of multipart/form-data. `begin` and `size` say where in the body its content lies.
struct FormPart {
  std::string name;
  std::string file_name;  ///< "" when absent; display only, never a path
  std::string content_type;
  std::size_t begin = 0;
  std::size_t size = 0;
};

struct MultipartLimits {
  std::size_t parts = 16;
  std::size_t part_head = 4'096;
};

/// The boundary of "multipart/form-data; boundary=…" (RFC 2046 §5.1.1: 1 to 70 of its characters).
/// Fails with kMultipartMalformed; kHttpMediaType when it is another type.
Result<std::string> multipart_boundary(std::string_view content_type);

/// Splits a body strictly (RFC 7578 over RFC 2046): CRLF only, no preamble but an empty one, every
/// part with exactly one Content-Disposition: form-data with a name, no name twice, no
/// Content-Transfer-Encoding, closing delimiter present and nothing behind it. Fails with
/// kMultipartMalformed.
Result<std::vector<FormPart>> read_multipart(ByteView body, const std::string& boundary,
                                             const MultipartLimits& limits = {});

/// Of a part of `body`, which it keeps alive.
SharedBytes content_of(const SharedBytes& body, const FormPart& part);

}  // namespace antin::service
