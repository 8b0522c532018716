#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "service/antind/api_keys.h"
#include "service/antind/http_message.h"

namespace antin::service {

enum class Operation : std::uint8_t {
  kIndex,
  kStyle,
  kScript,
  kOpenApi,
  kHealth,
  kReady,
  kMetrics,
  kVerify,
  kCompare,
  kSign,
  kSignature,
  kSignedDocument,
  kUpgrade,
  kStoreOriginal,
  kFindOriginals,
  kOriginal,
  kOriginalDocument,
  kDecide,
  kLookUp,
  kLogCheckpoint,
  kLogTile,
  kIssuedProof,
  kSignatureProof,
  kJob
};

/// Which threads do it: what is always quick is done at once on the polling thread; reading
/// documents and the disk have their own. (Signing runs behind a job, on a third.)
enum class Queue : std::uint8_t { kInline, kDisk, kVerify };

struct RouteRow {
  Operation operation;
  Method method;
  std::string_view pattern;  ///< "{id}": one path segment; "{path}": the rest
  std::optional<Scope> scope;
  Queue queue;
  bool takes_body;
};

/// Every address the service answers; docs/openapi.json has the same (a test compares them).
std::span<const RouteRow> all_routes() noexcept;

struct Matched {
  const RouteRow* row = nullptr;  ///< nullptr: see `allowed`
  std::string id;
  std::vector<Method> allowed;  ///< methods at this path; empty: no such path
};
/// HEAD matches GET. `path` is compared as sent: nothing that needs decoding is an address here.
Matched match_route(Method method, std::string_view path);

}  // namespace antin::service
