#include "service/casework/paper_codes.h"

#include "service/store/register_text.h"
#include "service/store/store_values.h"

namespace antin::casework {

using service::Database;

// Two digits each, so the last of them sorts last.
Result<std::int64_t> last_of_results(Database& database, office::PaperCode paper) {
  constexpr std::size_t kDigits = 2;
  paper.ordinal = 1;
  ANTIN_TRY(const auto first, paper.text());
  ANTIN_TRY(
      const auto rows,
      database.query("SELECT MAX(substr(paper_code, length(paper_code)-1)) FROM case_result"
                     " WHERE paper_code<>'' AND substr(paper_code, 1, length(paper_code)-2)=?1",
                     {first.substr(0, first.size() - kDigits)}));
  const auto last = rows.empty() ? std::string() : service::as_string(rows[0][0]);
  std::int64_t number = 0;
  for (const char digit : last) number = number * 10 + (digit - '0');
  return number;
}

Result<std::int64_t> last_of_digitised(Database& database, const Bytes& holder_hash,
                                       const office::PaperCode& paper) {
  ANTIN_TRY(const auto rows,
            database.query("SELECT COALESCE(MAX(ordinal), 0) FROM held_result WHERE holder_hash=?1"
                           " AND kind=?2 AND number_key=?3",
                           {holder_hash, paper.paper, service::register_key(paper.symbol)}));
  return rows.empty() ? 0 : service::as_integer(rows[0][0]);
}

}  // namespace antin::casework
