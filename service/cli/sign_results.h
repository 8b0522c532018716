#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "certs/certificate.h"
#include "certs/core/codes.h"
#include "service/cli/extend_files.h"
#include "signer/batch.h"

namespace antin::service {

/// What a person reads after a file is done (S-25): M-01 with field, level, time and certificate,
/// or M-02 with the reason.
void print_outcome(std::ostream& out, const signer::BatchItem& item,
                   const signer::BatchOutcome& outcome, const certs::Certificate& certificate,
                   const std::vector<Language>& spoken);

/// The same as one line of JSON, "schema": "antin-sign/1".
std::string outcome_json(const signer::BatchItem& item, const signer::BatchOutcome& outcome,
                         const certs::Certificate& certificate);

/// Results of the two-step commands, one line of JSON each.
std::string prepared_json(const std::string& input, const std::string& output,
                          const std::string& state, const std::string& field,
                          SignatureScheme scheme, const Findings& warnings);
std::string completed_json(const std::string& input, const std::string& output,
                           const signer::SignedDocument& document, const SharedBytes& whole);

/// What became of one file of `antin extend`: for a person, and as one line of JSON, "schema":
/// "antin-extend/1".
void print_extended(std::ostream& out, const std::string& input, const std::string& output,
                    const Result<ExtendedFile>& made, const std::vector<Language>& spoken);
std::string extended_json(const std::string& input, const std::string& output,
                          const Result<ExtendedFile>& made);

/// An error that came before any file was looked at, as one line of JSON.
std::string failure_json(const Error& error);
/// Passes `code` on; what went wrong is printed as JSON first where --json is wanted.
Result<int> or_failure_json(const Arguments& arguments, Result<int> code);

}  // namespace antin::service
