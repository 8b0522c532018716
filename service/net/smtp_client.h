#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <string>

#include "certs/core/bytes.h"
#include "certs/core/error.h"
#include "service/net/address_rule.h"

namespace antin::service {

struct SmtpServer {
  enum class Tls : std::uint8_t {
    kStart,  ///< STARTTLS before anything else is said (RFC 3207); without it nothing is sent
    kWhole,  ///< from the first octet on (RFC 8314)
    kNone,   ///< on the same computer
  };
  std::string host;
  std::uint16_t port = 587;
  Tls tls = Tls::kStart;
  std::string user = {}, password = {};  ///< "": no AUTH
  std::string greeting = "localhost";    ///< of EHLO
  AddressRule rule = {};
  std::string extra_tls_roots = {};  ///< PEM beside the system's
  const std::atomic<bool>* stop = nullptr;
};

struct Letter {
  std::string from, to;  ///< addresses without brackets; the caller has checked them
  std::string content;   ///< headers and body, lines end with CR LF, at most 998 octets each
};

/// Hands letters to a mail server (RFC 6409), one connection each. One deadline holds for the whole
/// conversation, however slowly the server speaks. A password is only ever said over TLS.
class SmtpClient {
 public:
  /// Fails with kNetTls when the TLS roots cannot be loaded.
  static Result<std::unique_ptr<SmtpClient>> create(const SmtpServer& server);
  ~SmtpClient();
  SmtpClient(const SmtpClient&) = delete;
  SmtpClient& operator=(const SmtpClient&) = delete;
  /// The server has taken it on itself. Fails with kOutboxMailRefused ({ma}), kOutboxMailLogin,
  /// kOutboxMailPlain, kOutboxMailReply, and as a connection does.
  Status send(const Letter& letter, std::chrono::milliseconds within);

 private:
  struct Inside;
  explicit SmtpClient(std::unique_ptr<Inside> inside);
  std::unique_ptr<Inside> inside_;
};

}  // namespace antin::service
