#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "certs/path.h"

namespace antin::certs {

inline UtcTime instant(const char* text) {
  return *from_rfc3339(text);
}
/// The instant at which tests/pki is judged.
inline UtcTime test_now() {
  return instant("2026-06-01T00:00:00Z");
}

inline Bytes read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  EXPECT_TRUE(in) << path;
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  return to_bytes(text);
}

inline std::filesystem::path pki_path(const std::string& name) {
  return std::filesystem::path{ANTIN_SOURCE_DIR} / "tests" / "pki" / name;
}

inline Certificate cert(const std::string& name) {
  return Certificate::from_file_bytes(read_file(pki_path("certs/" + name + ".crt"))).value().at(0);
}

inline Crl crl(const std::string& name) {
  return Crl::from_bytes(read_file(pki_path("crl/" + name + ".crl"))).value();
}

inline std::set<Purpose> every_purpose() {
  return {Purpose::kSign, Purpose::kSeal, Purpose::kTimestamp, Purpose::kOcsp};
}

inline TrustAnchor anchor(const std::string& name) {
  return {cert(name), every_purpose(), std::nullopt, std::nullopt};
}

/// root as anchor, issuing-ca as known intermediate: tests/pki/trust.
inline TrustStore test_trust() {
  return {{anchor("root")}, {cert("issuing-ca")}};
}

inline std::vector<Crl> current_crls() {
  return {crl("root"), crl("issuing-ca")};
}

inline PathInput input_for(const std::string& leaf, const TrustStore& trust) {
  return {.leaf = cert(leaf),
          .candidates = {},
          .trust = &trust,
          .crls = current_crls(),
          .purpose = Purpose::kSign,
          .at = test_now()};
}

inline bool has(const Findings& findings, Code code) {
  for (const auto& finding : findings) {
    if (finding.code == code) return true;
  }
  return false;
}

}  // namespace antin::certs
