#pragma once

#include <string>

#include "verifier/report.h"

/// Reports made by hand: what the judge would say, without judging.
namespace antin::verifier::made {

UtcTime time(const std::string& rfc3339);
/// 64 hexadecimal digits that depend on `seed`.
std::string sha256(unsigned seed);

/// One signature with everything a report can say of it; TOTAL-PASSED.
SignatureReport signature(unsigned number);
SignatureReport document_timestamp(unsigned number);

/// `signatures` of them, and the verdict with its message.
Report report(Verdict verdict, unsigned signatures);
/// Every text a document's author chooses is `text`.
Report report_full_of(const std::string& text);

}  // namespace antin::verifier::made
