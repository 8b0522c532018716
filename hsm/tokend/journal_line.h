#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "hsm/tokend/journal.h"

namespace antin::hsm {

/// The line of the journal that holds `record`, without its newline: one JSON object whose members
/// stand in a fixed order. `hash` is not in it: it is the SHA-256 of the line.
std::string to_journal_line(const JournalRecord& record);

/// Reads what to_journal_line() writes and nothing else, so that no two lines mean the same. Fills
/// in `hash`.
std::optional<JournalRecord> from_journal_line(std::string_view line);

/// Longer lines are no entries.
constexpr std::size_t kMaxJournalLine = std::size_t{64} << 10U;

}  // namespace antin::hsm
