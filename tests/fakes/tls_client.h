#pragma once

#include <functional>
#include <string>

#include <openssl/ssl.h>

#include "certs/ossl/handles.h"
#include "tests/fakes/raw_client.h"

namespace antin::testing {

/// A TLS client that takes any server certificate and speaks whatever a test lets it.
class TlsClient : public RawClient {
 public:
  using Context = ossl::Handle<SSL_CTX, &SSL_CTX_free>;
  using Session = ossl::Handle<SSL, &SSL_free>;
  using Settings = std::function<void(SSL_CTX*)>;

  /// Everything that this OpenSSL knows, weak or not.
  static Context everything() {
    Context context(SSL_CTX_new(TLS_client_method()));
    SSL_CTX_set_security_level(context.get(), 0);
    SSL_CTX_set_min_proto_version(context.get(), TLS1_VERSION);
    SSL_CTX_set_cipher_list(context.get(), "ALL:COMPLEMENTOFALL:@SECLEVEL=0");
    return context;
  }
  explicit TlsClient(std::uint16_t port, const Settings& settings = nullptr)
      : RawClient(port), own_(everything()) {
    if (settings) settings(own_.get());
    begin(own_.get(), nullptr);
  }
  /// With a context that lives longer, so that sessions can be resumed.
  TlsClient(std::uint16_t port, SSL_CTX* context, SSL_SESSION* resumed) : RawClient(port) {
    begin(context, resumed);
  }

  /// In TLS 1.3 a server that refuses a client certificate says so only after this.
  bool shaken() const { return shaken_; }
  std::string protocol() const { return SSL_get_version(ssl_.get()); }
  std::string suite() const { return SSL_get_cipher_name(ssl_.get()); }
  SSL* get() const { return ssl_.get(); }
  /// close_notify: nothing more comes from here.
  void half_close() { SSL_shutdown(ssl_.get()); }

 protected:
  ssize_t put(std::string_view octets) override {
    return SSL_write(ssl_.get(), octets.data(), static_cast<int>(octets.size()));
  }
  ssize_t get(char* octets, std::size_t size) override {
    return SSL_read(ssl_.get(), octets, static_cast<int>(size));
  }

 private:
  void begin(SSL_CTX* context, SSL_SESSION* resumed) {
    ssl_.reset(SSL_new(context));
    SSL_set_fd(ssl_.get(), fd());
    if (resumed != nullptr) SSL_set_session(ssl_.get(), resumed);
    shaken_ = SSL_connect(ssl_.get()) == 1;
    ERR_clear_error();
  }
  Context own_;
  Session ssl_;
  bool shaken_ = false;
};

}  // namespace antin::testing
