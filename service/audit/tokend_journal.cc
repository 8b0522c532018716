#include "service/audit/tokend_journal.h"

#include <chrono>
#include <utility>

namespace antin::audit {
namespace {

constexpr std::chrono::milliseconds kWithin{30'000};

}  // namespace

std::shared_ptr<hsm::TokendKeyHolder> tokend_at(const std::string& socket) {
  return std::make_shared<hsm::TokendKeyHolder>(
      [socket] { return hsm::connect_to_tokend(socket); },
      hsm::TokendKeyHolder::Timeouts{.call = kWithin, .login = kWithin});
}

Journaled to_journaled(const hsm::JournalRecord& record) {
  const auto& entry = record.entry;
  return {.number = record.number,
          .kind = entry.kind == hsm::JournalEntry::Kind::kCheckpoint ? Journaled::Kind::kCheckpoint
                                                                     : Journaled::Kind::kDocument,
          .signed_sha256 = entry.signed_sha256,
          .key_uri = entry.key_uri,
          .origin = entry.origin,
          .size = entry.size,
          .root = entry.root};
}

Journal journal_of(std::shared_ptr<hsm::TokendKeyHolder> tokend) {
  return
      [tokend = std::move(tokend)](std::uint64_t after, std::size_t most) -> Result<JournalPage> {
        ANTIN_TRY(const auto page, tokend->journal(after, most));
        JournalPage out{.entries = {}, .last = page.last};
        out.entries.reserve(page.records.size());
        for (const auto& record : page.records) out.entries.push_back(to_journaled(record));
        return out;
      };
}

}  // namespace antin::audit
