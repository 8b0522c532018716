#include "tests/bench/load/tls.h"

#include <array>

#include <openssl/ssl.h>

namespace antin::bench {
namespace {

struct FreeContext {
  void operator()(SSL_CTX* context) const noexcept { SSL_CTX_free(context); }
};

SSL_CTX* context() {
  static const std::unique_ptr<SSL_CTX, FreeContext> kOne(SSL_CTX_new(TLS_client_method()));
  return kOne.get();
}

}  // namespace

void Tls::Free::operator()(ssl_st* session) const noexcept {
  SSL_free(session);
}

Tls::Tls() : session_(SSL_new(context())) {
  // The session owns both ends.
  SSL_set_bio(session_.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
  SSL_set_connect_state(session_.get());
  step(SSL_do_handshake(session_.get()));
}

bool Tls::step(int result) {
  collect();
  if (result > 0) return true;
  const int why = SSL_get_error(session_.get(), result);
  return why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE;
}

void Tls::collect() {
  std::array<char, 16'384> octets{};
  for (;;) {
    const int got =
        BIO_read(SSL_get_wbio(session_.get()), octets.data(), static_cast<int>(octets.size()));
    if (got <= 0) return;
    out_.append(octets.data(), static_cast<std::size_t>(got));
  }
}

bool Tls::feed(std::string_view wire) {
  BIO_write(SSL_get_rbio(session_.get()), wire.data(), static_cast<int>(wire.size()));
  return ready() || step(SSL_do_handshake(session_.get()));
}

bool Tls::ready() const {
  return SSL_is_init_finished(session_.get()) != 0;
}

bool Tls::write(std::string_view plain) {
  return plain.empty() ||
         step(SSL_write(session_.get(), plain.data(), static_cast<int>(plain.size())));
}

void Tls::read(std::string& into) {
  if (!ready()) return;
  std::array<char, 16'384> octets{};
  for (;;) {
    const int got = SSL_read(session_.get(), octets.data(), static_cast<int>(octets.size()));
    if (got <= 0) return static_cast<void>(step(got));
    into.append(octets.data(), static_cast<std::size_t>(got));
  }
}

}  // namespace antin::bench
