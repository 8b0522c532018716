#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "certs/core/error.h"

namespace antin::verifier {

/// What kind of paper the register released (vietnam.md 0: each has its own signers and book).
enum class PaperKind {
  kCertifiedCopy,     ///< chứng thực bản sao điện tử từ bản chính
  kFromRegisterCopy,  ///< cấp bản sao điện tử từ sổ gốc
  kSaoY,              ///< SAO Y, SAO LỤC, TRÍCH SAO
  kResult             ///< kết quả giải quyết thủ tục hành chính
};
/// "certified_copy", "from_register_copy", "sao_y", "result".
std::string_view name(PaperKind kind) noexcept;
std::optional<PaperKind> paper_kind_named(std::string_view name) noexcept;

/// What the register of an office says about one document ("register" of antin-report/1).
struct RegisterEntry {
  enum class State { kReleased, kCancelled, kRecalled, kPending, kNotFound };
  State state = State::kNotFound;
  PaperKind kind = PaperKind::kCertifiedCopy;
  std::string number, book;
  std::string date;  ///< "2026-06-01": the legal day, at UTC+07:00
  std::string unit_code, unit_name;
  std::size_t pages = 0;
  /// SHA-256 in hexadecimal of the certificates that signed it, as recorded at release.
  std::vector<std::string> officers, agencies;
  struct Decision {
    std::string number, date;
  };
  std::optional<Decision> decision;  ///< of a cancelled or recalled one
};
std::string_view name(RegisterEntry::State state) noexcept;
std::optional<RegisterEntry::State> register_state_named(std::string_view name) noexcept;

/// Reads one entry from JSON, the members of antin-report/1 "register" and, where the caller may
/// see them, "unit_code", "officers", "agencies". Fails with kRegisterAnswerMalformed.
Result<RegisterEntry> read_register_entry(std::string_view json);

/// The numbers that a lời chứng or the line of an office copy states, as read from the text of the
/// pages; what cannot be read is "".
struct Attestation {
  std::string number, book;  ///< "125/ĐT", "01/2026-SCT/BS", without blanks
  std::string office_form;   ///< "SAO Y", "SAO LỤC", "TRÍCH SAO"
};

}  // namespace antin::verifier
