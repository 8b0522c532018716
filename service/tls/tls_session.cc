#include "service/tls/tls_session.h"

#include <array>
#include <cerrno>
#include <sys/socket.h>

#include <openssl/ssl.h>

#include "certs/ossl/handles.h"

namespace antin::service {
namespace {

// OpenSSL's own socket BIO writes with write(2), which raises SIGPIPE.
int bio_socket(BIO* bio) {
  return static_cast<int>(reinterpret_cast<std::intptr_t>(BIO_get_data(bio)));  // NOLINT
}

bool try_again(int problem) {
  return problem == EAGAIN || problem == EWOULDBLOCK || problem == EINTR;
}

int bio_write(BIO* bio, const char* octets, std::size_t size, std::size_t* done) {
  BIO_clear_retry_flags(bio);
  const auto sent = ::send(bio_socket(bio), octets, size, MSG_NOSIGNAL);
  *done = sent > 0 ? static_cast<std::size_t>(sent) : 0;
  if (sent < 0 && try_again(errno)) BIO_set_retry_write(bio);
  return sent > 0 ? 1 : 0;
}

int bio_read(BIO* bio, char* octets, std::size_t size, std::size_t* done) {
  BIO_clear_retry_flags(bio);
  const auto got = ::recv(bio_socket(bio), octets, size, 0);
  *done = got > 0 ? static_cast<std::size_t>(got) : 0;
  if (got < 0 && try_again(errno)) BIO_set_retry_read(bio);
  return got > 0 ? 1 : 0;
}

long bio_control(BIO*, int command, long, void*) {
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

using BioMethod = ossl::Handle<BIO_METHOD, &BIO_meth_free>;

// SSL_get_error() reads this thread's queue: nothing older may stand in it, nothing of ours stays.
class CleanQueue {
 public:
  CleanQueue() noexcept { ERR_clear_error(); }
  ~CleanQueue() { ERR_clear_error(); }
  CleanQueue(const CleanQueue&) = delete;
  CleanQueue& operator=(const CleanQueue&) = delete;
};

const BIO_METHOD* bio_method() {
  static const BioMethod method = [] {
    BioMethod made(BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "antin socket"));
    if (made && (BIO_meth_set_write_ex(made.get(), bio_write) != 1 ||
                 BIO_meth_set_read_ex(made.get(), bio_read) != 1 ||
                 BIO_meth_set_ctrl(made.get(), bio_control) != 1))
      made.reset();
    return made;
  }();
  return method.get();
}

}  // namespace

void TlsSession::Free::operator()(ssl_st* session) const noexcept {
  ossl::FreeWith<&SSL_free>{}(session);
}

std::unique_ptr<TlsSession> TlsSession::begin(std::shared_ptr<const TlsContext> context,
                                              int socket) {
  const CleanQueue queue;
  if (bio_method() == nullptr) return nullptr;
  ossl::BioPtr bio(BIO_new(bio_method()));
  std::unique_ptr<ssl_st, Free> session(SSL_new(context->get()));
  if (!bio || !session) return nullptr;
  // The data of our BIO is the number of the socket. NOLINTNEXTLINE(performance-no-int-to-ptr)
  BIO_set_data(bio.get(), reinterpret_cast<void*>(std::intptr_t{socket}));
  BIO_set_init(bio.get(), 1);
  SSL_set_bio(session.get(), bio.get(), bio.get());  // takes the one reference for both ways
  static_cast<void>(bio.release());
  SSL_set_accept_state(session.get());
  // The constructor is private. NOLINTNEXTLINE(cppcoreguidelines-owning-memory)
  return std::unique_ptr<TlsSession>(new TlsSession(std::move(context), session.release()));
}

TlsSession::Step TlsSession::step_after(int result) {
  switch (SSL_get_error(session_.get(), result)) {
    case SSL_ERROR_NONE:
      return Step::kDone;
    case SSL_ERROR_WANT_READ:
      return Step::kWantRead;
    case SSL_ERROR_WANT_WRITE:
      return Step::kWantWrite;
    case SSL_ERROR_ZERO_RETURN:
      return Step::kEnded;
    default:
      return Step::kFailed;  // also an end without close_notify: somebody may have cut it
  }
}

TlsSession::Step TlsSession::handshake() {
  const CleanQueue queue;
  return step_after(SSL_do_handshake(session_.get()));
}

TlsSession::Moved TlsSession::read(std::span<std::uint8_t> into) {
  const CleanQueue queue;
  Moved moved{Step::kFailed, 0};
  moved.step = step_after(SSL_read_ex(session_.get(), into.data(), into.size(), &moved.octets));
  return moved;
}

TlsSession::Moved TlsSession::write(ByteView octets) {
  const CleanQueue queue;
  Moved moved{Step::kDone, 0};
  if (octets.empty()) return moved;
  moved.step =
      step_after(SSL_write_ex(session_.get(), octets.data(), octets.size(), &moved.octets));
  return moved;
}

void TlsSession::close() {
  const CleanQueue queue;
  static_cast<void>(SSL_shutdown(session_.get()));
}

TlsSession::Client TlsSession::client() const {
  Client who;
  const CleanQueue queue;
  const ossl::Borrowed<X509> shown = SSL_get0_peer_certificate(session_.get());
  if (shown == nullptr || SSL_get_verify_result(session_.get()) != X509_V_OK) return who;
  Bytes digest(EVP_MAX_MD_SIZE);
  unsigned size = 0;
  if (X509_digest(shown, EVP_sha256(), digest.data(), &size) != 1) return who;
  digest.resize(size);
  who.certificate = to_hex(digest);
  const ossl::BioPtr text(BIO_new(BIO_s_mem()));
  if (text && X509_NAME_print_ex(text.get(), X509_get_subject_name(shown), 0,
                                 XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB) >= 0) {
    char* octets = nullptr;
    const auto length = BIO_get_mem_data(text.get(), &octets);
    if (length > 0) who.subject.assign(octets, static_cast<std::size_t>(length));
  }
  return who;
}

std::string TlsSession::protocol() const {
  return SSL_get_version(session_.get());
}

}  // namespace antin::service
