// How often the hazards of S-18 are met in the wild. Nobody marked these documents; what is held
// here is that ordinary ones are left alone.

#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>

#include <gtest/gtest.h>

#include "pdf/read/hygiene.h"

namespace antin::pdf {
namespace {

TEST(HygieneCorpus, FewDocumentsOfTheWildAreRefusedAndMostHoldNothing) {
  const std::filesystem::path folder{ANTIN_SOURCE_DIR "/../shared/corpus/unsigned"};
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << "the corpus is not there: " << folder;
  const auto policy = HygienePolicy::viet_nam();
  std::map<Code, std::size_t> met;
  std::size_t opened = 0, clean = 0, refused = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::ifstream in(entry.path(), std::ios::binary);
    const std::string octets{std::istreambuf_iterator<char>(in), {}};
    const auto document = Document::open(SharedBytes{to_bytes(std::string_view{octets})}, {});
    if (!document) continue;
    ++opened;
    bool refuses = false;
    const auto findings = find_hazards(document.value(), HygieneDepth::kEverything, {});
    for (const auto& finding : findings) {
      ++met[finding.code];
      for (const auto& row : hazards())
        refuses = refuses ||
                  (row.code == finding.code && policy.action(row.hazard) == HygieneAction::kRefuse);
    }
    clean += findings.empty() ? 1U : 0U;
    refused += refuses ? 1U : 0U;
  }
  std::cout << opened << " documents, " << clean << " hold nothing, " << refused << " refused\n";
  for (const auto& [code, count] : met)
    std::cout << "  " << count << "  " << info(code).name << '\n';
  ASSERT_GT(opened, 100U);
  EXPECT_GE(clean * 100, opened * 80);
  EXPECT_LE(refused * 100, opened * 5);
  EXPECT_EQ(met[Code::kHygieneNotLooked], 0U);
}

}  // namespace
}  // namespace antin::pdf
