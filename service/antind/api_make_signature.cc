#include <algorithm>
#include <nlohmann/json.hpp>

#include "certs/core/finding.h"
#include "service/antind/api.h"
#include "service/antind/api_facts.h"
#include "service/antind/prepared_check.h"
#include "service/antind/problem.h"
#include "service/antind/recalled.h"
#include "service/antind/sha256.h"
#include "service/antind/unit_seals.h"
#include "service/antind/upgrade.h"
#include "service/audit/reconcile.h"
#include "service/ipc/worker_protocol.h"

namespace antin::service {
namespace {

using Json = nlohmann::ordered_json;
// A CMS that outgrew its placeholder is made again with this much to spare.
constexpr std::int64_t kSpareOctets = 4'096;
constexpr int kTries = 3;

cbor::Array certificates_to_value(const std::vector<CertificateDer>& certificates) {
  cbor::Array out;
  for (const auto& certificate : certificates) out.emplace_back(certificate.value());
  return out;
}

// {needed} of kContentsTooSmall.
std::int64_t octets_needed(const Error& error) {
  for (const auto& [param, text] : error.params) {
    if (param == "needed" && text.size() < 9 &&
        std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; }))
      return std::stoll("0" + text);
  }
  return 0;
}

Json warning_of(Code code, Severity severity, const Params& params) {
  return {{"code", info(code).name},
          {"severity", name(severity)},
          {"message",
           {{"vi", sentence(code, Language::kVietnamese, params)},
            {"en", sentence(code, Language::kEnglish, params)}}}};
}

Json upgrade_queued_warning(const std::string& level, const std::string& wanted) {
  return warning_of(Code::kUpgradeQueued, Severity::kInfo,
                    {{"muc_dat_duoc", level}, {"muc", wanted}});
}

// What was asked for; what was reached stands in the answer beside it (vietnam.md S-06).
std::optional<std::string> wanted_level(const StoredJob& job) {
  const auto options = Json::parse(job.options, nullptr, false);
  if (!options.is_object()) return std::nullopt;
  const auto found = options.find("level");
  if (found == options.end() || !found->is_string()) return std::nullopt;
  return found->get<std::string>();
}

// Whose seal it is that was asked for; "" for that of [agency] itself.
std::string unit_of(const StoredJob& job) {
  const auto options = Json::parse(job.options, nullptr, false);
  const auto found = options.is_object() ? options.find("unit") : options.end();
  return found != options.end() && found->is_string() ? found->get<std::string>() : std::string();
}

}  // namespace

Json warnings_of(const cbor::Value& body) {
  Json out = Json::array();
  const auto warnings = cbor::array_at(body, "warnings");
  if (!warnings) return out;
  for (const auto& warning : warnings.value()) {
    Json entry;
    for (const char* key : {"code", "severity"}) {
      if (const auto* value = warning.find(key); value != nullptr && value->text() != nullptr)
        entry[key] = *value->text();
    }
    for (const char* key : {"vi", "en"}) {
      if (const auto* value = warning.find(key); value != nullptr && value->text() != nullptr)
        entry["message"][key] = *value->text();
    }
    out.push_back(std::move(entry));
  }
  return out;
}

// Prepare in a worker, sign by the key holder, complete in a worker, keep. No step holds what the
// next one needs: the token is not busy while a timestamp server takes its time.
Result<std::string> Api::sign(const StoredJob& job) {
  ANTIN_TRY(
      const auto document,
      parts_.store->document(job.input_sha256, parts_.config->http.settings.limits.body_octets));
  ANTIN_TRY(auto pending, parts_.store->pending(job.id));
  std::int64_t contents_octets = 0;
  for (int tries = 1;; ++tries) {
    if (!pending) {
      ANTIN_TRY(pending, make_signature(job, document, contents_octets));
    }
    const auto kept = read_kept(pending->state);
    // Of a version that did not check: nothing of it was released, and it is made again.
    if (!kept) {
      pending.reset();
      continue;
    }
    auto finished = maker_.complete(kept.value(), {.octets = pending->signature}, document);
    if (finished) return release(job, *pending, document, finished.value());
    if (finished.error().code != Code::kContentsTooSmall || tries == kTries)
      return std::move(finished).error();
    contents_octets = octets_needed(finished.error()) + kSpareOctets * tries;
    pending.reset();
  }
}

Result<cbor::Map> Api::prepare_request(const StoredJob& job, const AgencyKey& key) const {
  const auto options = Json::parse(job.options, nullptr, false);
  if (!options.is_object()) return make_error(Code::kStoreFailed, "options of job " + job.id);
  const auto option = [&](const char* wanted) {
    const auto found = options.find(wanted);
    return found != options.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  cbor::Map request{{"certificate", key.certificate.value()},
                    {"chain", certificates_to_value(key.chain)},
                    {"algorithm", name(key.scheme.algorithm)},
                    {"digest", name(key.scheme.digest)},
                    {"level", option("level")},
                    {"field", option("field")},
                    {"reason", option("reason")},
                    {"location", option("location")},
                    {"check_trust", parts_.config->agency.check_trust},
                    {"accept_unknown_revocation", parts_.config->agency.accept_unknown_revocation}};
  // Of a case: the line that the law wants to be seen; it needs no file beside it.
  if (const auto line = option("line"); !line.empty())
    request.emplace("appearance", cbor::Map{{"toml", line}, {"files", cbor::Array{}}});
  else if (const auto look = parts_.appearances.find(option("appearance"));
           look != parts_.appearances.end())
    request.emplace("appearance", look->second);
  return request;
}

// What completes the signature. It is kept before anything is done with it: whatever happens then,
// the key need not sign the same document again.
Result<std::optional<StoredPending>> Api::make_signature(const StoredJob& job,
                                                         const SharedBytes& document,
                                                         std::int64_t contents_octets) {
  // Whatever it is sealed for, and once more: the decision may have come while it waited.
  ANTIN_CHECK(refuse_recalled(*parts_.store, document.view()));
  ANTIN_TRY(const auto seal, seal_of(*parts_.agency, unit_of(job)));
  ANTIN_TRY(const auto key, seal->key());
  ANTIN_TRY(auto request, prepare_request(job, key));
  if (contents_octets > 0) request.emplace("contents_octets", contents_octets);
  ANTIN_TRY(const auto prepared,
            maker_.prepare(std::move(request), document, key.scheme.digest, key.certificate));
  const auto& checked = prepared.checked;
  // From here on the key holder's journal may have it: it must not be found to be nobody's.
  ANTIN_CHECK(parts_.store->in_transaction([&](Database& database) {
    return audit::expect_signature(database, job.id, sha256({checked.attributes.value()}),
                                   parts_.clock->utc_now());
  }));
  ANTIN_TRY(const auto value, seal->sign(key, checked.attributes));
  const auto now = parts_.clock->utc_now();
  StoredPending pending{
      .job = job.id,
      .state = write_kept(prepared.update.state, checked.ranges, prepared.warnings),
      .signature = value.value(),
      .certificate_sha256 = sha256({key.certificate.value()}),
      .since = now,
      .due = now,
      .tries = 0};
  ANTIN_CHECK(parts_.store->keep_pending(pending));
  parts_.log->write(Log::Level::kInfo, "signature_made", {{"job", job.id}});
  return std::optional(std::move(pending));
}

Result<std::string> Api::release(const StoredJob& job, const StoredPending& made,
                                 const SharedBytes& document,
                                 const SignatureMaker::Finished& finished) {
  ANTIN_TRY(const auto kept, read_kept(made.state));
  const auto& body = finished.body;
  const auto& tail = finished.tail;
  const auto& field = kept.ranges.field;
  const auto& level = finished.level;
  ANTIN_TRY(const auto digest, parts_.store->put_document({document.view(), tail.view()}));

  const auto now = parts_.clock->utc_now();
  StoredSignature signature{.id = new_uuid7(*parts_.clock, *parts_.random),
                            .owner = job.owner,
                            .sha256 = digest,
                            .input_sha256 = job.input_sha256,
                            .size = document.size() + tail.size(),
                            .created = now,
                            .facts = {}};
  const UtcTime signed_at{std::chrono::sys_seconds(std::chrono::seconds(finished.signing_time))};
  const auto self = "/api/v1/signatures/" + signature.id;
  const auto wanted = wanted_level(job).value_or(level);
  auto warnings = warnings_of(cbor::Map{{"warnings", kept.warnings}});
  for (auto& warning : warnings_of(body)) {
    const bool told = std::find(warnings.begin(), warnings.end(), warning) != warnings.end();
    if (!told) warnings.push_back(std::move(warning));
  }
  if (parts_.confinement == WorkerPool::Confinement::kLeftOut)
    warnings.push_back(warning_of(Code::kServiceUnconfined, Severity::kWarning, {}));
  const auto upgrade = upgrade_owed(signature, job.id, level, wanted, body);
  if (upgrade) warnings.push_back(upgrade_queued_warning(level, wanted));
  signature.facts = Json{{"id", signature.id},
                         {"job", job.id},
                         {"sha256", to_hex(digest)},
                         {"size", signature.size},
                         {"input_sha256", to_hex(job.input_sha256)},
                         {"field", field},
                         {"level", level},
                         {"level_wanted", wanted},
                         {"version", 1},
                         {"signing_time", to_rfc3339(signed_at)},
                         {"created", to_rfc3339(now)},
                         {"certificate_sha256", to_hex(made.certificate_sha256)},
                         {"warnings", std::move(warnings)},
                         {"self", self},
                         {"document", self + "/document"}}
                        .dump();
  ANTIN_CHECK(parts_.store->finish_signature(signature, job.id, signature.facts, upgrade));
  // Whatever becomes of that now, the next round takes it up.
  if (upgrade) {
    if (const auto taken = take_up_upgrades(); !taken)
      parts_.log->write(Log::Level::kWarning, "upgrades_not_taken",
                        {{"error", to_log_line(taken.error())}});
  }
  parts_.log->write(Log::Level::kInfo, "signed",
                    {{"job", job.id},
                     {"signature", signature.id},
                     {"owner", job.owner},
                     {"input_sha256", to_hex(job.input_sha256)},
                     {"sha256", to_hex(digest)},
                     {"level", level}});
  return signature.id;
}

}  // namespace antin::service
