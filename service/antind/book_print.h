#pragma once

#include <string>

#include "service/antind/casework_api.h"
#include "service/antind/letter_maker.h"
#include "service/office/legal_day.h"

namespace antin::service {

/// "2026-11" from 1900 to 2999.
bool is_month(const std::string& text);
/// The first day of the month after the one that begins on `first`.
office::LegalDay month_after(office::LegalDay first);

/// Which book, and which part of it.
struct BookPart {
  casework::Book book;
  std::string month;  ///< "2026-11", or "" for the whole year
};

/// The print of a book (C-19; NĐ 23/2015 Đ13): its rows with the columns of the annex, counts, and
/// of a closed year the confirmation with a place for its signature. `layouts`: folder of
/// templates, in the version of the last day that it tells of. Fails with kHttpParameter ({month})
/// for a month of another year, kBookPrintUnset without `layouts`, kLayoutTooLarge beyond 30,000
/// rows, and as the rules and the store do. Nothing is drawn here: see make_letter().
Result<LetterOrder> book_print(Store& store, const OfficeRules& office, const std::string& layouts,
                               const BookPart& part, UtcTime now);

}  // namespace antin::service
