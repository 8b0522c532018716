#include "service/main/log_keys.h"

#include <mutex>
#include <optional>

#include "service/audit/tokend_journal.h"

namespace antin::service {
namespace {

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

}  // namespace

std::shared_ptr<CheckpointKey> checkpoint_key(const Config& config) {
  if (config.audit.checkpoint_key.empty()) return nullptr;
  return std::make_shared<TokendCheckpointKey>(audit::tokend_at(config.agency.tokend),
                                               config.audit.checkpoint_key);
}

audit::Journal tokend_journal(const Config& config) {
  if (config.agency.tokend.empty()) return {};
  return audit::journal_of(audit::tokend_at(config.agency.tokend));
}

}  // namespace antin::service
