#include <charconv>
#include <nlohmann/json.hpp>

#include "service/antind/accept.h"
#include "service/antind/api.h"
#include "service/antind/sha256.h"
#include "service/ipc/worker_protocol.h"

namespace antin::service {
namespace {

using Json = nlohmann::ordered_json;

Error missing(const char* part) {
  return make_error(Code::kHttpPartMissing, part, {{"part", part}});
}

std::int64_t seconds(UtcTime at) {
  return at.since_epoch().time_since_epoch().count();
}

Json describe(const StoredOriginal& original) {
  Json revisions = Json::array();
  for (const auto& revision : original.revisions)
    revisions.push_back({{"size", revision.end}, {"sha256", to_hex(revision.sha256)}});
  return {{"id", original.id},
          {"sha256", to_hex(original.sha256)},
          {"size", original.size},
          {"name", original.name},
          {"created", to_rfc3339(original.created)},
          {"revisions", std::move(revisions)},
          {"document", "/api/v1/originals/" + original.id + "/document"}};
}

Response pdf_response(SharedBytes document, const Bytes& sha256_of_it) {
  Response response;
  response.content_type = "application/pdf";
  response.body = std::move(document);
  const auto hex = to_hex(sha256_of_it);
  response.fields = {
      {"ETag", "\"" + hex + "\""},
      {"Content-Disposition", "attachment; filename=\"" + hex.substr(0, 16) + ".pdf\""},
      {"Cache-Control", "private, no-store"},
      {"X-Content-Type-Options", "nosniff"}};
  return response;
}

// A report to look at. It holds what a stranger's document says, so it may do nothing.
Response rendered_response(const ReportForm& form, SharedBytes rendered, std::string_view report) {
  Response response;
  response.content_type = form.media_type;
  response.body = std::move(rendered);
  response.for_job = report;
  response.fields = {
      {"Content-Security-Policy",
       "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'"},
      {"Cache-Control", "no-store"},
      {"Vary", "Accept"},
      {"X-Content-Type-Options", "nosniff"}};
  return response;
}

constexpr std::size_t kMostReport = std::size_t{1} << 30U;

// How many pages' pictures the answer shall hold.
Result<std::int64_t> read_pictures(const Parameters& options) {
  constexpr std::int64_t kMostPictures = 8;
  const auto written = options.find("pictures");
  if (written == options.end()) return std::int64_t{0};
  std::int64_t count = -1;
  const auto* end = written->second.data() + written->second.size();
  const auto [stopped, problem] = std::from_chars(written->second.data(), end, count);
  if (problem != std::errc{} || stopped != end || count < 0 || count > kMostPictures)
    return make_error(Code::kHttpParameter, "pictures", {{"parameter", "pictures"}});
  return count;
}

}  // namespace

Result<UtcTime> Api::read_at(const Parameters& options) const {
  const auto at = options.find("at");
  if (at == options.end()) return parts_.clock->utc_now();
  const auto time = from_rfc3339(at->second);
  if (!time || seconds(*time) < 0)
    return make_error(Code::kHttpParameter, "at", {{"parameter", "at"}});
  return *time;
}

Result<Response> Api::verify(const Work& work) {
  ANTIN_TRY(const auto form, report_form(work.request.head.value("accept")));
  ANTIN_TRY(const auto inputs, read_inputs(work, {"file"}, {"at", "profile", "password", "lang"}));
  const auto file = inputs.files.find("file");
  if (file == inputs.files.end()) return missing("file");
  ANTIN_TRY(const auto at, read_at(inputs.options));
  const auto option = [&](const char* key) {
    const auto found = inputs.options.find(key);
    return found == inputs.options.end() ? std::string() : found->second;
  };
  const auto profile = option("profile");
  if (!profile.empty() && profile != "document" && profile != "result" &&
      profile != "certified_copy")
    return make_error(Code::kHttpParameter, "profile", {{"parameter", "profile"}});
  const auto language = option("lang");
  if (!language.empty() && language != "vi" && language != "en")
    return make_error(Code::kHttpParameter, "lang", {{"parameter", "lang"}});
  const auto sent_name = inputs.names.find("file");
  const auto name = sent_name == inputs.names.end() || sent_name->second.empty()
                        ? "document.pdf"
                        : sent_name->second;
  ANTIN_TRY(const auto reply,
            parts_.verify_workers->ask(worker::kVerify,
                                       cbor::Map{{"name", name},
                                                 {"password", option("password")},
                                                 {"profile", profile},
                                                 {"now", seconds(parts_.clock->utc_now())},
                                                 {"format", std::string{form.name}},
                                                 {"lang", language},
                                                 {"at", seconds(at)}},
                                       {file->second}, parts_.config->verify.within));
  ANTIN_TRY(const auto report, cbor::text_at(reply.body, "report"));
  ANTIN_TRY(const auto exit_code, cbor::integer_at(reply.body, "exit_code"));
  parts_.metrics->count("antin_verified_total", "exit_code=\"" + std::to_string(exit_code) + "\"");
  if (form.name == "json") return json_response(200, report);
  if (reply.descriptors.size() != 1) return make_error(Code::kIpcMalformed, "no report to send");
  ANTIN_TRY(auto rendered, map_sealed(reply.descriptors[0], kMostReport));
  return rendered_response(form, std::move(rendered), report);
}

Result<Response> Api::compare(const Work& work) {
  ANTIN_TRY(const auto inputs,
            read_inputs(work, {"copy", "original"}, {"at", "original_id", "password", "pictures"}));
  const auto copy = inputs.files.find("copy");
  if (copy == inputs.files.end()) return missing("copy");
  ANTIN_TRY(const auto at, read_at(inputs.options));
  ANTIN_TRY(const auto pictures, read_pictures(inputs.options));
  const auto password = inputs.options.find("password");
  // The rest is for reading, judging and putting the answer together.
  const std::chrono::milliseconds draw_within =
      std::chrono::milliseconds(parts_.config->verify.within) * 3 / 4;
  SharedBytes original;
  const auto sent = inputs.files.find("original");
  const auto named = inputs.options.find("original_id");
  if ((sent == inputs.files.end()) == (named == inputs.options.end())) return missing("original");
  if (sent != inputs.files.end()) {
    original = sent->second;
  } else {
    // Whoever compares with a stored original must be allowed to see that it is there.
    if (work.caller.scopes.count(Scope::kOriginals) == 0)
      return make_error(Code::kHttpForbidden, "scope", {{"scope", "originals"}});
    ANTIN_TRY(const auto stored, parts_.store->original(named->second));
    if (!stored) return make_error(Code::kOriginalUnknown, named->second);
    ANTIN_TRY(original, parts_.store->document(stored->sha256, stored->size));
  }
  ANTIN_TRY(const auto reply,
            parts_.verify_workers->ask(
                worker::kCompare,
                cbor::Map{{"at", seconds(at)},
                          {"password", password == inputs.options.end() ? "" : password->second},
                          {"draw_ms", std::int64_t{draw_within.count()}},
                          {"pictures", pictures}},
                {copy->second, original}, parts_.config->verify.within));
  if (reply.descriptors.size() != 1) return make_error(Code::kIpcMalformed, "no report to send");
  ANTIN_TRY(const auto report, map_sealed(reply.descriptors[0], kMostReport));
  return json_response(200, as_text(report.view()));
}

Result<Response> Api::store_original(const Work& work) {
  ANTIN_TRY(const auto inputs, read_inputs(work, {"file"}, {"name"}));
  const auto file = inputs.files.find("file");
  if (file == inputs.files.end()) return missing("file");
  ANTIN_TRY(const auto reply,
            parts_.verify_workers->ask(worker::kInspect, cbor::Map{}, {file->second},
                                       parts_.config->verify.within));
  StoredOriginal original{.id = new_uuid7(*parts_.clock, *parts_.random),
                          .sha256 = {},
                          .size = file->second.size(),
                          .name = {},
                          .owner = owner(work.caller),
                          .created = parts_.clock->utc_now(),
                          .revisions = {}};
  if (const auto given = inputs.options.find("name"); given != inputs.options.end())
    original.name = given->second;
  else if (const auto sent = inputs.names.find("file"); sent != inputs.names.end())
    original.name = sent->second;
  ANTIN_TRY(const auto revisions, cbor::array_at(reply.body, "revisions"));
  for (const auto& revision : revisions) {
    ANTIN_TRY(const auto end, cbor::integer_at(revision, "end"));
    ANTIN_TRY(auto digest, cbor::bytes_at(revision, "sha256"));
    original.revisions.push_back({static_cast<std::size_t>(end), std::move(digest)});
  }
  ANTIN_TRY(original.sha256, parts_.store->put_document({file->second.view()}));
  bool fresh = false;
  ANTIN_TRY(const auto kept, parts_.store->add_original(std::move(original), fresh));
  auto response = json_response(fresh ? 201 : 200, describe(kept).dump());
  response.fields.push_back({"Location", "/api/v1/originals/" + kept.id});
  return response;
}

Result<Response> Api::find_originals(const Work& work) {
  ANTIN_TRY(const auto options, parse_query(work.request.head.query, {"sha256"}));
  const auto wanted = options.find("sha256");
  Bytes digest;
  if (wanted == options.end() || !from_hex(wanted->second, digest) || digest.size() != 32)
    return make_error(Code::kHttpParameter, "sha256", {{"parameter", "sha256"}});
  ANTIN_TRY(const auto found, parts_.store->originals_with(digest));
  Json body;
  body["sha256"] = to_hex(digest);
  body["found"] = !found.empty();
  body["originals"] = Json::array();
  for (const auto& original : found) {
    auto entry = describe(original);
    entry["match"] = original.sha256 == digest ? "document" : "revision";
    body["originals"].push_back(std::move(entry));
  }
  return json_response(200, body.dump());
}

Result<Response> Api::original(const Work& work) {
  ANTIN_TRY(const auto original, parts_.store->original(work.resource));
  if (!original) return make_error(Code::kOriginalUnknown, work.resource);
  return json_response(200, describe(*original).dump());
}

Result<Response> Api::original_document(const Work& work) {
  ANTIN_TRY(const auto original, parts_.store->original(work.resource));
  if (!original) return make_error(Code::kOriginalUnknown, work.resource);
  ANTIN_TRY(auto document, parts_.store->document(original->sha256, original->size));
  return pdf_response(std::move(document), original->sha256);
}

Result<Response> Api::signature(const Work& work) {
  ANTIN_TRY(const auto signature, parts_.store->signature(work.resource, owner(work.caller)));
  if (!signature) return make_error(Code::kSignatureUnknown, work.resource);
  ANTIN_TRY(const auto facts, with_upgrade(signature->facts, signature->id, signature->owner));
  return json_response(200, facts);
}

Result<Response> Api::signed_document(const Work& work) {
  ANTIN_TRY(const auto signature, parts_.store->signature(work.resource, owner(work.caller)));
  if (!signature) return make_error(Code::kSignatureUnknown, work.resource);
  ANTIN_TRY(auto document, parts_.store->document(signature->sha256, signature->size));
  return pdf_response(std::move(document), signature->sha256);
}

}  // namespace antin::service
