#pragma once

#include <string>

#include "verifier/report.h"

namespace antin::verifier {

/// The report as ETSI TS 119 102-2 V1.4.1 XML, valid against its schema: one
/// SignatureValidationReport for each signature; document timestamps as validation objects with a
/// report of their own; every object with its octets and proof of existence.
///
/// Left out, because antin does not judge it: SignatureQuality, SignatureValidator, and a signature
/// of the report itself. A file without signatures has one SignatureValidationReport that says so
/// (the schema wants one): INDETERMINATE with the sub-indication
/// urn:antin:subindication:NO_SIGNATURE_FOUND.
std::string to_etsi(const Report& report);

}  // namespace antin::verifier
