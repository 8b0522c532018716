#include <algorithm>
#include <thread>

#include "pdf/write/appearance.h"
#include "service/worker/worker.h"
#include "signer/extend.h"
#include "signer/pades.h"
#include "signer/tsa_client.h"

namespace antin::service::worker {
namespace {

// The worker's "now" is the instant that antind names, so that a repeated request gives the same.
class GivenClock final : public Clock {
 public:
  explicit GivenClock(UtcTime now) : now_(now) {}
  UtcTime utc_now() const override { return now_; }
  std::chrono::steady_clock::time_point ticks() const override {
    return std::chrono::steady_clock::now();
  }

 private:
  UtcTime now_;
};

// The same at the start, and going on from there: a timestamp server may take its minutes, and the
// time it states is held against ours.
class RunningClock final : public Clock {
 public:
  explicit RunningClock(UtcTime start) : start_(start), started_(ticks()) {}
  UtcTime utc_now() const override {
    return UtcTime{start_.since_epoch() +
                   std::chrono::duration_cast<std::chrono::seconds>(ticks() - started_)};
  }
  std::chrono::steady_clock::time_point ticks() const override {
    return std::chrono::steady_clock::now();
  }

 private:
  UtcTime start_;
  std::chrono::steady_clock::time_point started_;
};

// Revocation data by way of antind, as the signer asks for it.
class SignerEvidence final : public certs::EvidenceSource {
 public:
  SignerEvidence(EvidenceByMessage& messages, const Clock& clock)
      : messages_(messages), clock_(clock) {}
  certs::EvidenceFound collect(const certs::EvidenceWanted& wanted) override {
    return messages_.collect(wanted, clock_.utc_now());
  }

 private:
  EvidenceByMessage& messages_;
  const Clock& clock_;
};

// Clock, timestamps and evidence of one request.
class RequestEnvironment {
 public:
  RequestEnvironment(UtcTime now, const Surroundings& surroundings)
      : clock_(now),
        random_(surroundings.random),
        tsa_(options(surroundings), surroundings.fetcher, surroundings.random,
             [](std::chrono::milliseconds span) { std::this_thread::sleep_for(span); }),
        has_tsa_(!surroundings.settings.tsa_urls.empty()) {
    if (surroundings.evidence != nullptr) evidence_.emplace(*surroundings.evidence, clock_);
  }
  signer::Environment view() {
    return {.clock = &clock_,
            .random = &random_,
            .timestamps = has_tsa_ ? &tsa_ : nullptr,
            .evidence = evidence_ ? &*evidence_ : nullptr};
  }

 private:
  static signer::TsaOptions options(const Surroundings& surroundings) {
    signer::TsaOptions options;
    options.urls = surroundings.settings.tsa_urls;
    options.trust = &surroundings.settings.trust;
    options.crls = surroundings.settings.crls;
    options.health = &surroundings.health;
    return options;
  }

  RunningClock clock_;
  RandomSource& random_;
  signer::TsaClient tsa_;
  bool has_tsa_;
  std::optional<SignerEvidence> evidence_;
};

signer::ProofMaterial proof_of(const Settings& settings) {
  return {
      .trust = &settings.trust, .crls = settings.crls, .algorithms = settings.policy.algorithms};
}

Result<std::string> optional_text(const cbor::Value& body, const char* key) {
  if (body.find(key) == nullptr) return std::string();
  return cbor::text_at(body, key);
}

Result<signer::Level> level_at(const cbor::Value& body) {
  ANTIN_TRY(const auto text, cbor::text_at(body, "level"));
  const auto level = signer::level_named(text);
  if (!level) return make_error(Code::kIpcMalformed, "level " + text);
  return *level;
}

}  // namespace

Result<SignatureScheme> scheme_at(const cbor::Value& body) {
  ANTIN_TRY(const auto algorithm, cbor::text_at(body, "algorithm"));
  ANTIN_TRY(const auto digest, cbor::text_at(body, "digest"));
  for (const auto a :
       {SignatureAlgorithm::kRsaPkcs1, SignatureAlgorithm::kRsaPss, SignatureAlgorithm::kEcdsa}) {
    for (const auto d :
         {DigestAlgorithm::kSha256, DigestAlgorithm::kSha384, DigestAlgorithm::kSha512}) {
      if (antin::name(a) == algorithm && antin::name(d) == digest) return SignatureScheme{a, d};
    }
  }
  return make_error(Code::kIpcMalformed, "scheme " + algorithm + " " + digest);
}

Result<std::vector<certs::Certificate>> chain_at(const cbor::Value& body) {
  ANTIN_TRY(const auto items, cbor::array_at(body, "chain"));
  std::vector<certs::Certificate> chain;
  for (const auto& item : items) {
    if (item.bytes() == nullptr) return make_error(Code::kIpcMalformed, "chain");
    ANTIN_TRY(auto link, certs::Certificate::from_der(*item.bytes()));
    chain.push_back(std::move(link));
  }
  return chain;
}

namespace {

Result<pdf::Appearance> read_look(const cbor::Value& look) {
  ANTIN_TRY(const auto toml, cbor::text_at(look, "toml"));
  ANTIN_TRY(const auto files, cbor::array_at(look, "files"));
  const auto load = [&](const std::string& wanted) -> Result<Bytes> {
    for (const auto& file : files) {
      ANTIN_TRY(const auto file_name, cbor::text_at(file, "name"));
      if (file_name == wanted) return cbor::bytes_at(file, "octets");
    }
    return make_error(Code::kFileUnreadable, wanted, {{"file", wanted}});
  };
  return pdf::read_appearance(toml, load);
}

}  // namespace

cbor::Array findings_to_value(const Findings& findings) {
  cbor::Array out;
  for (const auto& finding : findings) {
    cbor::Map entry{{"code", std::string(info(finding.code).name)},
                    {"severity", antin::name(finding.severity)},
                    {"vi", sentence(finding.code, Language::kVietnamese, finding.params)},
                    {"en", sentence(finding.code, Language::kEnglish, finding.params)}};
    out.push_back(std::move(entry));
  }
  return out;
}

namespace {

Result<verifier::Report> judge(const SharedBytes& document, const std::string& password,
                               const Settings& settings, UtcTime at) {
  auto policy = settings.policy;
  policy.report_hazards.reset();  // the signer looks more closely
  return verifier::verify({.name = "document",
                           .document = document,
                           .password = password,
                           .trust = &settings.trust,
                           .crls = settings.crls,
                           .policy = std::move(policy),
                           .at = at});
}

Result<signer::SignRequest> read_request(const cbor::Value& body, const SharedBytes& document,
                                         const Settings& settings) {
  ANTIN_TRY(const auto der, cbor::bytes_at(body, "certificate"));
  ANTIN_TRY(auto certificate, certs::Certificate::from_der(der));
  ANTIN_TRY(const auto scheme, scheme_at(body));
  ANTIN_TRY(const auto level, level_at(body));
  ANTIN_TRY(const auto check_trust, cbor::boolean_at(body, "check_trust"));
  ANTIN_TRY(const auto accept_unknown, cbor::boolean_at(body, "accept_unknown_revocation"));
  signer::SignRequest request{.document = document,
                              .document_name = {},
                              .password = {},
                              .update = {},
                              .certificate = certificate,
                              .chain = {},
                              .scheme = scheme,
                              .level = level,
                              .without_timestamp = signer::WithoutTimestamp::kFail,
                              .cms_signing_time = false,
                              .check = {.trust = check_trust ? &settings.trust : nullptr,
                                        .crls = settings.crls,
                                        .accept_unknown_revocation = accept_unknown,
                                        .purpose = certs::Purpose::kSeal,
                                        .earlier = {}},
                              .hygiene = settings.policy.hygiene};
  ANTIN_TRY(request.chain, chain_at(body));
  ANTIN_TRY(request.password, optional_text(body, "password"));
  ANTIN_TRY(request.update.field, optional_text(body, "field"));
  ANTIN_TRY(request.update.reason, optional_text(body, "reason"));
  ANTIN_TRY(request.update.location, optional_text(body, "location"));
  if (body.find("contents_octets") != nullptr) {
    ANTIN_TRY(const auto octets, cbor::integer_at(body, "contents_octets"));
    if (octets < 0 || octets > std::int64_t{16} << 20U)
      return make_error(Code::kIpcMalformed, "contents_octets");
    request.update.contents_octets =
        std::max(request.update.contents_octets, static_cast<std::size_t>(octets));
  }
  ANTIN_TRY(const auto role, optional_text(body, "role"));
  if (!role.empty() && role != "person") return make_error(Code::kIpcMalformed, "role " + role);
  request.update.role = role.empty() ? "agency" : role;
  request.check.purpose = role.empty() ? certs::Purpose::kSeal : certs::Purpose::kSign;
  request.update.signer_name = certificate.subject_common_name();
  if (const auto* look = body.find("appearance")) {
    ANTIN_TRY(request.update.appearance, read_look(*look));
    ANTIN_TRY(const auto now, time_at(body, "now"));
    // An agency's certificate names the agency itself, often in the common name alone.
    auto organization = certificate.subject_organization();
    if (organization.empty()) organization = certificate.subject_common_name();
    request.update.facts = pdf::StampFacts{.signer = certificate.subject_common_name(),
                                           .organization = organization,
                                           .title = {},
                                           .reason = request.update.reason,
                                           .location = request.update.location,
                                           .signing_time = now};
  }
  return request;
}

}  // namespace

void collect_status(EvidenceByMessage& evidence, UtcTime now, const certs::Certificate& certificate,
                    const std::vector<certs::Certificate>& chain, signer::CertificateCheck& check) {
  if (check.trust == nullptr) return;
  const auto found =
      evidence.collect({.leaves = {{.certificate = certificate, .purpose = check.purpose}},
                        .at_hand = {.certificates = chain, .crls = check.crls, .ocsp = {}},
                        .trust = check.trust,
                        .at = now,
                        .issued_after = std::nullopt},
                       now);
  check.crls.insert(check.crls.end(), found.evidence.crls.begin(), found.evidence.crls.end());
  check.ocsp.insert(check.ocsp.end(), found.evidence.ocsp.begin(), found.evidence.ocsp.end());
}

SharedBytes joined(const SharedBytes& document, ByteView tail) {
  Bytes whole;
  whole.reserve(document.size() + tail.size());
  whole.insert(whole.end(), document.view().begin(), document.view().end());
  whole.insert(whole.end(), tail.begin(), tail.end());
  return SharedBytes(std::move(whole));
}

Result<Completed> prepare_document(const cbor::Value& body, const SharedBytes& document,
                                   const Settings& settings, RandomSource& random,
                                   EvidenceByMessage* evidence) {
  ANTIN_TRY(const auto now, time_at(body, "now"));
  ANTIN_TRY(auto request, read_request(body, document, settings));
  if (evidence != nullptr && request.check.purpose == certs::Purpose::kSign)
    collect_status(*evidence, now, request.certificate, request.chain, request.check);
  ANTIN_TRY(const auto before, judge(document, request.password, settings, now));
  if (before.verdict == verifier::Verdict::kInvalid)
    return make_error(Code::kInputSignatureBroken, "the document is INVALID as it came");
  const GivenClock clock(now);
  ANTIN_TRY(auto prepared,
            signer::prepare(request, {.clock = &clock, .random = &random, .timestamps = nullptr}));
  cbor::Array range;
  for (const auto number : prepared.byte_range)
    range.emplace_back(static_cast<std::int64_t>(number));
  return Completed{.body = cbor::Map{{"state", std::move(prepared.state)},
                                     {"attributes", prepared.to_be_signed.value()},
                                     {"byte_range", std::move(range)},
                                     {"field", prepared.field},
                                     {"warnings", findings_to_value(prepared.warnings)}},
                   .tail = std::move(prepared.tail)};
}

Result<Completed> complete_document(const cbor::Value& body, const SharedBytes& document,
                                    const Surroundings& surroundings) {
  const auto& settings = surroundings.settings;
  ANTIN_TRY(const auto now, time_at(body, "now"));
  ANTIN_TRY(const auto state, cbor::bytes_at(body, "state"));
  const bool cms = body.find("cms") != nullptr;
  ANTIN_TRY(auto value, cbor::bytes_at(body, cms ? "cms" : "signature"));
  ANTIN_TRY(const auto password, optional_text(body, "password"));
  RequestEnvironment environment(now, surroundings);
  signer::OutsideSignature made;
  if (cms)
    made.cms = std::move(value);
  else
    made.raw = SignatureValue(std::move(value));
  ANTIN_TRY(const auto signed_document,
            signer::complete(state, document, made, environment.view(),
                             {.password = password, .proof = proof_of(settings)}));
  ANTIN_TRY(const auto report,
            judge(joined(document, signed_document.tail), password, settings, now));
  if (report.verdict == verifier::Verdict::kInvalid)
    return make_error(Code::kOutputWouldBeInvalid, "our own output is INVALID");
  return Completed{
      .body = cbor::Map{{"field", signed_document.field},
                        {"level", signer::name(signed_document.level_reached)},
                        {"signing_time",
                         signed_document.signing_time.since_epoch().time_since_epoch().count()},
                        {"verdict_exit_code", verifier::exit_code(report.verdict)},
                        {"warnings", findings_to_value(signed_document.warnings)}},
      .tail = signed_document.tail};
}

Result<Completed> extend_document(const cbor::Value& body, const SharedBytes& document,
                                  const Surroundings& surroundings) {
  const auto& settings = surroundings.settings;
  ANTIN_TRY(const auto now, time_at(body, "now"));
  ANTIN_TRY(const auto level, level_at(body));
  ANTIN_TRY(const auto renew, cbor::boolean_at(body, "renew"));
  ANTIN_TRY(const auto password, optional_text(body, "password"));
  ANTIN_TRY(const auto before, judge(document, password, settings, now));
  if (before.verdict == verifier::Verdict::kInvalid)
    return make_error(Code::kExtendInputBroken, "the document is INVALID as it came");
  RequestEnvironment environment(now, surroundings);
  ANTIN_TRY(const auto extended, signer::extend({.document = document,
                                                 .password = password,
                                                 .target = level,
                                                 .proof = proof_of(settings),
                                                 .renewal = renew ? signer::Renewal::kAlways
                                                                  : signer::Renewal::kWhenDue},
                                                environment.view()));
  auto exit_code = verifier::exit_code(before.verdict);
  if (!extended.tail.empty()) {
    ANTIN_TRY(const auto after, judge(joined(document, extended.tail), password, settings, now));
    if (after.verdict == verifier::Verdict::kInvalid)
      return make_error(Code::kExtendWouldBreak, "our own output is INVALID");
    exit_code = verifier::exit_code(after.verdict);
  }
  cbor::Array fields;
  for (const auto& field : extended.fields)
    fields.push_back(cbor::Map{{"field", field.field}, {"level", signer::name(field.level)}});
  return Completed{.body = cbor::Map{{"level", signer::name(extended.level_reached)},
                                     {"fields", std::move(fields)},
                                     {"verdict_exit_code", exit_code},
                                     {"warnings", findings_to_value(extended.warnings)}},
                   .tail = extended.tail};
}

}  // namespace antin::service::worker
