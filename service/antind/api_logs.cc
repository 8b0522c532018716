// The logs, for whoever follows them and for whoever wants to prove a document (docs/
// PROTOCOL.audit.md).

#include "service/antind/api.h"
#include "service/audit/log_reader.h"

namespace antin::service {
namespace {

using audit::LogReader;

constexpr const char* kText = "text/plain; charset=utf-8";

audit::Log log_of(const RouteRow& row) {
  return row.pattern.find("/logs/audit/") != std::string_view::npos ? audit::Log::kAudit
                                                                    : audit::Log::kIssued;
}

Response with_cache(Response response, const char* cache) {
  response.fields.push_back({"Cache-Control", cache});
  response.fields.push_back({"X-Content-Type-Options", "nosniff"});
  return response;
}

// `otherwise`: what it means that there is none yet.
Result<LogReader::KeptCheckpoint> newest(LogReader& reader, Code otherwise) {
  ANTIN_TRY(auto kept, reader.newest_checkpoint());
  if (!kept) return make_error(otherwise, "no checkpoint");
  return *std::move(kept);
}

// What the log says last about a document. What is newer than the checkpoint is not proven yet, and
// an older word must not stand in for it.
Result<std::string> proof_of(Database& database, const std::string& sha256) {
  LogReader reader(database, audit::Log::kIssued);
  ANTIN_TRY(const auto leaf, reader.newest_about(sha256, {audit::kMaxTreeSize}));
  if (!leaf) return make_error(Code::kAuditNotLogged, sha256);
  ANTIN_TRY(const auto checkpoint, newest(reader, Code::kAuditNotCheckpointed));
  ANTIN_TRY(const auto proof, reader.prove(*leaf, checkpoint));
  return audit::to_text(proof);
}

}  // namespace

Result<Response> Api::log_checkpoint(const Work& work) {
  std::string note;
  ANTIN_CHECK(parts_.store->in_snapshot([&](Database& database) -> Status {
    LogReader reader(database, log_of(*work.row));
    ANTIN_TRY(const auto kept, newest(reader, Code::kHttpNotFound));
    note = kept.note;
    return Done{};
  }));
  return with_cache(Response::text(200, kText, note), "no-cache");
}

Result<Response> Api::log_tile(const Work& work) {
  audit::TileId tile;
  if (!audit::parse_tile_path(work.resource, tile))
    return make_error(Code::kHttpNotFound, "tile path");
  Bytes contents;
  ANTIN_CHECK(parts_.store->in_snapshot([&](Database& database) -> Status {
    LogReader reader(database, log_of(*work.row));
    ANTIN_TRY(const auto kept, newest(reader, Code::kHttpNotFound));
    ANTIN_TRY(contents, reader.tile(tile, kept.size));
    return Done{};
  }));
  Response response{.content_type = "application/octet-stream",
                    .fields = {},
                    .body = SharedBytes(std::move(contents)),
                    .for_job = {}};
  // A tile never changes; who may see it does.
  return with_cache(std::move(response), log_of(*work.row) == audit::Log::kIssued
                                             ? "public, max-age=31536000, immutable"
                                             : "no-store");
}

Result<Response> Api::document_proof(const std::string& sha256) {
  std::string text;
  ANTIN_CHECK(parts_.store->in_snapshot([&](Database& database) -> Status {
    ANTIN_TRY(text, proof_of(database, sha256));
    return Done{};
  }));
  return with_cache(Response::text(200, kText, text), "no-cache");
}

Result<Response> Api::issued_proof(const Work& work) {
  ANTIN_TRY(const auto options, parse_query(work.request.head.query, {"sha256"}));
  const auto given = options.find("sha256");
  Bytes digest;
  if (given == options.end() || !from_hex(given->second, digest) || digest.size() != 32)
    return wrong_parameter("sha256");
  return document_proof(to_hex(digest));
}

Result<Response> Api::signature_proof(const Work& work) {
  ANTIN_TRY(const auto found, parts_.store->signature(work.resource, owner(work.caller)));
  if (!found) return make_error(Code::kAuditNotLogged, work.resource);
  return document_proof(to_hex(found->sha256));
}

}  // namespace antin::service
