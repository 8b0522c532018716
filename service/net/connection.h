#pragma once

#include <atomic>
#include <chrono>
#include <string>
#include <vector>

#include <Poco/Net/Context.h>
#include <Poco/Net/StreamSocket.h>

#include "certs/core/bytes.h"
#include "certs/core/error.h"
#include "service/net/address_rule.h"
#include "service/net/url.h"

/// For the files of this folder: a connection that no server can stretch.
namespace antin::service {

/// {host} of `url` in the sentence.
Error net_error(Code code, const Url& url, std::string detail, Where where = Where::here());

/// One point in time that every step of an exchange must meet. With `stop`, all of them give up
/// soon after it becomes true.
class Deadline {
 public:
  explicit Deadline(std::chrono::milliseconds total, const std::atomic<bool>* stop = nullptr)
      : at_(std::chrono::steady_clock::now() + total), stop_(stop) {}
  std::chrono::milliseconds left() const;
  bool over() const { return left().count() == 0; }
  /// What is left, at most as long as somebody who stops waits.
  Poco::Timespan moment() const;

 private:
  std::chrono::steady_clock::time_point at_;
  const std::atomic<bool>* stop_;
};

/// A socket in non-blocking mode. Refers to what it is given. Fails with kNetUnreachable,
/// kNetTimeout, kNetTls, kNetForbidden; Poco's exceptions are the caller's to catch.
class Connection {
 public:
  Connection(const Url& url, const Deadline& deadline, const AddressRule& rule)
      : url_(url), deadline_(deadline), rule_(rule) {}

  /// An address that the rule permits; nothing is sent.
  Status open();
  /// From here on everything is TLS; the certificate must be for the host of the address.
  Status start_tls(Poco::Net::Context::Ptr context);
  Status send(ByteView octets);
  /// Empty: the other side closed.
  Result<Bytes> receive();

 private:
  Error timeout(const char* doing) const;
  Status wait(Poco::Net::Socket::SelectMode mode, const char* doing);

  const Url& url_;
  const Deadline& deadline_;
  const AddressRule& rule_;
  Poco::Net::StreamSocket socket_;
  bool tls_ = false;
};

/// TLS 1.2 or later, chain and name always checked; `extra_roots`: a PEM file beside the system's
/// roots, "" for none. Fails with kNetTls.
Result<Poco::Net::Context::Ptr> client_context(const std::string& extra_roots);

}  // namespace antin::service
