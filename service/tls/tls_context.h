#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "certs/core/error.h"
#include "certs/core/time.h"

struct ssl_ctx_st;

namespace antin::service {

/// Files of one TLS server, in PEM.
struct TlsFiles {
  std::string certificate;     ///< the server's own, then its issuers
  std::string key;             ///< not encrypted; readable by nobody else
  std::string client_ca = {};  ///< who issues certificates of clients; "": none is asked for
  /// Revocation lists (PEM or DER), one for each authority below or at client_ca that issues
  /// certificates. Empty: certificates of clients are not asked about; one list: every one is.
  std::vector<std::string> client_crls = {};

  bool operator==(const TlsFiles&) const = default;
};

/// How a server speaks TLS (vietnam.md A-06): 1.2 and 1.3, forward secrecy and authenticated
/// encryption only, no renegotiation, no compression. Sessions are kept here and not in tickets: a
/// bounded number, one hour, gone with this object. A client may show a certificate when there is a
/// client_ca; one that does not lead there ends the handshake, and with client_crls so does one
/// that is on a list, or whose issuer's list is missing or has ended (RFC 5280 §6.3). Immutable;
/// shared by its sessions.
class TlsContext {
 public:
  /// Fails with kFileUnreadable, kTlsKeyUnsafe ({file}), kTlsUnusable ({file}, {reason}).
  static Result<std::shared_ptr<const TlsContext>> load(const TlsFiles& files);

  ssl_ctx_st* get() const noexcept { return context_.get(); }
  /// When the first of the lists ends, nextUpdate; nullopt without lists.
  std::optional<UtcTime> lists_end() const noexcept { return lists_end_; }

 private:
  struct Free {
    void operator()(ssl_ctx_st* context) const noexcept;
  };
  using Handle = std::unique_ptr<ssl_ctx_st, Free>;
  explicit TlsContext(Handle context) : context_(std::move(context)) {}
  Handle context_;
  std::optional<UtcTime> lists_end_;
};

}  // namespace antin::service
