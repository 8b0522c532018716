#pragma once

#include <cstddef>
#include <map>
#include <tuple>
#include <vector>

#include "certs/core/algorithms.h"
#include "certs/core/bytes.h"

namespace antin::verifier {

/// The octets [0, first_end) and [second_begin, second_end) of a document, and how to digest them.
struct DigestRequest {
  DigestAlgorithm algorithm;
  std::size_t first_end, second_begin, second_end;
  // clang-tidy 14 takes the 0 of a defaulted comparison for a pointer.
  // NOLINTNEXTLINE(modernize-use-nullptr)
  friend auto operator<=>(const DigestRequest&, const DigestRequest&) = default;
};

/// All digests that a report needs, in one pass: every signature's range starts at octet 0, so a
/// running digest per algorithm is forked where each /Contents begins, and the file's own SHA-256
/// is the same run continued. What follows a gap is the only part read again.
class DocumentDigests {
 public:
  /// Ranges must lie inside `document`.
  DocumentDigests(ByteView document, const std::vector<DigestRequest>& requests);

  const Bytes& file_sha256() const noexcept { return file_sha256_; }
  /// Of a request that the constructor was given.
  const Bytes& of(const DigestRequest& request) const { return digests_.at(request); }

 private:
  Bytes file_sha256_;
  std::map<DigestRequest, Bytes> digests_;
};

}  // namespace antin::verifier
