#include "service/antind/signature_maker.h"

#include "service/ipc/worker_protocol.h"

namespace antin::service {

Result<SignatureMaker::Prepared> SignatureMaker::prepare(cbor::Map request,
                                                         const SharedBytes& document,
                                                         DigestAlgorithm digest,
                                                         const CertificateDer& certificate) {
  request.insert_or_assign("now", now());
  ANTIN_TRY(const auto reply,
            parts_.workers->ask(worker::kPrepare, std::move(request), {document}, parts_.within));
  Prepared prepared;
  ANTIN_TRY(prepared.update, read_prepared(reply));
  ANTIN_TRY(prepared.checked, check_prepared(document, prepared.update, digest, certificate));
  ANTIN_TRY(prepared.warnings, cbor::array_at(reply.body, "warnings"));
  ANTIN_CHECK(check_by_another(document, prepared.update.tail,
                               ask_for_signature(document.size(), prepared.checked.ranges)));
  return prepared;
}

Result<SignatureMaker::Finished> SignatureMaker::complete(const Kept& kept, const Made& made,
                                                          const SharedBytes& document) {
  const bool cms = made.form == Made::Form::kCms;
  cbor::Map request{
      {"now", now()}, {"state", kept.state}, {cms ? "cms" : "signature", made.octets}};
  ANTIN_TRY(const auto reply,
            parts_.workers->ask(worker::kComplete, std::move(request), {document}, parts_.within));
  if (reply.descriptors.size() != 1) return make_error(Code::kIpcMalformed, "no tail came back");
  Finished finished;
  ANTIN_TRY(finished.tail, map_sealed(reply.descriptors[0], worker::kMaxDocument));
  ANTIN_CHECK(
      cms ? check_completed_cms(document, finished.tail, kept.ranges)
          : check_completed(document, finished.tail, kept.ranges, SignatureValue(made.octets)));
  ANTIN_TRY(finished.level, cbor::text_at(reply.body, "level"));
  ANTIN_TRY(finished.signing_time, cbor::integer_at(reply.body, "signing_time"));
  finished.body = reply.body;
  ANTIN_CHECK(
      check_by_another(document, finished.tail,
                       ask_for_finished(kept.ranges, finished.level, parts_.clock->utc_now())));
  return finished;
}

Status SignatureMaker::check_by_another(const SharedBytes& document, const SharedBytes& tail,
                                        cbor::Value question) {
  ANTIN_TRY(const auto checked, parts_.checkers->ask_fresh(worker::kCheckAdded, std::move(question),
                                                           {document, tail}, parts_.within));
  static_cast<void>(checked);
  return Done{};
}

}  // namespace antin::service
