#pragma once

// What the tests that judge whole documents share.

#include <algorithm>
#include <functional>
#include <string>

#include <gtest/gtest.h>

#include "tests/unit/verifier/sample.h"
#include "verifier/verify.h"
#include "verifier/words.h"

namespace antin::verifier {

using sample::Document;
using sample::Signing;
using sample::time;

// Readable failures.
inline void PrintTo(Verdict verdict, std::ostream* out) {
  *out << name(verdict);
}

inline Report judged(const Document& document, const std::function<void(Input&)>& change = {}) {
  static const auto kTrust = sample::trust();
  auto input = sample::input(document, kTrust);
  if (change) change(input);
  auto report = verify(input);
  EXPECT_TRUE(report) << to_log_line(report.error());
  return report ? std::move(report).value() : Report{};
}

inline bool has(const Findings& findings, Code code) {
  return std::any_of(findings.begin(), findings.end(),
                     [&](const Finding& finding) { return finding.code == code; });
}

inline std::string sub(const SignatureReport& signature) {
  return signature.sub_indication ? std::string{name(*signature.sub_indication)} : "";
}

inline std::string codes(const Report& report) {
  std::string all;
  for (const auto& finding : report.findings) all += std::string{info(finding.code).name} + " ";
  for (const auto& signature : report.signatures) {
    for (const auto& finding : signature.findings)
      all += std::string{info(finding.code).name} + "(" + finding.detail + ") ";
    for (const auto& item : signature.changes_after.items)
      all += std::string{info(item.change.what).name} + "@" + item.change.detail + " ";
  }
  return all;
}

inline Signing with(const std::function<void(Signing&)>& change) {
  Signing signing;
  change(signing);
  return signing;
}

inline Document signed_by(const char* signer) {
  return Document{}.sign(with([&](Signing& s) { s.signer = signer; }));
}
inline Document signed_by(const char* signer, const char* timestamp) {
  return Document{}.sign(with([&](Signing& s) {
    s.signer = signer;
    s.timestamp = time(timestamp);
  }));
}
inline Document signed_as(const std::function<void(Signing&)>& change) {
  return Document{}.sign(with(change));
}

}  // namespace antin::verifier
