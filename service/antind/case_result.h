#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "certs/core/random.h"
#include "service/antind/casework_api.h"

namespace antin::service {

/// What only results of procedures have (product D).

/// "replaces" and "further" of a submission. Fails with kCaseFacts.
Result<casework::ResultOrigin> result_origin(const nlohmann::json& members);

/// Who signs, in this order: the fact "signers", or else whoever has the authority alone.
std::vector<std::string> signers_of(const nlohmann::json& facts);
/// All of them are known to the office, and whoever has the authority is one of them. Fails with
/// kCaseFacts, kPersonUnknown.
Status check_signers(const OfficeRules& office, const nlohmann::json& facts);
/// each signature of a person is made by whoever stands at its place in that order.
/// Fails with kResultSignerOrder ({ten}, {tiep}), kCasePersonOther for one more than that.
Status signed_in_order(const OfficeRules& office, const nlohmann::json& facts,
                       const casework::SignedDocument& document);
/// And nobody is missing. Fails with kResultSignerMissing as well.
Status signed_by_all(const OfficeRules& office, const nlohmann::json& facts,
                     const casework::SignedDocument& document);
/// The case's step officer_sign: what follows on this document are further persons, or the seal.
Status next_may_sign(const OfficeRules& office, const nlohmann::json& facts,
                     const casework::SignedDocument& document);

/// How many persons have signed a case's document.
std::size_t signatures_done(const std::vector<casework::CaseDocument>& documents);

/// What a result is given with its number; the identity number of its holder is a part of R-15's
/// code, and without one there is none.
casework::ResultMarks result_marks(const nlohmann::json& facts, RandomSource& random);

/// What another system may fetch of its result: the document `of` as it was sent and
/// numbered at once, as it was signed when it is released, and neither once it is recalled.
/// `entry`: of the register, which is the first to know. Fails with kResultNotReleased,
/// kResultRecalled.
Status may_be_fetched(const casework::Case& one, const std::optional<casework::ResultRow>& result,
                      const std::optional<StoredEntry>& entry, const std::string& of);

/// "result" of a case's description.
nlohmann::ordered_json result_facts(const casework::ResultRow& result,
                                    const std::optional<casework::ResultRow>& replacement);

/// what the holder's store is told beside the file, field names as systems exchange them
/// (vietnam.md section 3).
struct ResultMetadata {
  const casework::Case& one;
  const nlohmann::json& facts;
  const casework::ResultRow& result;
  const std::optional<casework::ResultRow>& replacement;
  std::string unit_name, signer;
  std::string day;         ///< on which it was issued
  std::string confidence;  ///< where the case does not say
  std::optional<StoredEntry> entry;
  std::optional<casework::CaseDocument> document;  ///< sealed
};
nlohmann::ordered_json result_metadata(const ResultMetadata& of);

}  // namespace antin::service
