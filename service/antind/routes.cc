#include "service/antind/routes.h"

#include <algorithm>
#include <array>

namespace antin::service {
namespace {

constexpr std::array kRoutes{
    RouteRow{Operation::kIndex, Method::kGet, "/", std::nullopt, Queue::kInline, false},
    RouteRow{Operation::kStyle, Method::kGet, "/app.css", std::nullopt, Queue::kInline, false},
    RouteRow{Operation::kScript, Method::kGet, "/app.js", std::nullopt, Queue::kInline, false},
    RouteRow{Operation::kHealth, Method::kGet, "/healthz", std::nullopt, Queue::kInline, false},
    RouteRow{Operation::kReady, Method::kGet, "/readyz", std::nullopt, Queue::kInline, false},
    RouteRow{Operation::kMetrics, Method::kGet, "/metrics", std::nullopt, Queue::kInline, false},
    RouteRow{Operation::kOpenApi, Method::kGet, "/api/v1/openapi.json", std::nullopt,
             Queue::kInline, false},
    RouteRow{Operation::kVerify, Method::kPost, "/api/v1/verify", Scope::kVerify, Queue::kVerify,
             true},
    RouteRow{Operation::kCompare, Method::kPost, "/api/v1/compare", Scope::kVerify, Queue::kVerify,
             true},
    RouteRow{Operation::kSign, Method::kPost, "/api/v1/signatures", Scope::kSign, Queue::kDisk,
             true},
    RouteRow{Operation::kSignature, Method::kGet, "/api/v1/signatures/{id}", Scope::kSign,
             Queue::kDisk, false},
    RouteRow{Operation::kSignedDocument, Method::kGet, "/api/v1/signatures/{id}/document",
             Scope::kSign, Queue::kDisk, false},
    // An upgrade that was given up, once more.
    RouteRow{Operation::kUpgrade, Method::kPost, "/api/v1/signatures/{id}/upgrade", Scope::kSign,
             Queue::kDisk, false},
    RouteRow{Operation::kStoreOriginal, Method::kPost, "/api/v1/originals", Scope::kOriginals,
             Queue::kVerify, true},
    RouteRow{Operation::kFindOriginals, Method::kGet, "/api/v1/originals", Scope::kOriginals,
             Queue::kDisk, false},
    RouteRow{Operation::kOriginal, Method::kGet, "/api/v1/originals/{id}", Scope::kOriginals,
             Queue::kDisk, false},
    RouteRow{Operation::kOriginalDocument, Method::kGet, "/api/v1/originals/{id}/document",
             Scope::kOriginals, Queue::kDisk, false},
    // Cancels, recalls, releases: by decision, never by deleting.
    RouteRow{Operation::kDecide, Method::kPost, "/api/v1/originals/{id}/decisions",
             Scope::kRegister, Queue::kDisk, true},
    // By digest or public code for everybody; by number for whoever may see originals.
    RouteRow{Operation::kLookUp, Method::kGet, "/api/v1/register", Scope::kVerify, Queue::kDisk,
             false},
    // The log of what was issued is public; of the other one only its checkpoints are not telling.
    RouteRow{Operation::kLogCheckpoint, Method::kGet, "/api/v1/logs/issued/checkpoint",
             std::nullopt, Queue::kDisk, false},
    RouteRow{Operation::kLogCheckpoint, Method::kGet, "/api/v1/logs/audit/checkpoint",
             Scope::kAudit, Queue::kDisk, false},
    RouteRow{Operation::kLogTile, Method::kGet, "/api/v1/logs/issued/tile/{path}", std::nullopt,
             Queue::kDisk, false},
    RouteRow{Operation::kLogTile, Method::kGet, "/api/v1/logs/audit/tile/{path}", Scope::kAudit,
             Queue::kDisk, false},
    RouteRow{Operation::kIssuedProof, Method::kGet, "/api/v1/logs/issued/proof", std::nullopt,
             Queue::kDisk, false},
    RouteRow{Operation::kSignatureProof, Method::kGet, "/api/v1/signatures/{id}/proof",
             Scope::kSign, Queue::kDisk, false},
    // A job belongs to whoever began it; any key may ask for its own.
    RouteRow{Operation::kJob, Method::kGet, "/api/v1/jobs/{id}", std::nullopt, Queue::kDisk, false},
};

// A segment that can be an id: our ids are UUIDs, and nothing longer is looked up.
bool is_id(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
  });
}

// The rest of a path that names a tile: digits, "x", ".p", "entries" and slashes.
bool is_tail(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '.' || c == '/';
  });
}

bool fits(std::string_view pattern, std::string_view path, std::string& id) {
  constexpr std::string_view kTail = "{path}";
  if (pattern.ends_with(kTail)) {
    const auto front = pattern.substr(0, pattern.size() - kTail.size());
    if (!path.starts_with(front) || !is_tail(path.substr(front.size()))) return false;
    id = path.substr(front.size());
    return true;
  }
  const auto open = pattern.find("{id}");
  if (open == std::string_view::npos) return pattern == path;
  const auto before = pattern.substr(0, open);
  const auto behind = pattern.substr(open + 4);
  if (path.size() < before.size() + behind.size() || !path.starts_with(before) ||
      !path.ends_with(behind))
    return false;
  const auto segment = path.substr(before.size(), path.size() - before.size() - behind.size());
  if (!is_id(segment)) return false;
  id = segment;
  return true;
}

}  // namespace

std::span<const RouteRow> all_routes() noexcept {
  return kRoutes;
}

Matched match_route(Method method, std::string_view path) {
  Matched matched;
  const auto wanted = method == Method::kHead ? Method::kGet : method;
  for (const auto& row : kRoutes) {
    std::string id;
    if (!fits(row.pattern, path, id)) continue;
    matched.allowed.push_back(row.method);
    if (row.method == Method::kGet) matched.allowed.push_back(Method::kHead);
    if (row.method == wanted) {
      matched.row = &row;
      matched.id = std::move(id);
    }
  }
  return matched;
}

}  // namespace antin::service
