#pragma once

#include <optional>
#include <string>
#include <vector>

#include "certs/core/bytes.h"

namespace antin::service {

/// What a mail server says to one command (RFC 5321 §4.2).
struct SmtpReply {
  std::string code;                ///< three digits
  std::vector<std::string> lines;  ///< without the code; at least one
  bool is(char first) const { return code.front() == first; }
};

/// Replies out of what arrives, however it is cut. A server that says something else, too long a
/// line or too many of them is not understood from then on.
class SmtpReader {
 public:
  void feed(ByteView octets) { buffer_ += as_text(octets); }
  /// The next whole reply; nullopt when more has to come, or nothing will ever be understood.
  std::optional<SmtpReply> next();
  bool broken() const noexcept { return broken_; }
  /// Nothing came behind the replies that were taken.
  bool empty() const noexcept { return buffer_.empty() && !begun_; }

 private:
  bool take_line(const std::string& line);

  std::string buffer_;
  std::optional<SmtpReply> begun_;
  bool ended_ = false, broken_ = false;
};

}  // namespace antin::service
