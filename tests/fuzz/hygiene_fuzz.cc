// Hazards of any document: found within the budget, each once, and with words that can be shown.

#include <set>

#include "pdf/read/hygiene.h"
#include "tests/fuzz/require.h"

namespace {

using namespace antin;
using namespace antin::pdf;
using fuzz::require;

std::set<Code> look_at(const Document& document, HygieneDepth depth) {
  std::set<Code> met;
  for (const auto& finding : find_hazards(
           document, depth, {.objects = 20'000, .operators = 50'000, .octets = 1U << 22U})) {
    require(met.insert(finding.code).second);
    require(finding.severity != Severity::kError);
    for (const auto& [key, value] : finding.params) {
      for (const char c : value) require(static_cast<unsigned char>(c) >= 0x20 && c != 0x7F);
    }
    require(sentence(finding.code, Language::kVietnamese, finding.params).find("{page}") ==
            std::string::npos);
  }
  return met;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  OpenOptions options;
  options.limits.max_objects = 20'000;
  options.limits.max_pages = 100;
  options.limits.max_stream_octets = std::size_t{4} << 20U;
  const auto document = Document::open(SharedBytes{Bytes(data, data + size)}, options);
  if (!document) return 0;
  auto structure = look_at(document.value(), HygieneDepth::kStructure);
  const auto everything = look_at(document.value(), HygieneDepth::kEverything);
  // Looking more closely finds no less, unless the budget ended.
  if (everything.contains(Code::kHygieneNotLooked) || structure.contains(Code::kHygieneNotLooked))
    return 0;
  for (const auto code : structure) require(everything.contains(code));
  return 0;
}
