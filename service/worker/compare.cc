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

verifier::Comparison compare_for_strangers(const Compared& compared, const Settings& settings,
                                           Channel& channel) {
  // One page of noise must not make the answer larger than a message.
  constexpr std::size_t kMostPicture = std::size_t{3} << 20U;
  DrawByMessage sources(channel, compared.draw_within);
  verifier::CompareInput pair;
  pair.copy = compared.copy;
  pair.original = compared.original;
  pair.password = compared.password;
  pair.limits = settings.policy.limits;
  pair.sources = &sources;
  pair.drawing.pictures = compared.pictures;
  pair.drawing.copy_only = true;
  auto comparison = verifier::compare(pair);
  for (auto& page : comparison.pages) {
    if (page.picture.size() > kMostPicture) page.picture.clear();
  }
  return comparison;
}

}  // namespace antin::service::worker
