#include "verifier/compare.h"

#include "service/worker/draw_by_message.h"
#include "service/worker/worker.h"

namespace antin::service::worker {

Result<verifier::Report> compare_documents(const Compared& compared, const Settings& settings,
                                           Channel& channel) {
  const verifier::Input input{.name = "copy",
                              .document = compared.copy,
                              .password = compared.password,
                              .trust = &settings.trust,
                              .crls = settings.crls,
                              .policy = settings.policy,
                              .at = compared.at};
  ANTIN_TRY(auto report, verifier::verify(input));
  DrawByMessage sources(channel, compared.draw_within);
  verifier::CompareInput pair;
  pair.original_name = "original";
  pair.copy = compared.copy;
  pair.original = compared.original;
  pair.password = compared.password;
  pair.limits = settings.policy.limits;
  pair.sources = &sources;
  pair.drawing.pictures = compared.pictures;
  report.comparison = verifier::compare(pair);
  return report;
}

}  // namespace antin::service::worker
