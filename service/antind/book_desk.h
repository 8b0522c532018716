#pragma once

#include "service/antind/casework_api.h"

namespace antin::service {

/// What an office does with its books beside entering rows: prints them, opens volumes, reports the
/// month, hands them to an inspector. A view of CaseworkApi's parts; costs nothing to make.
class BookDesk {
 public:
  explicit BookDesk(const CaseworkApi::Parts& parts) : parts_(parts) {}

  /// GET /api/v1/books/print (C-19)
  Result<Response> print(const Request& request, const Caller& caller) const;
  /// POST /api/v1/books/volume
  Result<Response> next_volume(const Request& request, const Caller& caller) const;
  /// GET /api/v1/books/export
  Result<Response> export_lines(const Request& request, const Caller& caller) const;
  /// GET /api/v1/reports/index (C-22)
  Result<Response> index_report(const Request& request, const Caller& caller) const;

 private:
  const CaseworkApi::Parts& parts_;
};

/// The monthly report of these units (none: all) as CSV (C-22). `month`: "2026-11". Fails with
/// kHttpParameter ({month}).
Result<std::string> index_report_of(Store& store, const OfficeRules& office,
                                    const std::vector<std::string>& units,
                                    const std::string& month);
/// "02/2026-SCT/BS" after "01/2026-SCT/BS". Fails with kNumberUnreadable for a book without
/// volumes.
Result<std::string> next_volume_name(const std::string& name);

}  // namespace antin::service
