#pragma once

#include <string>
#include <vector>

#include "certs/core/error.h"
#include "service/cli_digitise/send.h"

namespace antin::service {

/// What became of a folder.
struct Told {
  std::size_t taken = 0, held = 0, faulty = 0, not_sent = 0, good = 0;
  std::string to_mend;  ///< file with the rows that are wrong; "" when there is none
};

/// Every row that is not good, with what is said against it.
void print_rows(const CheckedFolder& checked, const std::vector<Language>& spoken);
void print_summary(const Told& told, const std::vector<Language>& spoken);
/// {"schema": "antin-digitise-result/1", …}
std::string folder_json(const CheckedFolder& checked, const Told& told);

/// Rows with errors as a table of their own beside `table`, under a name that is not taken yet:
/// what somebody has begun to mend is not overwritten. Returns its path, "" when all are good.
Result<std::string> write_to_mend(const CheckedFolder& checked, const std::string& table,
                                  Language language);

}  // namespace antin::service
