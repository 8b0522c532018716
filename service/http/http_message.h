#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "certs/core/bytes.h"
#include "service/http/body.h"

namespace antin::service {

enum class Method : std::uint8_t {
  kGet,
  kHead,
  kPost,
  kPut,
  kDelete,
  kOptions,
  kPatch,
  kTrace,
  kOther
};
std::string_view name(Method method) noexcept;

struct HeaderField {
  std::string name;  ///< lower case
  std::string value;
};

/// The head of a request that passed every rule of RFC 9112 that http_parser.h names.
struct RequestHead {
  Method method = Method::kOther;
  std::string path;   ///< as sent, percent-encoding valid, begins with '/' (or is "*")
  std::string query;  ///< as sent, without '?'
  bool http11 = true;
  bool keep_alive = true;
  bool expects_continue = false;
  std::vector<HeaderField> fields;

  /// The only value of this field; "" when absent. Callers that must refuse repetitions ask
  /// count().
  std::string_view value(std::string_view lower_name) const noexcept;
  std::size_t count(std::string_view lower_name) const noexcept;
};

/// Who sent a request, as far as the connection tells.
struct Peer {
  enum class Transport : std::uint8_t { kPlain, kTls };
  std::string address;     ///< numeric; behind a declared proxy what that proxy saw
  std::uint16_t port = 0;  ///< of the socket itself, whoever stands behind a proxy
  Transport transport = Transport::kPlain;
  std::string certificate;  ///< verified: SHA-256 in hexadecimal; "" for none
  std::string subject;      ///< of that certificate, RFC 4514
};

struct Request {
  RequestHead head;
  Body body;
  Peer peer;
  std::string id;  ///< for logs and problems: UUIDv7
};

struct Response {
  int status = 200;
  std::string content_type;
  std::vector<HeaderField> fields;  ///< any case; no Content-Length, Connection or Date
  SharedBytes body;
  /// What is kept when this answer becomes the result of a job, which is always JSON; "": the body.
  std::string for_job;

  static Response text(int status, std::string content_type, std::string_view body);
};

}  // namespace antin::service
