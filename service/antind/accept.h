#pragma once

#include <string_view>

#include "certs/core/error.h"

namespace antin::service {

/// A form in which a verification report can be sent.
struct ReportForm {
  std::string_view name;        ///< as antin-worker knows it: "json", "html", "pdf", "etsi"
  std::string_view media_type;  ///< of the response
};

/// The form that an Accept field asks for (RFC 9110 section 12.5.1): the highest weight wins, then
/// our own order, JSON first; an absent field is JSON. Of the value, at most 32 ranges count.
/// Fails with kReportNotAcceptable.
Result<ReportForm> report_form(std::string_view accept);

}  // namespace antin::service
