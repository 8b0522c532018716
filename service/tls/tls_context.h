#pragma once

#include <memory>
#include <string>

#include "certs/core/error.h"

struct ssl_ctx_st;

namespace antin::service {

/// PEM files of one TLS server.
struct TlsFiles {
  std::string certificate;  ///< the server's own, then its issuers
  std::string key;          ///< not encrypted; readable by nobody else
  std::string client_ca;    ///< who issues certificates of clients; "": none is asked for
};

/// How a server speaks TLS (vietnam.md A-06): 1.2 and 1.3, forward secrecy and authenticated
/// encryption only, no renegotiation, no compression. Sessions are kept here and not in tickets: a
/// bounded number, one hour, gone with this object. A client may show a certificate when there is a
/// client_ca; one that does not lead there ends the handshake. Immutable; shared by its sessions.
class TlsContext {
 public:
  /// Fails with kFileUnreadable, kTlsKeyUnsafe ({file}), kTlsUnusable ({file}, {reason}).
  static Result<std::shared_ptr<const TlsContext>> load(const TlsFiles& files);

  ssl_ctx_st* get() const noexcept { return context_.get(); }

 private:
  struct Free {
    void operator()(ssl_ctx_st* context) const noexcept;
  };
  using Handle = std::unique_ptr<ssl_ctx_st, Free>;
  explicit TlsContext(Handle context) : context_(std::move(context)) {}
  Handle context_;
};

}  // namespace antin::service
