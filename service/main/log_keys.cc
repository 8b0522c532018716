#include "service/main/log_keys.h"

#include <mutex>
#include <optional>

#include "hsm/tokend/client.h"

namespace antin::service {
namespace {

constexpr std::chrono::milliseconds kWithin{30'000};

std::shared_ptr<hsm::TokendKeyHolder> tokend_of(const Config& config) {
  return std::make_shared<hsm::TokendKeyHolder>(
      [socket = config.agency.tokend] { return hsm::connect_to_tokend(socket); },
      hsm::TokendKeyHolder::Timeouts{.call = kWithin, .login = kWithin});
}

class TokendCheckpointKey final : public CheckpointKey {
 public:
  TokendCheckpointKey(std::shared_ptr<hsm::TokendKeyHolder> tokend, std::string uri)
      : tokend_(std::move(tokend)), uri_(std::move(uri)) {}

  Result<Bytes> public_key() override {
    const std::lock_guard lock(mutex_);
    if (!known_) {
      ANTIN_TRY(known_, tokend_->checkpoint_key(uri_));
    }
    return *known_;
  }
  Result<Bytes> sign(const std::string& text) override {
    auto signature = tokend_->sign_checkpoint(uri_, text);
    // The token may have been exchanged for another with the same label.
    const std::lock_guard lock(mutex_);
    if (!signature) known_.reset();
    return signature;
  }

 private:
  const std::shared_ptr<hsm::TokendKeyHolder> tokend_;
  const std::string uri_;
  std::mutex mutex_;
  std::optional<Bytes> known_;
};

audit::Journaled to_journaled(const hsm::JournalRecord& record) {
  const auto& entry = record.entry;
  return {.number = record.number,
          .kind = entry.kind == hsm::JournalEntry::Kind::kCheckpoint
                      ? audit::Journaled::Kind::kCheckpoint
                      : audit::Journaled::Kind::kDocument,
          .signed_sha256 = entry.signed_sha256,
          .key_uri = entry.key_uri,
          .origin = entry.origin,
          .size = entry.size,
          .root = entry.root};
}

}  // namespace

std::shared_ptr<CheckpointKey> checkpoint_key(const Config& config) {
  if (config.audit.checkpoint_key.empty()) return nullptr;
  return std::make_shared<TokendCheckpointKey>(tokend_of(config), config.audit.checkpoint_key);
}

audit::Journal tokend_journal(const Config& config) {
  if (config.agency.tokend.empty()) return {};
  return [tokend = tokend_of(config)](std::uint64_t after,
                                      std::size_t most) -> Result<audit::JournalPage> {
    ANTIN_TRY(const auto page, tokend->journal(after, most));
    audit::JournalPage out{.entries = {}, .last = page.last};
    out.entries.reserve(page.records.size());
    for (const auto& record : page.records) out.entries.push_back(to_journaled(record));
    return out;
  };
}

}  // namespace antin::service
