#include "service/net/poco_fetcher.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <future>
#include <optional>
#include <thread>
#include <utility>

#include <Poco/Crypto/X509Certificate.h>
#include <Poco/Exception.h>
#include <Poco/Net/Context.h>
#include <Poco/Net/DNS.h>
#include <Poco/Net/HostEntry.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/SecureStreamSocket.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/Net/StreamSocket.h>

#include "service/net/http_reader.h"
#include "service/net/url.h"

namespace antin::service {
namespace {

using Poco::Net::SecureStreamSocket;
using Poco::Net::Socket;
using Poco::Net::SocketAddress;
using Poco::Net::StreamSocket;

Error net_error(Code code, const Url& url, std::string detail, Where where = Where::here()) {
  return make_error(code, std::move(detail), {{"host", url.authority()}}, where);
}

// One point in time that every step of an exchange must meet.
class Deadline {
 public:
  explicit Deadline(std::chrono::milliseconds total)
      : at_(std::chrono::steady_clock::now() + total) {}
  std::chrono::milliseconds left() const {
    const auto rest =
        std::chrono::ceil<std::chrono::milliseconds>(at_ - std::chrono::steady_clock::now());
    return std::max(rest, std::chrono::milliseconds{0});
  }
  bool over() const { return left().count() == 0; }
  Poco::Timespan span() const {
    return {static_cast<Poco::Timespan::TimeDiff>(
        std::chrono::duration_cast<std::chrono::microseconds>(left()).count())};
  }

 private:
  std::chrono::steady_clock::time_point at_;
};

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

// A connection in non-blocking mode, so that a server cannot stretch any single call.
class Connection {
 public:
  Connection(const Url& url, const Deadline& deadline, const AddressRule& rule)
      : url_(url), deadline_(deadline), rule_(rule) {}

  Status open(Poco::Net::Context::Ptr context) {
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
        socket_.connect(address, deadline_.span());
        connected = true;
        break;
      } catch (const Poco::Exception& refused) {
        problem = address.toString() + ": " + refused.displayText();
      }
    }
    if (!allowed)
      return net_error(Code::kNetForbidden, url_, addresses.front().toString() + " is not allowed");
    if (!connected)
      return deadline_.over() ? timeout("connect")
                              : net_error(Code::kNetUnreachable, url_, problem);
    socket_.setBlocking(false);
    socket_.setNoDelay(true);
    if (url_.scheme == Url::Scheme::kHttps) return start_tls(std::move(context));
    return Done{};
  }

  Status send(ByteView octets) {
    while (!octets.empty()) {
      const auto piece = static_cast<int>(std::min<std::size_t>(octets.size(), 16'384));
      const int sent = socket_.sendBytes(octets.data(), piece);
      if (sent > 0) {
        octets = octets.subspan(static_cast<std::size_t>(sent));
      } else {
        ANTIN_CHECK(wait(tls_ && sent == SecureStreamSocket::ERR_SSL_WANT_READ
                             ? Socket::SELECT_READ
                             : Socket::SELECT_WRITE,
                         "send"));
      }
    }
    return Done{};
  }

  // Empty: the other side closed.
  Result<Bytes> receive() {
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

 private:
  Error timeout(const char* doing) const { return net_error(Code::kNetTimeout, url_, doing); }

  Status wait(Socket::SelectMode mode, const char* doing) {
    if (deadline_.over() || !socket_.poll(deadline_.span(), mode)) return timeout(doing);
    return Done{};
  }

  Status start_tls(Poco::Net::Context::Ptr context) {
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

  const Url& url_;
  const Deadline& deadline_;
  const AddressRule& rule_;
  StreamSocket socket_;
  bool tls_ = false;
};

// A validator comes from another host by way of a file: a line end in it would begin a field of its
// choosing (RFC 9112 §11.1).
bool may_stand_in_field(const std::string& value) {
  return !value.empty() && value.size() <= 256 &&
         std::all_of(value.begin(), value.end(), [](char c) { return c >= 0x20 && c < 0x7F; });
}

std::string request_head(const Url& url, const HttpRequest& request, const std::string& agent) {
  const bool post = request.method == HttpRequest::Method::kPost;
  std::string head = post ? "POST " : "GET ";
  head += url.target + " HTTP/1.1\r\nHost: " + url.authority() + "\r\nUser-Agent: " + agent +
          "\r\nAccept: */*\r\nAccept-Encoding: identity\r\nConnection: close\r\n";
  if (post)
    head += "Content-Type: " + request.content_type +
            "\r\nContent-Length: " + std::to_string(request.body.size()) + "\r\n";
  if (may_stand_in_field(request.if_none_match))
    head += "If-None-Match: " + request.if_none_match + "\r\n";
  if (may_stand_in_field(request.if_modified_since))
    head += "If-Modified-Since: " + request.if_modified_since + "\r\n";
  if (may_stand_in_field(request.authorization))
    head += "Authorization: " + request.authorization + "\r\n";
  return head + "\r\n";
}

struct Exchange {
  HttpResponse response;
  std::string location;
};

Error at_host(Error error, const Url& url) {
  error.params = {{"host", url.authority()}};
  return error;
}

Result<Exchange> exchange(const Url& url, const HttpRequest& request, const FetchLimits& limits,
                          const Deadline& deadline, const FetcherOptions& options,
                          Poco::Net::Context::Ptr context) {
  try {
    Connection connection(url, deadline, options.rule);
    ANTIN_CHECK(connection.open(std::move(context)));
    ANTIN_CHECK(connection.send(as_bytes(request_head(url, request, options.user_agent))));
    ANTIN_CHECK(connection.send(request.body));
    HttpReader reader(limits.max_response.value());
    while (!reader.complete()) {
      ANTIN_TRY(const auto octets, connection.receive());
      auto read = octets.empty() ? reader.end() : reader.feed(octets);
      if (!read) return at_host(std::move(read).error(), url);
    }
    const auto location = reader.location();
    return Exchange{.response = reader.take_response(), .location = location};
  } catch (const Poco::TimeoutException& late) {
    return net_error(Code::kNetTimeout, url, late.displayText());
  } catch (const Poco::Exception& failed) {
    return net_error(Code::kNetUnreachable, url, failed.displayText());
  } catch (const std::exception& failed) {
    return net_error(Code::kNetUnreachable, url, failed.what());
  }
}

bool is_redirect(int status, HttpRequest::Method method) {
  if (status == 307 || status == 308) return true;
  return method == HttpRequest::Method::kGet && (status == 301 || status == 302 || status == 303);
}

}  // namespace

struct PocoFetcher::Inside {
  FetcherOptions options;
  Poco::Net::Context::Ptr context;
};

PocoFetcher::PocoFetcher(std::unique_ptr<Inside> inside) : inside_(std::move(inside)) {}
PocoFetcher::~PocoFetcher() = default;

Result<std::unique_ptr<PocoFetcher>> PocoFetcher::create(const FetcherOptions& options) {
  try {
    auto inside = std::make_unique<Inside>();
    inside->options = options;
    Poco::Net::Context::Params params;
    params.verificationMode = Poco::Net::Context::VERIFY_STRICT;
    params.verificationDepth = 9;
    params.loadDefaultCAs = true;
    inside->context = new Poco::Net::Context(Poco::Net::Context::TLS_CLIENT_USE, params);
    inside->context->requireMinimumProtocol(Poco::Net::Context::PROTO_TLSV1_2);
    inside->context->enableExtendedCertificateVerification(true);
    if (!options.extra_tls_roots.empty()) {
      for (const auto& root : Poco::Crypto::X509Certificate::readPEM(options.extra_tls_roots))
        inside->context->addCertificateAuthority(root);
    }
    return std::unique_ptr<PocoFetcher>(new PocoFetcher(std::move(inside)));  // NOLINT: private
  } catch (const Poco::Exception& failed) {
    return make_error(Code::kNetTls, failed.displayText(), {{"host", options.extra_tls_roots}});
  }
}

Result<HttpResponse> PocoFetcher::fetch(const HttpRequest& request, const FetchLimits& limits) {
  const Deadline deadline(limits.total_time);
  ANTIN_TRY(auto url, parse_url(request.url));
  for (unsigned redirects = 0;; ++redirects) {
    ANTIN_TRY(auto done,
              exchange(url, request, limits, deadline, inside_->options, inside_->context));
    if (!is_redirect(done.response.status, request.method)) return std::move(done.response);
    const auto next = resolve_location(url, done.location);
    if (redirects >= limits.max_redirects || !next || !next.value().same_origin(url))
      return net_error(Code::kNetRedirect, url, done.location.substr(0, 200));
    url = next.value();
  }
}

}  // namespace antin::service
