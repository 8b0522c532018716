#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "service/antind/api_keys.h"
#include "service/antind/config.h"
#include "service/http/http_message.h"

namespace antin::service {

/// The server's settings as the configuration has them, with the fields that every answer carries.
HttpSettings front_settings(const Config& config);

/// Whether this request's Host is one of http.hosts (empty: any); a request without Host (HTTP/1.0)
/// is no browser's.
bool is_our_host(const RequestHead& head, const std::vector<std::string>& hosts);

/// The configuration's roles, for the keys.
KeyRing::Roles roles_of(const Config& config);

/// Content-Security-Policy of the staff's pages, and of the public check page. What a browser
/// refuses because of them it tells kCspReports.
extern const std::string_view kStaffPolicy, kCheckPolicy;

}  // namespace antin::service
