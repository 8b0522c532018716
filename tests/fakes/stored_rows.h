#pragma once

#include <string>
#include <utility>

#include "service/store/stored.h"

// Rows of a store, filled so that it takes them; a test changes what it is about.

namespace antin::fakes {

inline service::StoredJob stored_job(std::string id, UtcTime at,
                                     service::JobState state = service::JobState::kQueued) {
  return {.id = std::move(id),
          .kind = "sign",
          .owner = "key-1",
          .state = state,
          .created = at,
          .updated = at,
          .input_sha256 = Bytes(32, 1),
          .options = "{}",
          .result = {},
          .target = {}};
}

/// Of the document that stored_job() was given.
inline service::StoredSignature stored_signature(std::string id, UtcTime at) {
  return {.id = std::move(id),
          .owner = "key-1",
          .sha256 = Bytes(32, 2),
          .input_sha256 = Bytes(32, 1),
          .size = 5,
          .created = at,
          .facts = "{}"};
}

/// From B-T to B-LT, its first version the released one.
inline service::StoredUpgrade stored_upgrade(const std::string& signature, std::string job,
                                             UtcTime at) {
  return {.signature = signature,
          .job = std::move(job),
          .state = service::UpgradeState::kQueued,
          .level_wanted = "B-LT",
          .level = "B-T",
          .newest = signature,
          .versions = 1,
          .since = at,
          .due = at,
          .tries = 0,
          .told = "{}"};
}

/// A certified copy, released, in a book of the unit.
inline service::StoredEntry stored_entry(std::string number, std::string code,
                                         std::string unit = "H40.7") {
  return {.kind = "certified_copy",
          .number = std::move(number),
          .book = "01/2026-SCT/BS",
          .day = "2026-06-01",
          .unit_code = unit,
          .unit_name = "Unit " + unit,
          .pages = 1,
          .state = "released",
          .code = std::move(code),
          .decision = {},
          .decision_day = {},
          .officers = {},
          .agencies = {}};
}

}  // namespace antin::fakes
