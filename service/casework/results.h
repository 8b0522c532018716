#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "service/casework/book.h"
#include "service/office/numbering.h"

namespace antin::casework {

struct Case;

/// Results of procedures (NĐ 45/2020 Đ14): which dossier they are of, the code that nobody else's
/// result has, and which of them takes another's place.

/// What whoever submits a result says of its dossier.
struct ResultOrigin {
  std::string replaces = {};  ///< code of the result whose place it takes (NĐ 30/2020 Đ18)
  std::string further = {};   ///< why the dossier has one more
};

/// What a result is given together with its number.
struct ResultMarks {
  std::string public_code = {};                 ///< service::new_register_code(), for the QR code
  std::optional<office::PaperCode> paper = {};  ///< without symbol and ordinal; R-15
  /// Of the paper's holder, by which digitised papers are found; empty: there are none here.
  Bytes holder_hash = {};
};

struct ResultRow {
  std::string case_id, dossier, replaces, further;
  std::int64_t ordinal = 0;  ///< 0: not numbered yet
  std::string code;          ///< "H40.7-261123-0001-KQ(1)"
  std::string public_code, paper_code;
};

/// Within the transaction that opens `fresh`: may this dossier have one more? Fails with
/// kResultSameDocument, kResultDossierTaken, kResultReplacesUnknown, kResultReplacedAlready.
Status admit_result(Database& database, const Case& fresh, const ResultOrigin& origin,
                    const Bytes& document_sha256);
/// Within the transaction that gives `numbered` its number: the next code of its dossier, from 1 on
/// and without gaps. What is voided afterwards keeps it. Fails with kPaperCode.
Status mark_result(Database& database, const Case& numbered, const ResultMarks& marks);

Result<std::optional<ResultRow>> result_of(Database& database, const std::string& case_id);
/// The one that takes the place of the result with this code and was not given up.
Result<std::optional<ResultRow>> replacement_of(Database& database, const std::string& code);
/// Two results in force for one matter are none: fails with kResultReplacedInForce unless what it
/// replaces is recalled.
Status may_replace(Database& database, const ResultRow& result);
/// The newest case of a dossier that was not given up, in these units (none: all).
Result<std::optional<std::string>> case_of_dossier(Database& database, const std::string& dossier,
                                                   const std::vector<std::string>& units);
/// Every dossier has its codes from 1 on: kResultCodeMissing, at most 100.
Result<Findings> check_results(Database& database);

}  // namespace antin::casework
