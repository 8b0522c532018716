#pragma once

#include <cstddef>
#include <cstdint>

#include "certs/core/http_fetcher.h"
#include "service/ipc/channel.h"

namespace antin::service::fetching {

/// A program that must not carry an HTTP client asks, antin-fetch answers, version 1
/// (docs/PROTOCOL.fetch.md).
constexpr std::uint16_t kVersion = 1;

enum Type : std::uint16_t {
  kConfigure = 1,
  kFetch = 2,
};

constexpr std::size_t kMaxBody = std::size_t{64} << 20U;
constexpr std::int64_t kMaxWithinMs = 600'000;

/// Body of kFetch, and of what a worker asks antind (docs/PROTOCOL.worker.md).
cbor::Value to_value(const HttpRequest& request, const FetchLimits& limits);
struct Asked {
  HttpRequest request;
  FetchLimits limits;
};
/// Fails with kIpcMalformed, also for limits beyond those above.
Result<Asked> asked_in(const cbor::Value& body);

/// The answer travels as a message: its fields in the body, its content as descriptor 0.
Result<Message> to_message(HttpResponse response);
/// Fails with kIpcMalformed, kResourceLimit beyond `most`.
Result<HttpResponse> response_in(const Message& message, std::size_t most);

}  // namespace antin::service::fetching
