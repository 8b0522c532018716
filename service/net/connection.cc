#include "service/net/connection.h"

#include <algorithm>
#include <future>
#include <memory>
#include <thread>
#include <utility>

#include <Poco/Crypto/X509Certificate.h>
#include <Poco/Exception.h>
#include <Poco/Net/DNS.h>
#include <Poco/Net/HostEntry.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/SecureStreamSocket.h>
#include <Poco/Net/SocketAddress.h>

namespace antin::service {
namespace {

using Poco::Net::SecureStreamSocket;
using Poco::Net::Socket;
using Poco::Net::SocketAddress;
using Poco::Net::StreamSocket;

constexpr std::chrono::milliseconds kMoment{200};

Poco::Timespan span_of(std::chrono::milliseconds span) {
  return {static_cast<Poco::Timespan::TimeDiff>(
      std::chrono::duration_cast<std::chrono::microseconds>(span).count())};
}

// getaddrinfo() cannot be interrupted: a thread of its own may outlive the caller, and owns all it
// touches.
Result<std::vector<SocketAddress>> look_up(const Url& url, const Deadline& deadline) {
  auto answer = std::make_shared<std::promise<std::vector<SocketAddress>>>();
  auto future = answer->get_future();
  std::thread([answer, host = url.host, port = url.port] {
    try {
      std::vector<SocketAddress> found;
      const auto entry = Poco::Net::DNS::resolve(host);
      for (const auto& address : entry.addresses()) found.emplace_back(address, port);
      answer->set_value(std::move(found));
    } catch (...) {
      answer->set_exception(std::current_exception());
    }
  }).detach();
  if (future.wait_for(deadline.left()) != std::future_status::ready)
    return net_error(Code::kNetTimeout, url, "name look-up");
  auto found = future.get();
  if (found.empty()) return net_error(Code::kNetUnreachable, url, "no address");
  return found;
}

ByteView octets_of(const SocketAddress& address) {
  const auto* const host = &*address.addr();
  if (address.family() == SocketAddress::IPv4)
    return {reinterpret_cast<const std::uint8_t*>(
                &reinterpret_cast<const sockaddr_in*>(host)->sin_addr),
            4};
  if (address.family() == SocketAddress::IPv6)
    return {reinterpret_cast<const std::uint8_t*>(
                &reinterpret_cast<const sockaddr_in6*>(host)->sin6_addr),
            16};
  return {};
}

}  // namespace

Error net_error(Code code, const Url& url, std::string detail, Where where) {
  return make_error(code, std::move(detail), {{"host", url.authority()}}, where);
}

std::chrono::milliseconds Deadline::left() const {
  if (stop_ != nullptr && *stop_) return std::chrono::milliseconds{0};
  const auto rest =
      std::chrono::ceil<std::chrono::milliseconds>(at_ - std::chrono::steady_clock::now());
  return std::max(rest, std::chrono::milliseconds{0});
}

Poco::Timespan Deadline::moment() const {
  return span_of(stop_ == nullptr ? left() : std::min(left(), kMoment));
}

Status Connection::open() {
  ANTIN_TRY(const auto addresses, look_up(url_, deadline_));
  std::string problem = "connect";
  bool connected = false;
  bool allowed = false;
  for (const auto& address : addresses) {
    if (!rule_.permits(url_, octets_of(address))) continue;
    allowed = true;
    if (deadline_.over()) return timeout("connect");
    try {
      socket_ = StreamSocket();
      socket_.connect(address, span_of(deadline_.left()));
      connected = true;
      break;
    } catch (const Poco::Exception& refused) {
      problem = address.toString() + ": " + refused.displayText();
    }
  }
  if (!allowed)
    return net_error(Code::kNetForbidden, url_, addresses.front().toString() + " is not allowed");
  if (!connected)
    return deadline_.over() ? timeout("connect") : net_error(Code::kNetUnreachable, url_, problem);
  socket_.setBlocking(false);
  socket_.setNoDelay(true);
  return Done{};
}

Status Connection::send(ByteView octets) {
  while (!octets.empty()) {
    const auto piece = static_cast<int>(std::min<std::size_t>(octets.size(), 16'384));
    const int sent = socket_.sendBytes(octets.data(), piece);
    if (sent > 0) {
      octets = octets.subspan(static_cast<std::size_t>(sent));
    } else {
      ANTIN_CHECK(wait(tls_ && sent == SecureStreamSocket::ERR_SSL_WANT_READ ? Socket::SELECT_READ
                                                                             : Socket::SELECT_WRITE,
                       "send"));
    }
  }
  return Done{};
}

Result<Bytes> Connection::receive() {
  Bytes buffer(16'384);
  for (;;) {
    const int got = socket_.receiveBytes(buffer.data(), static_cast<int>(buffer.size()));
    if (got >= 0) {
      buffer.resize(static_cast<std::size_t>(got));
      return buffer;
    }
    ANTIN_CHECK(wait(tls_ && got == SecureStreamSocket::ERR_SSL_WANT_WRITE ? Socket::SELECT_WRITE
                                                                           : Socket::SELECT_READ,
                     "receive"));
  }
}

Error Connection::timeout(const char* doing) const {
  return net_error(Code::kNetTimeout, url_, doing);
}

Status Connection::wait(Socket::SelectMode mode, const char* doing) {
  while (!deadline_.over()) {
    if (socket_.poll(deadline_.moment(), mode)) return Done{};
  }
  return timeout(doing);
}

Status Connection::start_tls(Poco::Net::Context::Ptr context) {
  tls_ = true;
  try {
    auto secure = SecureStreamSocket::attach(socket_, url_.host, std::move(context));
    for (;;) {
      const int done = secure.completeHandshake();
      if (done == 1) break;
      ANTIN_CHECK(wait(done == SecureStreamSocket::ERR_SSL_WANT_WRITE ? Socket::SELECT_WRITE
                                                                      : Socket::SELECT_READ,
                       "TLS handshake"));
    }
    secure.verifyPeerCertificate(url_.host);
    socket_ = secure;
  } catch (const Poco::Exception& refused) {
    return net_error(Code::kNetTls, url_, refused.displayText());
  }
  return Done{};
}

Result<Poco::Net::Context::Ptr> client_context(const std::string& extra_roots) {
  try {
    Poco::Net::Context::Params params;
    params.verificationMode = Poco::Net::Context::VERIFY_STRICT;
    params.verificationDepth = 9;
    params.loadDefaultCAs = true;
    Poco::Net::Context::Ptr context =
        new Poco::Net::Context(Poco::Net::Context::TLS_CLIENT_USE, params);
    context->requireMinimumProtocol(Poco::Net::Context::PROTO_TLSV1_2);
    context->enableExtendedCertificateVerification(true);
    if (!extra_roots.empty()) {
      for (const auto& root : Poco::Crypto::X509Certificate::readPEM(extra_roots))
        context->addCertificateAuthority(root);
    }
    return context;
  } catch (const Poco::Exception& failed) {
    return make_error(Code::kNetTls, failed.displayText(), {{"host", extra_roots}});
  }
}

}  // namespace antin::service
