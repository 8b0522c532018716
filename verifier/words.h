#pragma once

#include <string_view>

#include "pdf/read/changes.h"
#include "verifier/report.h"

/// How antin-report/1 spells things.
namespace antin::verifier {

std::string_view name(Verdict verdict) noexcept;
std::string_view name(Integrity integrity) noexcept;
std::string_view name(Coverage coverage) noexcept;
std::string_view name(pdf::ChangeLevel level) noexcept;
std::string_view name(Comparison::Result result) noexcept;
/// "HỢP LỆ", "VALID", …: what people read.
std::string_view title(Verdict verdict, Language language) noexcept;

/// The few words of a report that are not sentences of the catalogue.
struct Phrase {
  std::string_view vi, en;
  std::string_view in(Language language) const noexcept {
    return language == Language::kVietnamese ? vi : en;
  }
};
Phrase phrase(Integrity integrity) noexcept;
Phrase phrase(Coverage coverage) noexcept;
Phrase phrase(PaperKind kind) noexcept;
Phrase phrase(RegisterEntry::State state) noexcept;
/// "2026-06-01" as "01/06/2026"; anything else as it is.
std::string vietnam_day(const std::string& day);
/// V-02: where the signing time comes from.
Phrase time_source(const SignatureReport::SigningTime& time) noexcept;
/// V-02: was the signer's certificate within its period when it counts? Needs a signer.
Phrase validity_at_signing(const SignatureReport& signature) noexcept;

}  // namespace antin::verifier
