#include "service/antind/api.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "service/antind/assets.h"
#include "service/antind/certificate_login.h"
#include "service/antind/front.h"
#include "service/antind/multipart.h"
#include "service/antind/problem.h"
#include "service/http/http_parser.h"
#include "service/ipc/utf8.h"
#include "service/system/real.h"

namespace antin::service {
namespace {

constexpr std::size_t kDiskThreads = 2;
constexpr std::size_t kDiskQueue = 256;
// Upgrades can wait: however many are due, they keep one of the workers that sign busy.
constexpr std::size_t kUpgradeThreads = 1;
// Each looks at a password with 32 MiB of memory.
constexpr std::size_t kPasswordThreads = 2, kPasswordQueue = 32;

// The list of codes comes from the catalogue, so that it cannot lag behind.
std::string complete_openapi() {
  auto document = nlohmann::ordered_json::parse(assets::openapi_json());
  auto& codes = document["components"]["schemas"]["ProblemCode"]["enum"];
  codes = nlohmann::ordered_json::array();
  for (const auto& row : all_codes()) {
    if (row.http_status != 0) codes.push_back(row.name);
  }
  return document.dump(1);
}

template <class List>
bool contains(const List& list, std::string_view wanted) {
  return std::find(list.begin(), list.end(), wanted) != list.end();
}

}  // namespace

std::string_view media_type(const RequestHead& head) {
  const auto value = head.value("content-type");
  auto type = value.substr(0, std::min(value.find(';'), value.size()));
  while (!type.empty() && (type.back() == ' ' || type.back() == '\t')) type.remove_suffix(1);
  return type;
}

Response json_response(int status, std::string_view body) {
  return Response::text(status, "application/json", body);
}

Api::Api(ApiParts parts)
    : parts_(std::move(parts)),
      openapi_(complete_openapi()),
      node_(to_hex(SystemRandom().bytes(8))),
      gate_(gate_of(*parts_.config)),
      rates_(gate_.rates),
      maker_({.workers = parts_.sign_workers,
              .checkers = parts_.check_workers,
              .clock = parts_.clock,
              .within = parts_.config->agency.within}),
      casework_(casework_parts()),
      deliveries_({.store = parts_.store,
                   .tables = parts_.tables,
                   .clock = parts_.clock,
                   .log = parts_.log,
                   .nudge = parts_.nudge_outbox}),
      digitise_(digitise_parts()),
      disk_("disk", kDiskThreads, kDiskQueue),
      verify_("verify", parts_.config->verify.workers, parts_.config->verify.queue),
      sign_("sign", parts_.config->agency.workers, parts_.config->agency.queue),
      upgrade_("upgrade", kUpgradeThreads, parts_.config->agency.queue),
      password_("password", kPasswordThreads, kPasswordQueue),
      signing_(
          {.store = parts_.store,
           .maker = parts_.office != nullptr && parts_.sign_workers != nullptr ? &maker_ : nullptr,
           .casework = &casework_,
           .config = parts_.config,
           .pictures = &parts_.signatures,
           .log = parts_.log,
           .clock = parts_.clock,
           .random = parts_.random}),
      uploads_({.store = parts_.store,
                .casework = parts_.office != nullptr ? &casework_ : nullptr,
                .log = parts_.log,
                .clock = parts_.clock,
                .random = parts_.random}),
      admin_(admin_parts()) {
  if (parts_.sessions == nullptr) return;
  accounts_.emplace(AccountsApi::Parts{
      .store = parts_.store,
      .ring = parts_.sessions,
      .tables = parts_.tables,
      .log = parts_.log,
      .clock = parts_.clock,
      .random = parts_.random,
      .soon = [this](std::function<void()> work) { disk_.submit_anyway(std::move(work)); }});
}

AdminApi::Parts Api::admin_parts() {
  const auto queues = [this] {
    std::vector<AdminApi::Queue> all;
    for (const Pool* pool : {&std::as_const(disk_), &std::as_const(verify_), &std::as_const(sign_),
                             &std::as_const(upgrade_), &std::as_const(password_), &signing_.pool()})
      all.push_back({pool->name(), pool->waiting(), pool->running()});
    return all;
  };
  return {.store = parts_.store,
          .config = parts_.config,
          .tables = parts_.tables,
          .sources = parts_.admin,
          .agency = parts_.agency,
          .workers = parts_.verify_workers,
          .metrics = parts_.metrics,
          .clock = parts_.clock,
          .queues = queues};
}

void Api::stop() {
  stopping_ = true;
  for (auto* workers : {parts_.verify_workers, parts_.sign_workers}) {
    if (workers != nullptr) workers->stop();
  }
  later_.stop();
  disk_.stop();
  verify_.stop();
  sign_.stop();
  upgrade_.stop();
  password_.stop();
  signing_.stop();
  keep_uses();
}

void Api::handle(Request request, Responder responder) {
  auto work = std::make_shared<Work>();
  auto matched = match_route(request.head.method, request.head.path);
  const auto id = request.id;
  if (matched.row == nullptr) {
    responder.answer(told(request.head, make_error(Code::kHttpNotFound, "path"), id));
    return;
  }
  auto caller = authenticate(request.head, request.peer, *matched.row);
  if (!caller) {
    responder.answer(told(request.head, caller.error(), id));
    return;
  }
  work->request = std::move(request);
  work->caller = std::move(caller).value();
  work->resource = std::move(matched.id);
  work->row = matched.row;
  bool taken = true;
  switch (matched.row->queue) {
    case Queue::kInline:
      responder.answer(inline_answer(*work));
      return;
    case Queue::kDisk:
      // Refused before anything is kept, so that the same request can be sent again.
      if (matched.row->operation == Operation::kSign &&
          sign_.waiting() >= parts_.config->agency.queue) {
        taken = false;
        break;
      }
      taken = disk_.submit([this, work, responder] { run(work, responder); });
      break;
    case Queue::kPassword:
      taken = password_.submit([this, work, responder] { run(work, responder); });
      break;
    case Queue::kVerify:
      taken = verify_.submit([this, work, responder] { run(work, responder); });
      break;
  }
  if (!taken)
    responder.answer(
        told(in_the_forms_language(work->request), make_error(Code::kHttpBusy, "queue full"), id));
}

std::string_view Api::signing_state() const {
  if (parts_.agency == nullptr) return "off";
  return parts_.agency->reachable() ? "ready" : "unreachable";
}

Response Api::inline_answer(const Work& work) {
  const auto& id = work.request.id;
  switch (work.row->operation) {
    case Operation::kIndex:
      return front_page(work);
    case Operation::kStaff:
      return pages_.staff(work.request.head);
    case Operation::kWebFile:
      return pages_.file(work.request.head, work.resource, id);
    case Operation::kCspReports:
      return csp_reports(work);
    case Operation::kOpenApi:
      return json_response(200, openapi_);
    case Operation::kHealth:
      return json_response(200, R"({"status":"alive"})");
    case Operation::kReady:
      if (parts_.verify_workers->ready() == 0 ||
          (parts_.sign_workers != nullptr && parts_.sign_workers->ready() == 0))
        return problem(make_error(Code::kHttpBusy, "no worker ready"), id);
      return json_response(200, R"({"status":"ready","signing":")" + std::string{signing_state()} +
                                    '"' +
                                    (parts_.confinement == WorkerPool::Confinement::kLeftOut
                                         ? R"(,"warnings":["service.unconfined"]})"
                                         : "}"));
    case Operation::kMetrics: {
      for (const Pool* pool :
           {&std::as_const(disk_), &std::as_const(verify_), &std::as_const(sign_),
            &std::as_const(upgrade_), &std::as_const(password_), &signing_.pool()}) {
        const auto label = "queue=\"" + pool->name() + "\"";
        parts_.metrics->gauge("antin_queue_waiting", label, static_cast<double>(pool->waiting()));
        parts_.metrics->gauge("antin_queue_running", label, static_cast<double>(pool->running()));
      }
      parts_.metrics->gauge("antin_upgrades_queued", "",
                            static_cast<double>(upgrades_queued_.load()));
      return Response::text(200, "text/plain; version=0.0.4; charset=utf-8",
                            parts_.metrics->text());
    }
    default:
      return problem(make_error(Code::kInternal, "not an inline operation"), id);
  }
}

void Api::run(const Shared& work, const Responder& responder) {
  const auto& id = work->request.id;
  bool later = false;
  auto answer = [&]() -> Result<Response> {
    switch (work->row->operation) {
      case Operation::kVerify:
        later = true;
        run_or_turn_into_job(work, responder, &Api::verify);
        return Response{};
      case Operation::kCompare:
        later = true;
        run_or_turn_into_job(work, responder, &Api::compare);
        return Response{};
      case Operation::kCheck:
        later = true;
        run_or_turn_into_job(work, responder, &Api::check);
        return Response{};
      case Operation::kCheckPage:
        return check_page(*work);
      case Operation::kCheckJob:
        return check_job(*work);
      case Operation::kStoreOriginal:
        return store_original(*work);
      case Operation::kFindOriginals:
        return find_originals(*work);
      case Operation::kOriginal:
        return original(*work);
      case Operation::kOriginalDocument:
        return original_document(*work);
      case Operation::kDecide:
        return decide(*work);
      case Operation::kLookUp:
        return look_up(*work);
      case Operation::kSign:
        return begin_signature(*work, responder, later);
      case Operation::kSignature:
        return signature(*work);
      case Operation::kSignedDocument:
        return signed_document(*work);
      case Operation::kUpgrade:
        return queue_upgrade_again(*work);
      case Operation::kLogCheckpoint:
        return log_checkpoint(*work);
      case Operation::kLogTile:
        return log_tile(*work);
      case Operation::kIssuedProof:
        return issued_proof(*work);
      case Operation::kSignatureProof:
        return signature_proof(*work);
      case Operation::kJob:
        return job(*work);
      default:
        if (CaseworkApi::answers(work->row->operation))
          return casework_.handle(*work->row, work->request, work->caller, work->resource);
        if (DeliveryApi::answers(work->row->operation))
          return deliveries_.handle(*work->row, work->request, work->caller, work->resource);
        if (DigitiseApi::answers(work->row->operation))
          return digitise_.handle(*work->row, work->request, work->caller, work->resource);
        if (OfficerSigning::answers(work->row->operation))
          return signing_.handle(*work->row, work->request, work->caller, work->resource, responder,
                                 later);
        if (UploadBridge::answers(work->row->operation))
          return uploads_.handle(*work->row, work->request, work->caller, work->resource);
        if (AdminApi::answers(work->row->operation))
          return admin_.handle(*work->row, work->request, work->caller, work->resource);
        if (accounts_ && CertificateLogin::answers(*work->row))
          return CertificateLogin({.config = parts_.config,
                                   .store = parts_.store,
                                   .accounts = &*accounts_,
                                   .workers = parts_.verify_workers,
                                   .office = parts_.tables,
                                   .log = parts_.log,
                                   .clock = parts_.clock,
                                   .random = parts_.random})
              .handle(*work->row, work->request,
                      own_origin(work->request.head, work->request.peer));
        if (accounts_ && AccountsApi::answers(work->row->operation))
          return accounts_->handle(*work->row, work->request, work->caller, work->resource);
        return make_error(Code::kInternal, "not a queued operation");
    }
  }();
  if (later) return;
  if (!answer) {
    // Whoever asked can mend the others by himself.
    const bool ours = info(answer.error().code).http_status == 500;
    parts_.log->write(ours ? Log::Level::kError : Log::Level::kWarning, "request_failed",
                      {{"request_id", id}, {"error", to_log_line(answer.error())}});
    responder.answer(told(in_the_forms_language(work->request), answer.error(), id));
    return;
  }
  responder.answer(std::move(answer).value());
}

Result<Api::Inputs> Api::read_inputs(const Work& work,
                                     std::initializer_list<std::string_view> files,
                                     std::initializer_list<std::string_view> options) const {
  const auto& head = work.request.head;
  const auto& body = work.request.body.octets();
  Inputs inputs;
  ANTIN_TRY(inputs.options, parse_query(head.query, options));
  if (lower(media_type(head)) == "application/pdf") {
    if (files.size() == 0) return make_error(Code::kHttpMediaType, "Content-Type");
    inputs.files.emplace(*files.begin(), body);
  } else {
    ANTIN_TRY(const auto boundary, multipart_boundary(head.value("content-type")));
    ANTIN_TRY(const auto parts, read_multipart(body.view(), boundary));
    for (const auto& part : parts) {
      auto content = content_of(body, part);
      if (contains(files, part.name)) {
        inputs.files.emplace(part.name, content);
        inputs.names.emplace(part.name, part.file_name);
        continue;
      }
      const auto text = as_text(content.view());
      if (!contains(options, part.name) || part.size > 4'096 || !is_utf8(text) ||
          text.find('\0') != std::string_view::npos ||
          !inputs.options.emplace(part.name, text).second)
        return make_error(Code::kHttpParameter, "part", {{"parameter", part.name}});
    }
  }
  return inputs;
}

Response Api::refusal(const Error& error, const std::string& id) {
  parts_.log->write(Log::Level::kWarning, "request_refused",
                    {{"request_id", id}, {"error", to_log_line(error)}});
  return problem(error, id);
}

void Api::answered(const Answered& answered) {
  const std::string pattern(pattern_of(answered.method, answered.path));
  const auto status = std::to_string(answered.status);
  parts_.metrics->count(
      "antin_http_requests_total",
      "route=\"" + pattern + "\",method=\"" + answered.method + "\",status=\"" + status + "\"");
  parts_.metrics->observe("antin_http_request_seconds", "route=\"" + pattern + "\"", answered.took);
  // The route and not the path: an address may hold what a client should not have put there.
  parts_.log->write(Log::Level::kInfo, "answered",
                    {{"request_id", answered.id},
                     {"peer", answered.peer},
                     {"method", answered.method},
                     {"route", pattern},
                     {"status", status},
                     {"microseconds", std::to_string(answered.took.count())}});
}

}  // namespace antin::service
