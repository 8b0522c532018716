#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "certs/core/bytes.h"
#include "certs/core/error.h"
#include "certs/core/http_fetcher.h"

namespace antin::service {

/// Reads one HTTP/1.1 response (RFC 9112) piece by piece, strictly: what frames the body must be
/// unambiguous, whatever the server meant. Interim (1xx) responses are skipped.
class HttpReader {
 public:
  explicit HttpReader(std::size_t max_body) : max_body_(max_body) {}

  /// Fails with kNetResponse and kNetTooLarge; the reader is of no use then.
  Status feed(ByteView octets);
  /// The other side closed. Completes a body that only the close delimits, else kNetResponse.
  Status end();

  bool complete() const noexcept { return stage_ == Stage::kComplete; }
  /// Only when complete().
  HttpResponse take_response() { return std::move(response_); }
  /// "" when absent.
  const std::string& location() const noexcept { return location_; }

 private:
  enum class Stage : std::uint8_t {
    kHead,
    kLengthBody,
    kCloseBody,
    kChunkSize,
    kChunkData,
    kChunkEnd,
    kTrailer,
    kComplete
  };
  Status read_head(std::string_view head);
  Status read_field(std::string_view line);
  Status choose_body();
  Status read_chunk_size(std::string_view line);
  Status take_body(ByteView& octets, std::size_t at_most);
  /// True with a whole line in line_ (without its end); false when more octets are needed.
  Result<bool> take_line(ByteView& octets);

  std::size_t max_body_;
  Stage stage_ = Stage::kHead;
  std::string head_;
  std::string line_;
  HttpResponse response_{.status = 0, .content_type = {}, .body = {}};
  std::string location_;
  std::optional<std::size_t> length_;
  bool chunked_ = false;
  std::size_t left_ = 0;
  int interim_ = 0;
};

}  // namespace antin::service
