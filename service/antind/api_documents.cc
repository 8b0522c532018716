#include <nlohmann/json.hpp>

#include "service/antind/accept.h"
#include "service/antind/api.h"
#include "service/antind/register_route.h"
#include "service/ipc/worker_protocol.h"
#include "service/store/store_values.h"

namespace antin::service {
namespace {

using Json = nlohmann::ordered_json;

Error missing(const char* part) {
  return make_error(Code::kHttpPartMissing, part, {{"part", part}});
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
// Pages whose pictures the answer holds.
constexpr std::int64_t kMostPictures = 8;

}  // namespace

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

Result<UtcTime> Api::read_at(const Parameters& options) const {
  const auto at = options.find("at");
  if (at == options.end()) return parts_.clock->utc_now();
  const auto time = from_rfc3339(at->second);
  if (!time || seconds(*time) < 0) return wrong_parameter("at");
  return *time;
}

Result<Api::Judged> Api::judge(const Work& work, const Inputs& inputs, std::string_view format) {
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
    return wrong_parameter("profile");
  const auto language = option("lang");
  if (!language.empty() && language != "vi" && language != "en") return wrong_parameter("lang");
  const auto sent_name = inputs.names.find("file");
  ANTIN_TRY(const auto named, named_entry(work, inputs.options));
  std::vector<SharedBytes> documents{file->second};
  if (named.original) {
    ANTIN_TRY(auto kept, parts_.store->document(named.original->sha256, named.original->size));
    documents.push_back(std::move(kept));
  }
  const auto name = sent_name == inputs.names.end() || sent_name->second.empty()
                        ? "document.pdf"
                        : sent_name->second;
  // The rest is for reading and judging.
  const std::chrono::milliseconds draw_within =
      std::chrono::milliseconds(parts_.config->verify.within) / 2;
  ANTIN_TRY(const auto reply,
            parts_.verify_workers->ask(worker::kVerify,
                                       cbor::Map{{"name", name},
                                                 {"password", option("password")},
                                                 {"profile", profile},
                                                 {"now", seconds(parts_.clock->utc_now())},
                                                 {"format", std::string{format}},
                                                 {"lang", language},
                                                 {"register", register_question(named)},
                                                 {"draw_ms", std::int64_t{draw_within.count()}},
                                                 {"at", seconds(at)}},
                                       documents, parts_.config->verify.within));
  Judged judged;
  ANTIN_TRY(judged.report, cbor::text_at(reply.body, "report"));
  ANTIN_TRY(const auto exit_code, cbor::integer_at(reply.body, "exit_code"));
  parts_.metrics->count("antin_verified_total", "exit_code=\"" + std::to_string(exit_code) + "\"");
  for (const auto& descriptor : reply.descriptors) {
    ANTIN_TRY(auto rendered, map_sealed(descriptor, kMostReport));
    judged.rendered.push_back(std::move(rendered));
  }
  return judged;
}

Result<Response> Api::verify(const Work& work) {
  ANTIN_TRY(const auto form, report_form(work.request.head.value("accept")));
  ANTIN_TRY(const auto inputs, read_inputs(work, {"file"},
                                           {"at", "profile", "password", "lang", "original_id",
                                            "code", "number", "book", "unit"}));
  ANTIN_TRY(auto judged, judge(work, inputs, form.name));
  if (form.name == "json") return json_response(200, judged.report);
  if (judged.rendered.size() != 1) return make_error(Code::kIpcMalformed, "no report to send");
  return rendered_response(form, std::move(judged.rendered.front()), judged.report);
}

Result<Response> Api::compare(const Work& work) {
  ANTIN_TRY(const auto inputs, read_inputs(work, {"copy", "original"},
                                           {"at", "original_id", "code", "number", "book", "unit",
                                            "password", "pictures"}));
  const auto copy = inputs.files.find("copy");
  if (copy == inputs.files.end()) return missing("copy");
  ANTIN_TRY(const auto at, read_at(inputs.options));
  ANTIN_TRY(const auto pictures, number_option(inputs.options, "pictures", 0, kMostPictures, 0));
  const auto password = inputs.options.find("password");
  // The rest is for reading, judging and putting the answer together.
  const std::chrono::milliseconds draw_within =
      std::chrono::milliseconds(parts_.config->verify.within) * 3 / 4;
  SharedBytes original;
  const auto sent = inputs.files.find("original");
  ANTIN_TRY(const auto named, named_entry(work, inputs.options));
  if ((sent == inputs.files.end()) == !named.asked) return missing("original");
  cbor::Map request{{"at", seconds(at)},
                    {"password", password == inputs.options.end() ? "" : password->second},
                    {"draw_ms", std::int64_t{draw_within.count()}},
                    {"pictures", pictures}};
  if (sent != inputs.files.end()) {
    original = sent->second;
  } else {
    // What is compared in detail is shown: only to whoever may see the original itself.
    if (work.caller.scopes.count(Scope::kOriginals) == 0)
      return make_error(Code::kHttpForbidden, "scope", {{"scope", "originals"}});
    if (!named.original) return make_error(Code::kOriginalUnknown, "not in the register");
    ANTIN_TRY(original, parts_.store->document(named.original->sha256, named.original->size));
    if (named.original->entry) request.emplace("entry", entry_facts(*named.original->entry));
  }
  ANTIN_TRY(const auto reply,
            parts_.verify_workers->ask(worker::kCompare, std::move(request),
                                       {copy->second, original}, parts_.config->verify.within));
  if (reply.descriptors.size() != 1) return make_error(Code::kIpcMalformed, "no report to send");
  ANTIN_TRY(const auto report, map_sealed(reply.descriptors[0], kMostReport));
  return json_response(200, as_text(report.view()));
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
