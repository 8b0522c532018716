#include "service/worker/worker.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <new>
#include <stdexcept>

#include "certs/ossl/digest.h"
#include "certs/ossl/warm_up.h"
#include "pdf/read/revision.h"
#include "pdf/write/appearance.h"
#include "service/ipc/worker_protocol.h"
#include "service/system/bounds.h"
#include "service/worker/capture.h"
#include "service/worker/compose.h"
#include "service/worker/nursery.h"
#include "verifier/verify_collecting.h"

namespace antin::service::worker {
namespace {

constexpr std::chrono::milliseconds kReplyWithin{60'000};

Result<SharedBytes> document(const Message& request, std::size_t index) {
  if (request.descriptors.size() <= index)
    return make_error(Code::kIpcMalformed, "a document is missing");
  return map_sealed(request.descriptors[index], kMaxDocument);
}

// The worker has no network: antind fetches, and takes the address only from its own settings.
class FetchByMessage final : public HttpFetcher {
 public:
  explicit FetchByMessage(Channel& channel) : channel_(channel) {}
  Result<HttpResponse> fetch(const HttpRequest& request, const FetchLimits& limits) override {
    Message ask;
    ask.type = kFetchTimestamp;
    ask.version = kVersion;
    ask.body = cbor::Map{{"url", request.url},
                         {"content_type", request.content_type},
                         {"body", request.body},
                         {"within_ms", static_cast<std::int64_t>(limits.total_time.count())},
                         {"max", static_cast<std::int64_t>(limits.max_response.value())}};
    ANTIN_TRY(const auto reply, call(channel_, ask, after(limits.total_time + kFetchSlack)));
    HttpResponse response;
    ANTIN_TRY(const auto status, cbor::integer_at(reply.body, "status"));
    ANTIN_TRY(response.content_type, cbor::text_at(reply.body, "content_type"));
    ANTIN_TRY(response.body, cbor::bytes_at(reply.body, "body"));
    response.status = static_cast<int>(status);
    return response;
  }

 private:
  static constexpr std::chrono::milliseconds kFetchSlack{5'000};
  Channel& channel_;
};

}  // namespace

Result<UtcTime> time_at(const cbor::Value& body, const cbor::Key& key) {
  ANTIN_TRY(const auto count, cbor::integer_at(body, key));
  // Years 1970 to 9999.
  if (count < 0 || count > 253'402'300'799)
    return make_error(Code::kIpcMalformed, "an instant out of range");
  return UtcTime(std::chrono::sys_seconds(std::chrono::seconds(count)));
}

namespace {

Result<certs::OnlineOptions> read_online(const cbor::Value& body) {
  certs::OnlineOptions options;
  ANTIN_TRY(const auto issuers, cbor::boolean_at(body, "aia"));
  ANTIN_TRY(const auto one, cbor::integer_at(body, "per_fetch_ms"));
  ANTIN_TRY(const auto all, cbor::integer_at(body, "total_ms"));
  if (one < 1 || one > 600'000 || all < 1 || all > 600'000)
    return make_error(Code::kIpcMalformed, "times of online");
  if (issuers) options.issuers = certs::OnlineOptions::MissingIssuers::kFetch;
  options.per_fetch = std::chrono::milliseconds(one);
  options.total = std::chrono::milliseconds(all);
  return options;
}

}  // namespace

void warm_up() {
  static_cast<void>(ossl::sha256({}));
  pdf::load_fonts();
}

Result<const Settings*> Worker::settings() const {
  if (!settings_) return make_error(Code::kIpcUnexpected, "not configured yet");
  return &*settings_;
}

std::vector<Route> Worker::routes() {
  const auto to = [this](Result<Message> (Worker::*member)(Message&)) {
    return [this, member](Message& request) -> Result<Message> {
      // Foreign octets can ask for more memory than there is; anything else that is thrown is a
      // defect, and the process ends: it is replaced.
      try {
        return (this->*member)(request);
      } catch (const std::bad_alloc&) {
        return make_error(Code::kResourceLimit, "out of memory");
      } catch (const std::length_error&) {
        return make_error(Code::kResourceLimit, "length out of range");
      }
    };
  };
  return {
      {kConfigure, kVersion, to(&Worker::configure)},   {kVerify, kVersion, to(&Worker::verify)},
      {kInspect, kVersion, to(&Worker::inspect)},       {kPrepare, kVersion, to(&Worker::prepare)},
      {kComplete, kVersion, to(&Worker::complete)},     {kCompare, kVersion, to(&Worker::compare)},
      {kExtend, kVersion, to(&Worker::extend)},         {kCheckAdded, kVersion, to(&Worker::check)},
      {kCapture, kVersion, to(&Worker::capture)},       {kCompose, kVersion, to(&Worker::compose)},
      {kCheckLogin, kVersion, to(&Worker::check_login)}};
}

Status Worker::run() {
  return serve(channel_, routes(), kReplyWithin);
}

Status Worker::run_nursery() {
  // Once here, and not in every copy.
  ossl::warm_up();
  const auto doubling = standing_.confinement ? Doubling::kConfined : Doubling::kUnconfined;
  return serve(channel_,
               {{kConfigure, kVersion, [this](Message& request) { return configure(request); }},
                {kDouble, kVersion,
                 [this, doubling](Message& request) {
                   return double_for(request, channel_, doubling, [this] { return run(); });
                 }}},
               kReplyWithin);
}

Result<Message> Worker::configure(Message& request) {
  if (settings_) return make_error(Code::kIpcUnexpected, "configured already");
  ANTIN_TRY(const auto octets, document(request, 0));
  cbor::Limits limits;
  limits.octets = std::size_t{1} << 30U;
  ANTIN_TRY(const auto body, cbor::decode(octets.view(), limits));
  Settings settings;
  std::vector<certs::TrustFile> files;
  ANTIN_TRY(const auto trust, cbor::array_at(body, "trust"));
  for (const auto& file : trust) {
    ANTIN_TRY(auto file_name, cbor::text_at(file, "name"));
    ANTIN_TRY(auto content, cbor::bytes_at(file, "octets"));
    files.push_back({std::move(file_name), std::move(content)});
  }
  ANTIN_TRY(const auto test_pki, cbor::boolean_at(body, "allow_test_pki"));
  ANTIN_TRY(settings.trust, certs::load_trust_store(files, test_pki ? certs::TestPki::kAllow
                                                                    : certs::TestPki::kRefuse));
  ANTIN_TRY(const auto crls, cbor::array_at(body, "crls"));
  for (const auto& crl : crls) {
    if (crl.bytes() == nullptr) return make_error(Code::kIpcMalformed, "a CRL is not octets");
    ANTIN_TRY(auto read, certs::Crl::from_bytes(*crl.bytes()));
    settings.crls.push_back(std::move(read));
  }
  ANTIN_TRY(const auto policy, cbor::text_at(body, "policy"));
  if (!policy.empty()) {
    ANTIN_TRY(settings.policy, verifier::read_policy(policy));
  }
  if (const auto* units = body.find("units"); units != nullptr && units->text() != nullptr) {
    ANTIN_TRY(settings.policy.signers.units, verifier::UnitTable::read(*units->text()));
  }
  ANTIN_TRY(const auto urls, cbor::array_at(body, "tsa"));
  for (const auto& url : urls) {
    if (url.text() == nullptr) return make_error(Code::kIpcMalformed, "a URL is not text");
    settings.tsa_urls.push_back(*url.text());
  }
  if (const auto* online = body.find("online"); online != nullptr) {
    ANTIN_TRY(settings.online, read_online(*online));
    evidence_ = std::make_unique<EvidenceByMessage>(channel_, random_, *settings.online);
  }
  const auto& confinement = standing_.confinement;
  Message reply;
  cbor::Map standing{
      {"anchors", static_cast<std::int64_t>(settings.trust.anchors.size())},
      {"intermediates", static_cast<std::int64_t>(settings.trust.intermediates.size())},
      {"confined", confinement.has_value()},
      {"landlock", confinement ? confinement->landlock : 0},
      {"own_network", confinement && confinement->own_network}};
  settings_ = std::move(settings);
  standing.emplace("address_space",
                   static_cast<std::int64_t>(address_space_in(standing_.statm.get())));
  standing_.statm.reset();
  reply.body = std::move(standing);
  return reply;
}

// Whatever the verdict: whoever reads the report must know how it was made.
void Worker::note_development(Findings& findings) const {
  if (standing_.for_development)
    findings.push_back({Code::kServiceUnconfined, Severity::kWarning, {}, {}});
}

Result<Message> Worker::verify(Message& request) {
  ANTIN_TRY(const auto* settings, this->settings());
  ANTIN_TRY(const auto octets, document(request, 0));
  ANTIN_TRY(auto file, cbor::text_at(request.body, "name"));
  ANTIN_TRY(auto password, cbor::text_at(request.body, "password"));
  ANTIN_TRY(const auto profile, cbor::text_at(request.body, "profile"));
  ANTIN_TRY(const auto format, cbor::text_at(request.body, "format"));
  ANTIN_TRY(const auto language, cbor::text_at(request.body, "lang"));
  ANTIN_TRY(const auto at, time_at(request.body, "at"));
  verifier::Input input{.name = std::move(file),
                        .document = octets,
                        .password = std::move(password),
                        .trust = &settings->trust,
                        .crls = settings->crls,
                        .policy = settings->policy,
                        .at = at};
  if (!profile.empty()) {
    const auto named = verifier::profile_named(profile);
    if (!named) return make_error(Code::kIpcMalformed, "profile");
    input.policy.profile = *named;
  }
  ANTIN_TRY(auto report, judge(input, request));
  // Where the visitor of a page named the entry, its pages are looked at.
  if (format == "page" && request.descriptors.size() > 1) {
    ANTIN_TRY(const auto draw_ms, cbor::integer_at(request.body, "draw_ms"));
    ANTIN_TRY(auto original, map_sealed(request.descriptors[1], kMaxDocument));
    report.comparison = compare_for_strangers(
        {.copy = octets,
         .original = std::move(original),
         .password = input.password,
         .at = at,
         .draw_within = std::chrono::milliseconds(std::clamp<std::int64_t>(draw_ms, 0, 3'600'000)),
         .pictures = 2},
        *settings, channel_);
  }
  ANTIN_CHECK(hold_against_register(input, request, report));
  note_development(report.findings);
  Message reply;
  reply.body = cbor::Map{{"report", verifier::to_json(report)},
                         {"exit_code", verifier::exit_code(report.verdict)}};
  // A page wants the sheet's words, and the sheet itself to take away.
  using Forms = std::vector<std::string>;
  for (const auto& form : format == "json"   ? Forms{}
                          : format == "page" ? Forms{"sheet", "pdf"}
                                             : Forms{format}) {
    ANTIN_TRY(const auto rendered, render_report(report, form, language));
    ANTIN_TRY(auto memfd, sealed_memfd("antin-report", {rendered}));
    reply.descriptors.push_back(std::move(memfd));
  }
  return reply;
}

// With what the document does not carry and the settings do not have.
Result<verifier::Report> Worker::judge(verifier::Input input, const Message& request) {
  if (!evidence_) return verifier::verify(input);
  ANTIN_TRY(const auto now, time_at(request.body, "now"));
  Findings notes;
  ANTIN_TRY(auto report, verifier::verify_collecting(std::move(input), [&](const auto& wanted) {
              auto found = evidence_->collect(wanted, now);
              notes = std::move(found.findings);
              return std::move(found.evidence);
            }));
  std::move(notes.begin(), notes.end(), std::back_inserter(report.findings));
  return report;
}

Result<Message> Worker::inspect(Message& request) {
  ANTIN_TRY(const auto* settings, this->settings());
  ANTIN_TRY(const auto octets, document(request, 0));
  ANTIN_TRY(const auto at, time_at(request.body, "at"));
  ANTIN_TRY(const auto map, pdf::read_revisions(octets.view(), settings->policy.limits));
  cbor::Array revisions;
  for (const auto& revision : map.revisions) {
    revisions.push_back(cbor::Map{{"end", static_cast<std::int64_t>(revision.end)},
                                  {"sha256", ossl::sha256(octets.view().first(revision.end))}});
  }
  Message reply;
  cbor::Map body{{"revisions", std::move(revisions)}};
  describe_signed(octets, *settings, at, body);
  reply.body = std::move(body);
  return reply;
}

Result<Message> Worker::compare(Message& request) {
  ANTIN_TRY(const auto* settings, this->settings());
  ANTIN_TRY(auto copy, document(request, 0));
  ANTIN_TRY(auto original, document(request, 1));
  ANTIN_TRY(const auto at, time_at(request.body, "at"));
  ANTIN_TRY(auto password, cbor::text_at(request.body, "password"));
  ANTIN_TRY(const auto draw_ms, cbor::integer_at(request.body, "draw_ms"));
  ANTIN_TRY(const auto pictures, cbor::integer_at(request.body, "pictures"));
  if (draw_ms < 0 || draw_ms > 3'600'000 || pictures < 0 || pictures > 100)
    return make_error(Code::kIpcMalformed, "limits of a comparison");
  ANTIN_TRY(auto report, compare_documents({.copy = copy,
                                            .original = original,
                                            .password = std::move(password),
                                            .at = at,
                                            .draw_within = std::chrono::milliseconds(draw_ms),
                                            .pictures = static_cast<std::size_t>(pictures)},
                                           *settings, channel_));
  ANTIN_CHECK(judge_entry(copy, original, *settings, request.body, report));
  note_development(report.findings);
  // Pictures may be larger than a message.
  ANTIN_TRY(auto memfd, sealed_memfd("antin-report", {as_bytes(verifier::to_json(report))}));
  Message reply;
  reply.body = cbor::Map{{"exit_code", verifier::exit_code(report.comparison->result)}};
  reply.descriptors.push_back(std::move(memfd));
  return reply;
}

namespace {

Result<Message> with_tail(Completed completed) {
  ANTIN_TRY(auto tail, sealed_memfd("antin-tail", {completed.tail}));
  Message reply;
  reply.body = std::move(completed.body);
  reply.descriptors.push_back(std::move(tail));
  return reply;
}

}  // namespace

Result<Message> Worker::prepare(Message& request) {
  ANTIN_TRY(const auto* settings, this->settings());
  ANTIN_TRY(const auto octets, document(request, 0));
  ANTIN_TRY(auto prepared,
            prepare_document(request.body, octets, *settings, random_, evidence_.get()));
  return with_tail(std::move(prepared));
}

Result<Message> Worker::check(Message& request) {
  ANTIN_TRY(const auto* settings, this->settings());
  ANTIN_TRY(const auto before, document(request, 0));
  ANTIN_TRY(const auto tail, document(request, 1));
  ANTIN_TRY(const auto what, cbor::text_at(request.body, "what"));
  const auto whole = joined(before, tail.view());
  if (what == "finished") {
    ANTIN_CHECK(check_finished(request.body, whole, *settings));
  } else {
    ANTIN_CHECK(check_added(request.body, whole, settings->policy.limits));
  }
  Message reply;
  reply.body = cbor::Map{};
  return reply;
}

Result<Message> Worker::capture(Message& request) {
  ANTIN_TRY(const auto* settings, this->settings());
  ANTIN_TRY(const auto files, document(request, 0));
  return capture_files(request.body, files, settings->policy.limits);
}

Result<Message> Worker::compose(Message& request) {
  ANTIN_TRY(const auto* settings, this->settings());
  return worker::compose(request, settings->policy.limits, random_, channel_);
}

Result<Message> Worker::check_login(Message& request) {
  ANTIN_TRY(const auto* settings, this->settings());
  ANTIN_CHECK(judge_login(request.body, *settings, evidence_.get()));
  Message reply;
  reply.body = cbor::Map{};
  return reply;
}

Result<Message> Worker::complete(Message& request) {
  ANTIN_TRY(const auto* settings, this->settings());
  ANTIN_TRY(const auto octets, document(request, 0));
  FetchByMessage fetcher(channel_);
  ANTIN_TRY(auto completed, complete_document(request.body, octets,
                                              {.settings = *settings,
                                               .random = random_,
                                               .fetcher = fetcher,
                                               .health = tsa_health_,
                                               .evidence = evidence_.get()}));
  return with_tail(std::move(completed));
}

Result<Message> Worker::extend(Message& request) {
  ANTIN_TRY(const auto* settings, this->settings());
  ANTIN_TRY(const auto octets, document(request, 0));
  FetchByMessage fetcher(channel_);
  ANTIN_TRY(auto extended, extend_document(request.body, octets,
                                           {.settings = *settings,
                                            .random = random_,
                                            .fetcher = fetcher,
                                            .health = tsa_health_,
                                            .evidence = evidence_.get()}));
  return with_tail(std::move(extended));
}

}  // namespace antin::service::worker
