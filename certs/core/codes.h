#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "certs/core/etsi.h"

namespace antin {

/// What the caller can usefully do next.
enum class Remedy : std::uint8_t { kFixInput, kRetryLater, kAskOperator, kReportBug, kNone };

/// Stable identity of an error or a finding. Tests, metrics and API clients match on this and on
/// nothing else. Rows live in certs/core/codes/*.inc, one file per area:
/// append, never renumber, never rename.
enum class Code : std::uint16_t {
#define ANTIN_CODE(symbol, number, ...) symbol = (number),
#include "certs/core/codes/all.inc"
#undef ANTIN_CODE
};

/// One row of the catalogue; all texts are UTF-8 in NFC and may hold {placeholders} that
/// fill_in() (error.h) replaces.
struct CodeInfo {
  Code code;
  std::string_view name;  ///< "pdf.byte_range_gap": English snake_case, dotted area
  Remedy remedy;
  int http_status;                              ///< when it ends a request; 0: only ever a finding
  std::string_view m_number;                    ///< "M-10" of the message catalogue, or ""
  std::optional<SubIndication> sub_indication;  ///< the one it decides, if any
  std::string_view vi;                          ///< what happened, Vietnamese
  std::string_view en;                          ///< what happened, English
  std::string_view vi_do;                       ///< what to do, Vietnamese; may be ""
  std::string_view en_do;                       ///< what to do, English; may be ""
};

/// Never fails: every enumerator has a row. Thread-safe.
const CodeInfo& info(Code code) noexcept;
std::optional<Code> code_named(std::string_view name) noexcept;
/// The whole table, in the order of the files.
std::span<const CodeInfo> all_codes() noexcept;

enum class Language : std::uint8_t { kVietnamese, kEnglish };

}  // namespace antin
