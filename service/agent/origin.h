#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace antin::service::agent {

/// A page's origin as a browser writes it (RFC 6454 §6.2): "https://host[:port]" in lower case, no
/// default port, no path. Anything else is none: "null", other schemes, user names, odd letters.
class Origin {
 public:
  /// Whether "http://127.0.0.1:PORT" is one too: for trials on one computer.
  enum class Loopback : std::uint8_t { kRefused, kAllowed };
  static std::optional<Origin> read(std::string_view text, Loopback loopback);
  const std::string& text() const noexcept { return text_; }
  friend auto operator<=>(const Origin&, const Origin&) = default;

 private:
  explicit Origin(std::string_view text) : text_(text) {}
  std::string text_;
};

/// "127.0.0.1", "localhost" or "[::1]" with exactly this port: what a browser says that talks to
/// this computer by its own name. A name that somebody made point here (DNS rebinding) is none.
bool is_own_host(std::string_view host, std::uint16_t port);

}  // namespace antin::service::agent
