#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "certs/core/bytes.h"
#include "certs/core/error.h"
#include "service/http/http_message.h"

namespace antin::service {

struct HttpLimits {
  std::size_t request_line = 8'192;
  std::size_t head_octets = 16'384;  ///< request line and fields together
  std::size_t fields = 64;
  std::size_t body_octets = 52'428'800;
  std::size_t chunk_line = 256;            ///< size and extensions of one chunk
  std::size_t chunk_overhead = 1U << 20U;  ///< all framing of a chunked body together
  std::shared_ptr<BodyBudget> budget;      ///< shared by all connections; nullptr: none
};

/// Reads one HTTP/1.x request from octets as they come (RFC 9112), strictly: whatever two readers
/// could frame differently is refused and the connection must be closed.
///
/// Refused: a line that does not end in CRLF, anything but single spaces in the request line, a
/// field with space before its colon, obs-fold, control or non-ASCII octets in a head, no or more
/// than one Host in HTTP/1.1, Content-Length that is repeated, empty or not digits,
/// Transfer-Encoding that is anything but one "chunked", both of them together, chunk sizes that
/// are not plain hexadecimal, trailers beyond the limits.
///
/// Pure: no clock, no socket. Not thread-safe.
class HttpParser {
 public:
  enum class State : std::uint8_t {
    kHead,      ///< reading the head
    kAdmit,     ///< head complete: the caller must admit() it or give the request up
    kBody,      ///< reading the body
    kComplete,  ///< take() it
    kRefused    ///< see error(); the connection cannot be used any more
  };

  explicit HttpParser(const HttpLimits& limits) : limits_(limits), body_(limits.budget) {}

  /// Takes octets until the state changes to one that needs the caller; returns how many.
  std::size_t feed(ByteView octets);
  State state() const noexcept { return state_; }
  /// Nothing of a request has come yet (an idle connection).
  bool untouched() const noexcept { return state_ == State::kHead && head_octets_ == 0; }
  const RequestHead& head() const noexcept { return head_; }
  /// What the head announces; nullopt for a chunked body.
  std::optional<std::uint64_t> announced_length() const noexcept { return announced_; }
  std::size_t body_received() const noexcept { return body_.size(); }
  /// Goes on from kAdmit. Refuses with kHttpBodyTooLarge when more is announced than `max_body`.
  void admit(std::size_t max_body);
  const Error& error() const noexcept { return *error_; }
  /// From kComplete: the request without peer and id. The parser is ready for the next one.
  Request take();

 private:
  enum class Chunk : std::uint8_t { kSize, kData, kDataEnd, kTrailer };
  void refuse(Code code, const char* why, Params params = {});
  void line_done();
  bool read_request_line(std::string_view line);
  bool read_target(std::string_view target);
  bool read_field(std::string_view line);
  void head_done();
  bool read_framing();
  std::size_t feed_lines(ByteView octets);
  std::size_t feed_body(ByteView octets);
  void chunk_line_done();
  bool store(ByteView octets);
  void complete();

  HttpLimits limits_;
  State state_ = State::kHead;
  RequestHead head_;
  Body body_;
  std::string line_;
  std::size_t head_octets_ = 0;
  bool have_request_line_ = false;
  bool skipped_empty_line_ = false;
  std::string absolute_authority_;
  bool chunked_ = false;
  std::optional<std::uint64_t> announced_;
  std::uint64_t left_ = 0;  ///< of the body or of the chunk
  Chunk chunk_ = Chunk::kSize;
  std::size_t chunk_overhead_ = 0;
  std::size_t trailers_ = 0;
  std::size_t max_body_ = 0;
  std::optional<Error> error_;
};

/// RFC 9110 §5.6.2.
bool is_token(std::string_view text) noexcept;
std::string lower(std::string_view text);

}  // namespace antin::service
