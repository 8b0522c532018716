// The clock moved on: every case of tests/vectors/lta at its time, with its evidence, against the
// committed answer. The same table is put to EU DSS by tests/interop/longterm.py.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <ostream>
#include <set>
#include <string>
#include <toml++/toml.h>
#include <vector>

#include <gtest/gtest.h>

#include "verifier/verify.h"

namespace antin::verifier {
namespace {

namespace fs = std::filesystem;

const fs::path kVectors = fs::path{ANTIN_SOURCE_DIR} / "tests" / "vectors" / "lta";
const fs::path kCertificates = fs::path{ANTIN_SOURCE_DIR} / "tests" / "pki" / "certs";

using Names = std::vector<std::string>;

struct Case {
  std::string name, document, at, why, level, verdict;
  Names evidence, anchors, certificates, expect;
};

void PrintTo(const Case& one, std::ostream* out) {
  *out << one.name;
}

Names names_in(const toml::table& row, const char* key, Names otherwise = {}) {
  const auto* list = row[key].as_array();
  if (list == nullptr) return otherwise;
  Names names;
  for (const auto& name : *list) names.push_back(name.value_or(std::string{}));
  return names;
}

std::vector<Case> read_cases() {
  const auto table = toml::parse_file((kVectors / "cases.toml").string());
  std::vector<Case> cases;
  for (const auto& node : *table["case"].as_array()) {
    const auto& row = *node.as_table();
    Case one{.name = row["name"].value_or(std::string{}),
             .document = row["document"].value_or(std::string{}),
             .at = row["at"].value_or(std::string{}),
             .why = row["why"].value_or(std::string{}),
             .level = row["level"].value_or(std::string{}),
             .verdict = row["verdict"].value_or(std::string{}),
             .evidence = {},
             .anchors = names_in(row, "anchors", {"lt-root", "lt-tsa-root"}),
             .certificates = names_in(row, "certificates"),
             .expect = names_in(row, "expect")};
    for (const auto& name : names_in(row, "evidence")) {
      if (!name.starts_with('@')) {
        one.evidence.push_back(name);
        continue;
      }
      const auto set = names_in(*table["sets"].as_table(), name.substr(1).c_str());
      one.evidence.insert(one.evidence.end(), set.begin(), set.end());
    }
    cases.push_back(std::move(one));
  }
  return cases;
}

Bytes read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  EXPECT_TRUE(in) << path;
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  return to_bytes(text);
}

certs::Certificate certificate(const std::string& name) {
  return certs::Certificate::from_file_bytes(read_file(kCertificates / (name + ".crt")))
      .value()
      .at(0);
}

Input input_of(const Case& one, const certs::TrustStore& trust) {
  Input input{.name = one.document,
              .document = SharedBytes{read_file(kVectors / (one.document + ".pdf"))},
              .password = {},
              .trust = &trust,
              .crls = {},
              .policy = Policy::viet_nam(),
              .at = *from_rfc3339(one.at)};
  for (const auto& name : one.evidence) {
    const auto list = kVectors / "evidence" / (name + ".crl");
    if (fs::exists(list))
      input.crls.push_back(certs::Crl::from_bytes(read_file(list)).value());
    else
      input.ocsp.push_back(
          certs::OcspResponse::from_bytes(read_file(kVectors / "evidence" / (name + ".ocsp")))
              .value());
  }
  for (const auto& name : one.certificates) input.certificates.push_back(certificate(name));
  return input;
}

certs::TrustStore trust_of(const Case& one) {
  using enum certs::Purpose;
  certs::TrustStore trust;
  for (const auto& name : one.anchors)
    trust.anchors.push_back(
        {certificate(name), {kSign, kSeal, kTimestamp, kOcsp}, std::nullopt, std::nullopt});
  return trust;
}

std::string answer_of(const SignatureReport& signature) {
  std::string text{name(signature.indication)};
  if (signature.sub_indication) text += "/" + std::string{name(*signature.sub_indication)};
  return text;
}

std::string findings_of(const Report& report) {
  std::string text;
  for (const auto& signature : report.signatures) {
    text += signature.field + ":";
    for (const auto& finding : signature.findings)
      text += " " + std::string{info(finding.code).name};
    for (const auto& timestamp : signature.timestamps) {
      text += timestamp.trusted ? " [trusted" : " [untrusted";
      for (const auto& finding : timestamp.findings)
        text += " " + std::string{info(finding.code).name};
      text += "]";
    }
    text += "\n";
  }
  return text;
}

/// Cases that are known to be answered otherwise (gaps.txt).
const std::set<std::string>& gaps() {
  static const auto kGaps = [] {
    std::set<std::string> names;
    std::ifstream in(fs::path{ANTIN_SOURCE_DIR} / "tests" / "conformance" / "lta" / "gaps.txt");
    for (std::string line; std::getline(in, line);)
      if (!line.empty() && line.front() != '#') names.insert(line.substr(0, line.find(' ')));
    return names;
  }();
  return kGaps;
}

class LongTerm : public testing::TestWithParam<Case> {};

TEST_P(LongTerm, IsAnsweredAsTheStandardSays) {
  const auto& one = GetParam();
  const auto trust = trust_of(one);
  const auto report = verify(input_of(one, trust));
  ASSERT_TRUE(report);
  Names answers;
  for (const auto& signature : report.value().signatures) {
    EXPECT_EQ(signature.integrity, Integrity::kIntact) << signature.field;
    if (signature.document_timestamp) continue;
    answers.push_back(answer_of(signature));
    if (!one.level.empty()) {
      EXPECT_EQ(signature.level.value_or(""), one.level);
    }
  }
  if (gaps().count(one.name) == 1) {
    EXPECT_NE(answers, one.expect) << "take it from gaps.txt";
    EXPECT_NE(report.value().verdict, Verdict::kValid) << "a gap must not be a wrong VALID";
    return;
  }
  EXPECT_EQ(answers, one.expect) << one.why << "\n" << findings_of(report.value());
  // Whatever the words: VALID stands for every signature passed, and for nothing else.
  const bool passed = std::all_of(one.expect.begin(), one.expect.end(),
                                  [](const std::string& text) { return text == "TOTAL-PASSED"; });
  const bool valid = one.verdict.empty() ? passed : one.verdict == "VALID";
  EXPECT_EQ(report.value().verdict == Verdict::kValid, valid) << one.why << "\n"
                                                              << findings_of(report.value());
}

std::string test_name(const testing::TestParamInfo<Case>& info) {
  auto text = info.param.name;
  std::replace(text.begin(), text.end(), '-', '_');
  return text;
}

INSTANTIATE_TEST_SUITE_P(Cases, LongTerm, testing::ValuesIn(read_cases()), test_name);

TEST(LongTermTable, HasSixtyCasesAndUsesEveryDocument) {
  const auto cases = read_cases();
  EXPECT_GE(cases.size(), 60U);
  std::set<std::string> used;
  std::set<std::string> names;
  for (const auto& one : cases) {
    used.insert(one.document + ".pdf");
    EXPECT_TRUE(names.insert(one.name).second) << one.name;
  }
  for (const auto& gap : gaps()) EXPECT_EQ(names.count(gap), 1U) << gap;
  used.insert("base.pdf");
  for (const auto& entry : fs::directory_iterator(kVectors)) {
    if (entry.path().extension() != ".pdf") continue;
    EXPECT_EQ(used.count(entry.path().filename().string()), 1U) << entry.path();
  }
}

}  // namespace
}  // namespace antin::verifier
