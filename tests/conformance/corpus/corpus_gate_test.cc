#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "tests/conformance/corpus/corpus_judge.h"
#include "verifier/words.h"

namespace antin::conformance {
namespace {

const std::string& corpus() {
  static const std::string kFolder = ANTIN_SOURCE_DIR "/../shared/corpus";
  return kFolder;
}

Bytes read_octets(const std::string& path) {
  std::ifstream in{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

// gaps.txt: "path<TAB>why", one known and argued disagreement per line.
std::map<std::string, std::string> read_gaps() {
  std::map<std::string, std::string> gaps;
  std::ifstream in{ANTIN_SOURCE_DIR "/tests/conformance/corpus/gaps.txt"};
  for (std::string line; std::getline(in, line);) {
    const auto tab = line.find('\t');
    if (line.empty() || line.front() == '#' || tab == std::string::npos) continue;
    gaps.emplace(line.substr(0, tab), line.substr(tab + 1));
  }
  return gaps;
}

std::string outcome(const Judged& judged) {
  return judged.report ? std::string{verifier::name(judged.report->verdict)} : "unreadable";
}

class CorpusGate : public testing::TestWithParam<const char*> {};

TEST_P(CorpusGate, V03_JudgesEveryFileAsItsGateAsks) {
  if (!std::filesystem::exists(corpus()))
    GTEST_SKIP() << "the shared corpus is not there: " << corpus();
  const auto gaps = read_gaps();
  const auto rows = read_manifest(corpus() + "/" + GetParam() + ".jsonl");
  ASSERT_FALSE(rows.empty());
  std::map<std::string, std::map<std::string, int>> table;
  std::map<std::string, int> agreed, asked;
  for (const auto& row : rows) {
    const auto judged =
        judge_with_own_trust(SharedBytes{read_octets(corpus() + "/" + row.path)}, row.path);
    ++table[row.gate + " / " + row.klass][outcome(judged)];
    const auto wrong = disagreement(row, judged);
    const auto gap = gaps.find(row.path);
    if (row.gate != "exclude") {
      ++asked[row.gate];
      if (wrong.empty()) ++agreed[row.gate];
    }
    if (wrong.empty()) {
      EXPECT_EQ(gap, gaps.end()) << row.path << " agrees now: take it out of gaps.txt";
      continue;
    }
    std::printf("  %s %s (%s): %s\n", gap == gaps.end() ? "DISAGREES" : "known gap",
                row.path.c_str(), row.klass.c_str(),
                gap == gaps.end() ? wrong.c_str() : gap->second.c_str());
    EXPECT_NE(gap, gaps.end()) << row.path << " (" << row.klass << "): " << wrong;
  }
  std::printf("%s\n", GetParam());
  for (const auto& [klass, outcomes] : table) {
    std::printf("  %-45s", klass.c_str());
    for (const auto& [name, count] : outcomes) std::printf(" %s %d", name.c_str(), count);
    std::printf("\n");
  }
  for (const auto& [gate, count] : asked)
    std::printf("  %-45s agreed %d of %d\n", gate.c_str(), agreed[gate], count);
}

INSTANTIATE_TEST_SUITE_P(Sets, CorpusGate, testing::Values("generated", "signed", "revisions"),
                         [](const auto& set) { return std::string{set.param}; });

}  // namespace
}  // namespace antin::conformance
