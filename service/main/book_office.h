#pragma once

#include <string>

#include "service/antind/config.h"
#include "service/store/store.h"

namespace antin::service {

/// What `antin book` does beyond the rows themselves. A file is made anew: kFileExists otherwise.

/// The print of a month ("2026-11") or of the whole year (""), composed by a worker as the service
/// does it.
Status print_book(Store& store, const Config& config, const std::string& book,
                  const std::string& month, const std::string& output);
/// The monthly report; `unit`: "": every one; `output` "": standard output.
struct ReportOrder {
  std::string month, unit, output;
};
Status report_index(Store& store, const Config& config, const ReportOrder& order);
/// A folder for an inspector: the lines, and with Contents::kDocuments every released file.
enum class Contents { kLines, kDocuments };
Status export_book_to(Store& store, const Config& config, const std::string& book,
                      const std::string& folder, Contents contents);

}  // namespace antin::service
