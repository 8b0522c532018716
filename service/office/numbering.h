#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "certs/core/error.h"

namespace antin::office {

/// At least two digits: 01…09, 10, 100 (vietnam.md C-10).
std::string two_digits(std::uint32_t number);

/// How a unit writes the numbers of one kind of book (C-09): "{n}", "{n}/ĐT".
class NumberFormat {
 public:
  /// Fails with kNumberFormat unless it holds "{n}" once, at most 32 octets of NFC, and besides it
  /// neither blanks, digits nor braces: what is printed must be readable back.
  static Result<NumberFormat> parse(std::string_view setting);

  const std::string& setting() const noexcept { return setting_; }
  /// 5 → "05/ĐT"
  std::string text(std::uint32_t number) const;
  /// What people type for a number of this series: "125/ĐT", "0125 / đt", "125dt", "số 125", "125".
  /// Fails with kNumberUnreadable for anything else, as for a number of another series.
  Result<std::uint32_t> number(std::string_view typed) const;

 private:
  NumberFormat(std::string setting, std::string before, std::string after)
      : setting_(std::move(setting)), before_(std::move(before)), after_(std::move(after)) {}
  std::string setting_, before_, after_;
};

/// The name of a book: its volume and year, with the symbol of its kind (NĐ 23/2015 Đ13).
struct BookName {
  std::uint32_t volume = 1;
  int year = 0;
  std::string symbol;  ///< "SCT/BS"; "" when it was not said

  std::string text() const;  ///< "01/2026": {quyen} of the attestation
  std::string full() const;  ///< "01/2026-SCT/BS"
  /// What people type: "quyển số 01/2026 - SCT/BS", "1/2026", "01/2026-sct/bs". Fails with
  /// kNumberUnreadable.
  static Result<BookName> parse(std::string_view typed);
};

/// What finds a number or a book in the register, whatever zeros, blanks and case it was typed
/// with: service::register_key() of it.
std::string number_key(std::string_view text);

/// "05/QĐ-UBND" of a document, and "Số: 05/QĐ-UBND" as it is printed (R-12; NĐ 30/2020).
std::string document_number(std::uint32_t number, std::string_view symbol);
std::string document_number_line(std::uint32_t number, std::string_view symbol);

/// The code of a procedure's result (R-13; NĐ 45/2020 Đ14): "…-KQ(1)", from 1 on.
struct ResultCode {
  std::string dossier;
  std::uint32_t ordinal = 0;

  std::string text() const;
  /// Fails with kPaperCode for an ordinal of 0, or a dossier code that is empty, longer than 100
  /// octets, holds blanks or control characters, or is itself the code of a result.
  static Result<ResultCode> make(std::string_view dossier, std::uint32_t ordinal);
  /// `^.+-KQ\([1-9][0-9]*\)$` and what make() asks for. Fails with kPaperCode.
  static Result<ResultCode> parse(std::string_view text);
};

/// The code of a paper in its holder's store: "{SoDinhDanh}.{MaGiayTo}.{SoKyHieu}.{NN}".
struct PaperCode {
  std::string holder;   ///< identity number
  std::string paper;    ///< code of the kind of paper
  std::string symbol;   ///< number and symbol, "12/QĐ-UBND"; blanks are left out
  unsigned ordinal{1};  ///< 1 to 99
  /// Fails with kPaperCode naming the part: empty, too long, with blanks or control characters; a
  /// dot may stand in the symbol and in the paper's code, not in the holder's number.
  Result<std::string> text() const;
};

}  // namespace antin::office
