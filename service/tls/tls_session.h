#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

#include "certs/core/bytes.h"
#include "service/tls/tls_context.h"

struct ssl_st;

namespace antin::service {

/// The server's side of one TLS connection over a socket that does not block. Every call does what
/// can be done now and returns. Belongs to one thread; the socket outlives it.
class TlsSession {
 public:
  /// What is needed before the same call can go on.
  enum class Step : std::uint8_t { kDone, kWantRead, kWantWrite, kEnded, kFailed };
  struct Moved {
    Step step;  ///< kDone: `octets` were moved; kEnded: the client closed properly
    std::size_t octets = 0;
  };
  /// Who the client showed to be; empty without a certificate. Only ever one that was verified.
  struct Client {
    std::string certificate;  ///< SHA-256 of it, hexadecimal
    std::string subject;      ///< RFC 4514
  };

  /// Keeps `context` for as long as it lives. nullptr when there is no memory.
  static std::unique_ptr<TlsSession> begin(std::shared_ptr<const TlsContext> context, int socket);

  Step handshake();
  /// With room for a whole record (kRecord) nothing stays behind that poll(2) does not tell of.
  static constexpr std::size_t kRecord = 16'384;
  Moved read(std::span<std::uint8_t> into);
  Moved write(ByteView octets);
  /// Tells the client that nothing more comes, if the socket takes it at once.
  void close();

  Client client() const;
  std::string protocol() const;  ///< "TLSv1.3"

 private:
  struct Free {
    void operator()(ssl_st* session) const noexcept;
  };
  TlsSession(std::shared_ptr<const TlsContext> context, ssl_st* session)
      : context_(std::move(context)), session_(session) {}
  Step step_after(int result);
  std::shared_ptr<const TlsContext> context_;
  std::unique_ptr<ssl_st, Free> session_;
};

}  // namespace antin::service
