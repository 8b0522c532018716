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

}  // namespace antin::verifier
