#pragma once

#include <iosfwd>
#include <nlohmann/json.hpp>
#include <vector>

#include "certs/core/codes.h"
#include "service/cli/trust_folder.h"

namespace antin::service {

/// Everything an operator compares before trusting: names, fingerprint, validity, key, kind.
void print_certificate(std::ostream& out, const certs::Certificate& certificate,
                       const std::vector<Language>& spoken);
/// One line: what it is (or, without a file yet, will be) trusted for.
void print_role(std::ostream& out, const TrustEntry& entry, const std::vector<Language>& spoken);

nlohmann::ordered_json certificate_json(const certs::Certificate& certificate);
nlohmann::ordered_json entry_json(const TrustEntry& entry);
/// One document on one line.
std::string dump_json(const nlohmann::ordered_json& document);

}  // namespace antin::service
