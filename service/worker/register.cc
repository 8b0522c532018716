#include "verifier/register.h"

#include "service/ipc/worker_protocol.h"
#include "service/worker/worker.h"

namespace antin::service::worker {
namespace {

constexpr std::chrono::milliseconds kFindWithin{30'000};

Status read_entry(const cbor::Value& body, verifier::RegisterAnswer& answer) {
  ANTIN_TRY(const auto json, cbor::text_at(body, "entry"));
  if (json.empty()) return Done{};
  ANTIN_TRY(answer.entry, verifier::read_register_entry(json));
  return Done{};
}

Status ask_for(Channel& channel, const verifier::Input& input, const verifier::Report& report,
               verifier::RegisterAnswer& answer) {
  ANTIN_TRY(const auto digests, verifier::register_digests(input, report.sha256));
  cbor::Array list;
  list.reserve(digests.size());
  for (const auto& digest : digests) list.emplace_back(digest);
  Message ask;
  ask.type = kFindOriginal;
  ask.version = kVersion;
  ask.body = cbor::Map{{"digests", std::move(list)}};
  ANTIN_TRY(const auto reply, call(channel, ask, after(kFindWithin)));
  ANTIN_TRY(answer.found, cbor::boolean_at(reply.body, "found"));
  ANTIN_TRY(answer.several, cbor::boolean_at(reply.body, "several"));
  if (!answer.found) return Done{};
  ANTIN_CHECK(read_entry(reply.body, answer));
  if (reply.descriptors.size() != 1) return make_error(Code::kIpcMalformed, "no original");
  ANTIN_TRY(answer.original, map_sealed(reply.descriptors[0], kMaxDocument));
  return Done{};
}

}  // namespace

Status judge_entry(const SharedBytes& copy, const SharedBytes& original, const Settings& settings,
                   const cbor::Value& request, verifier::Report& report) {
  if (request.find("entry") == nullptr) return Done{};
  verifier::RegisterAnswer answer{.found = true};
  ANTIN_CHECK(read_entry(request, answer));
  const verifier::Input input{.name = {},
                              .document = copy,
                              .password = {},
                              .trust = &settings.trust,
                              .crls = {},
                              .policy = settings.policy,
                              .at = *report.judged_at};
  answer.original = original;
  verifier::hold_against_register(report, input, {.named = true}, answer);
  return Done{};
}

// `register` of kVerify: what antind has found for the entry that the caller named, or nothing
// named: then it is for us to ask, by digests that only we can compute.
Status Worker::hold_against_register(const verifier::Input& input, const Message& request,
                                     verifier::Report& report) {
  const auto* asked = request.body.find("register");
  if (asked == nullptr) return Done{};
  verifier::RegisterQuestion question;
  verifier::RegisterAnswer answer;
  ANTIN_TRY(question.named, cbor::boolean_at(*asked, "named"));
  ANTIN_TRY(question.unit, cbor::text_at(*asked, "unit"));
  if (!question.named) {
    ANTIN_CHECK(ask_for(channel_, input, report, answer));
  } else {
    ANTIN_TRY(answer.found, cbor::boolean_at(*asked, "found"));
    ANTIN_CHECK(read_entry(*asked, answer));
    if (answer.found) {
      if (request.descriptors.size() < 2) return make_error(Code::kIpcMalformed, "no original");
      ANTIN_TRY(answer.original, map_sealed(request.descriptors[1], kMaxDocument));
    }
  }
  ANTIN_TRY(answer.shown_as, cbor::text_at(*asked, "id"));
  verifier::hold_against_register(report, input, question, answer);
  return Done{};
}

}  // namespace antin::service::worker
