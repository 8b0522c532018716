// The agency's seal on digitised results, with the line of an office copy, and their entry
// of the register.

#include "service/antind/api.h"
#include "service/antind/case_facts.h"
#include "service/antind/casework_json.h"
#include "service/antind/composing.h"
#include "service/antind/digitise_api.h"
#include "service/antind/digitise_prepare.h"
#include "service/antind/inspected.h"
#include "service/antind/line.h"
#include "service/casework/seal.h"
#include "service/ipc/worker_protocol.h"
#include "service/store/register_text.h"
#include "service/store/store_values.h"
#include "service/system/files.h"
#include "service/text/unicode.h"

namespace antin::service {
namespace {

using holdings::Held;
using holdings::State;
using Json = nlohmann::json;

// Of the jobs that seal: one for each result, whoever asks.
constexpr const char* kSealOwner = "digitise";
constexpr std::size_t kMostAtOnce = 200;

// A scan with the agency's line and seal is an office copy (NĐ 30/2020 Đ25 k1c): nobody else signs.
casework::Case as_case(const Held& held) {
  casework::Case one;
  one.id = held.id;
  one.unit = held.unit;
  one.product = casework::Product::kOfficeCopy;
  return one;
}

struct Batch {
  std::string unit, procedure, sealer;
  std::size_t most = kMostAtOnce;
};

Result<Batch> batch_in(const Json& members) {
  ANTIN_CHECK(only_members(members, {"unit", "procedure", "sealer", "limit"}));
  Batch batch;
  ANTIN_TRY(batch.unit, text_member(members, "unit"));
  if (!is_line(batch.unit, 128)) return wrong_fact("unit", "text");
  ANTIN_TRY(batch.procedure, text_member(members, "procedure"));
  if (members.contains("procedure") && !is_line(batch.procedure, 64))
    return wrong_fact("procedure", "text");
  ANTIN_TRY(batch.sealer, text_member(members, "sealer"));
  if (!is_line(batch.sealer, 200)) return wrong_fact("sealer", "text");
  if (const auto limit = members.find("limit"); limit != members.end()) {
    if (!limit->is_number_integer() || *limit < 1 || *limit > kMostAtOnce)
      return wrong_fact("limit", "number");
    batch.most = limit->get<std::size_t>();
  }
  return batch;
}

}  // namespace

// "SAO Y; <cơ quan>; dd/mm/yyyy; HH:MM:SS +07:00": its day and time are those of the signature, so
// the worker that signs fills them in.
Result<std::string> DigitiseApi::line_of(const std::string& unit, UtcTime now) {
  constexpr std::size_t kMostOctets = std::size_t{1} << 20U;
  ANTIN_TRY(const auto layout,
            read_file(parts_.config->office.layouts + "/dong-sao.toml", kMostOctets));
  ANTIN_TRY(const auto agency, parts_.office->unit_name(unit, now));
  ANTIN_TRY(
      const auto reply,
      parts_.workers->ask(
          worker::kCompose,
          cbor::Map{{"template", std::string(as_text(layout))},
                    {"day", legal_day(now)},
                    {"values", cbor::Map{{"hinh_thuc", "SAO Y"}, {"co_quan", upper_case(agency)}}},
                    {"rows", cbor::Array{}},
                    {"qr", ""},
                    {"size_pt", std::int64_t{0}},
                    {"rgb", std::int64_t{0}},
                    {"made_at", std::int64_t{0}},
                    {"draw_ms", std::int64_t{0}}},
          {}, parts_.config->verify.within));
  ANTIN_TRY(const auto made, cbor::text_at(reply.body, "made"));
  if (made != "appearance" || reply.descriptors.size() != 1)
    return make_error(Code::kIpcMalformed, "no line came back");
  ANTIN_TRY(const auto line, map_sealed(reply.descriptors[0], kMostOctets));
  return std::string(as_text(line.view()));
}

Status DigitiseApi::begin(const Held& held, const std::string& line, UtcTime now) {
  const auto tries = held.tries + 1;
  ANTIN_TRY(const auto prepared, prepare_held(parts_, held));
  const Json options{{"level", parts_.config->agency.level},
                     {"line", line},
                     {"held", held.id},
                     {"unit", held.unit}};
  const StoredJob job{.id = new_uuid7(*parts_.clock, *parts_.random),
                      .kind = "sign",
                      .owner = kSealOwner,
                      .state = JobState::kQueued,
                      .created = now,
                      .updated = now,
                      .input_sha256 = prepared.sha256,
                      .options = options.dump(),
                      .result = {},
                      .target = {}};
  // Whoever asks twice, or was stopped before the row knew its job, finds the first by this key.
  ANTIN_TRY(const auto begun, parts_.seal(job, "held-" + held.id + "-" + std::to_string(tries)));
  auto noted = this->held().sealing(held.id, begun, tries, now);
  // It may have ended already.
  if (!noted && noted.error().code != Code::kDigitisedState) return noted;
  return Done{};
}

Result<Response> DigitiseApi::seal(const Request& request, const Caller& caller) {
  ANTIN_TRY(const auto read, read_case_request(request));
  ANTIN_TRY(const auto batch, batch_in(read.members));
  ANTIN_CHECK(CallersHeld(*parts_.store, *parts_.vault, caller).may_work_for(batch.unit));
  if (parts_.agency == nullptr) return make_error(Code::kAgencyKeyMissing, "no [agency]");
  if (parts_.config->office.layouts.empty())
    return make_error(Code::kHttpNotFound, "no [office] layouts");
  const auto now = parts_.clock->utc_now();
  Held of_unit;
  of_unit.unit = batch.unit;
  ANTIN_CHECK(parts_.office->may_seal(as_case(of_unit), Json{{"sealer", batch.sealer}}, now));
  ANTIN_TRY(const auto ended, held().with_ended_job(batch.unit, kMostAtOnce));
  for (const auto& one : ended) {
    ANTIN_TRY(const auto after, settle(one));
    static_cast<void>(after);
  }
  ANTIN_TRY(const auto line, line_of(batch.unit, now));
  ANTIN_TRY(const auto waiting, held().to_seal(batch.unit, batch.procedure, batch.most));
  OrderedJson body = {{"begun", OrderedJson::array()}};
  for (const auto& one : waiting) {
    ANTIN_CHECK(begin(one, line, now));
    body["begun"].push_back(one.id);
  }
  parts_.log->write(Log::Level::kInfo, "results_seal_asked",
                    {{"request_id", request.id},
                     {"unit", batch.unit},
                     {"count", std::to_string(waiting.size())},
                     {"key", caller.key_id}});
  auto response = json_response(202, body.dump());
  response.fields.push_back({"Retry-After", "1"});
  return response;
}

// C-02: what the key holder's seal made of it is judged like anybody's before it is in the
// register.
Status DigitiseApi::take_sealed(const Held& held, const StoredJob& job) {
  ANTIN_TRY(const auto signature, parts_.store->signature(job.target, job.owner));
  if (!signature) return make_error(Code::kSignatureUnknown, job.target);
  ANTIN_TRY(const auto octets, parts_.store->document(signature->sha256, signature->size));
  ANTIN_TRY(const auto scan, parts_.store->document(held.scan_sha256, held.scan_size));
  if (!begins_with(octets, scan)) return make_error(Code::kCaseDocumentOther, held.id);
  ANTIN_TRY(const auto prepared, holdings::prepared_of(*parts_.store, held.id));
  // One that was on its way when nothing was prepared yet has no QR code.
  const bool is_ours = prepared && prepared->sha256 == job.input_sha256;
  const auto now = parts_.clock->utc_now();
  const auto one = as_case(held);
  const auto whose = [&](casework::SignatureFact& fact) {
    parts_.office->whose(fact, one, Json::object(), now);
  };
  ANTIN_TRY(auto read,
            read_signatures(*parts_.workers, octets, now, parts_.config->verify.within, whose));
  ANTIN_TRY(const auto unit_name, parts_.office->unit_name(held.unit, now));
  read.document.unit = unit_name;
  read.document.day = to_vietnam_day_text(now);
  ANTIN_CHECK(casework::release_allowed(one.product, read.document));
  StoredOriginal original{.id = new_uuid7(*parts_.clock, *parts_.random),
                          .sha256 = signature->sha256,
                          .size = signature->size,
                          .name = {},
                          .owner = held.owner,
                          .created = now,
                          .revisions = {}};
  std::optional<StoredEntry> entry =
      StoredEntry{.kind = "sao_y",
                  .number = {},
                  .book = {},
                  .day = legal_day(now),
                  .unit_code = held.unit,
                  .unit_name = unit_name,
                  .pages = 0,
                  .state = "released",
                  .code = is_ours ? prepared->code : new_register_code(*parts_.random),
                  .decision = {},
                  .decision_day = {},
                  .officers = {},
                  .agencies = {}};
  ANTIN_CHECK(take_inspected(read.inspected, entry, original));
  original.entry = std::move(entry);
  bool fresh = false;
  ANTIN_TRY(const auto kept, parts_.store->add_original(std::move(original), fresh));
  return this->held().sealed(held.id, kept.id, held.owner, now);
}

Result<Held> DigitiseApi::settle(Held held) {
  if (held.state != State::kTaken || held.job.empty()) return held;
  ANTIN_TRY(const auto job, parts_.store->any_job(held.job));
  if (!job || job->state != JobState::kDone) return held;
  // Somebody else may have been faster; whoever fails leaves it where it is.
  if (const auto taken = take_sealed(held, *job); !taken)
    parts_.log->write(Log::Level::kError, "digitised_seal_not_taken",
                      {{"held", held.id}, {"job", job->id}, {"error", to_log_line(taken.error())}});
  ANTIN_TRY(auto now, this->held().find(held.id));
  return now ? std::move(*now) : std::move(held);
}

void DigitiseApi::sealed(const StoredJob& job) {
  std::shared_ptr<const OfficeTables> held;
  auto now = with_tables(held);
  if (now.parts_.office != nullptr) now.take_up(job);
}

void DigitiseApi::take_up(const StoredJob& job) {
  if (job.owner != kSealOwner || parts_.vault == nullptr) return;
  const auto options = Json::parse(job.options, nullptr, false);
  const auto id = options.is_object() ? options.value("held", std::string()) : std::string();
  const auto failed = [&](const Error& error) {
    parts_.log->write(Log::Level::kError, "digitised_seal_not_taken",
                      {{"held", id}, {"error", to_log_line(error)}});
  };
  auto one = held().find(id);
  if (!one) return failed(one.error());
  if (!one.value()) return;
  // Asked and done at once: the row may not know its job yet.
  auto& held = *one.value();
  if (held.job.empty()) held.job = job.id;
  if (const auto settled = settle(std::move(held)); !settled) failed(settled.error());
}

}  // namespace antin::service
