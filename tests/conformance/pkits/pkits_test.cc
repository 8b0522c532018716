// NIST Public Key Interoperability Test Suite: every case must be answered as expected, or stand in
// gaps.txt with its reason; a gap that closes must be removed from there.

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "certs/path.h"

namespace antin::certs {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using State = PathResult::State;

const fs::path kSuite = fs::path{ANTIN_SOURCE_DIR} / ".." / "shared" / "corpus" / "pkits";
const fs::path kGaps = fs::path{ANTIN_SOURCE_DIR} / "tests" / "conformance" / "pkits" / "gaps.txt";

Bytes read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  EXPECT_TRUE(in) << path;
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  return to_bytes(text);
}

std::map<std::string, std::string> read_gaps() {
  std::map<std::string, std::string> gaps;
  std::ifstream in(kGaps);
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line.front() == '#') continue;
    const auto space = line.find(' ');
    gaps[line.substr(0, space)] = space == std::string::npos ? "" : line.substr(space + 1);
  }
  return gaps;
}

Certificate certificate(const std::string& name) {
  auto read = Certificate::from_der(read_file(kSuite / "certs" / name));
  EXPECT_TRUE(read) << name;
  return std::move(read).value();
}

CertificatePolicies policies_of(const json& one) {
  CertificatePolicies policies;
  const auto params = one.value("params", json::object());
  for (const auto& oid : params.value("user_initial_policy_set", json::array()))
    policies.acceptable.push_back(oid.get<std::string>());
  policies.required = params.value("initial_explicit_policy", false);
  policies.inhibit_mapping = params.value("initial_policy_mapping_inhibit", false);
  policies.inhibit_any = params.value("initial_any_policy_inhibit", false);
  return policies;
}

PathResult answer(const json& one, const TrustStore& trust) {
  std::vector<Certificate> candidates;
  for (const auto& name : one.value("other_certs", json::array()))
    candidates.push_back(certificate(name.get<std::string>()));
  std::vector<Crl> crls;
  auto names = one.value("crls", json::array()).get<std::set<std::string>>();
  names.insert("TrustAnchorRootCRL.crl");
  for (const auto& name : names) {
    auto read = Crl::from_bytes(read_file(kSuite / "crls" / name));
    // A list that cannot be read is evidence of nothing.
    if (read) crls.push_back(std::move(read).value());
  }
  return build_path({.leaf = certificate(one.at("cert").get<std::string>()),
                     .candidates = std::move(candidates),
                     .trust = &trust,
                     .crls = std::move(crls),
                     .purpose = Purpose::kSign,
                     .at = *from_rfc3339("2020-10-01T00:00:00Z"),
                     .check_revocation = one.value("revocation", true),
                     .policies = policies_of(one)});
}

// What kind of failure the suite's procedure asks for.
bool as_expected(const json& one, const PathResult& result) {
  if (!one.contains("error")) return result.state == State::kValid;
  const auto kind = one.at("error").at("class").get<std::string>();
  if (kind == "RevokedError")
    return result.state == State::kRevoked || result.state == State::kCaRevoked;
  if (kind == "InsufficientRevinfoError" || kind == "StaleRevinfoError")
    return result.state == State::kRevocationUnknown;
  return result.state == State::kInvalid || result.state == State::kNoPath ||
         result.state == State::kExpired || result.state == State::kNotYetValid;
}

std::string describe(const PathResult& result) {
  std::string text = "state " + std::to_string(static_cast<int>(result.state));
  for (const auto& finding : result.findings)
    text += "; " + std::string{info(finding.code).name} + " " + finding.detail;
  return text;
}

TEST(Pkits, EveryCaseIsAnsweredAsExpectedOrIsAListedGap) {
  if (!fs::exists(kSuite / "pkits.json")) GTEST_SKIP() << "no PKITS beside this repository";
  const auto cases = json::parse(read_file(kSuite / "pkits.json"));
  const auto gaps = read_gaps();
  TrustStore trust;
  trust.anchors.push_back({certificate("TrustAnchorRootCertificate.crt"),
                           {Purpose::kSign},
                           std::nullopt,
                           std::nullopt});
  std::size_t good = 0;
  std::set<std::string> open;
  for (const auto& one : cases) {
    const auto name = one.at("id").get<std::string>() + "_" + one.at("name").get<std::string>();
    const auto result = answer(one, trust);
    // Whatever else: what must fail is never valid.
    EXPECT_FALSE(one.contains("error") && result.state == State::kValid) << name;
    if (as_expected(one, result)) {
      ++good;
      EXPECT_EQ(gaps.count(name), 0U) << name << " is a gap no longer";
    } else {
      open.insert(name);
      EXPECT_EQ(gaps.count(name), 1U) << name << ": " << describe(result);
    }
  }
  EXPECT_EQ(cases.size(), 246U);
  std::printf("PKITS: %zu of %zu cases as expected, %zu gaps\n", good, cases.size(), open.size());
}

}  // namespace
}  // namespace antin::certs
