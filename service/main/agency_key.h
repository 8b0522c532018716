#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>

#include "certs/core/time.h"
#include "hsm/key_holder.h"
#include "service/antind/config.h"
#include "service/antind/config_seals.h"
#include "service/antind/key_client.h"
#include "service/antind/unit_seals.h"

namespace antin::service {

/// The agency's key at the other end of a conversation with antin-tokend. Which key the URI names
/// is asked once and again after any failure, because a token may have been exchanged. tokend may
/// go and come back at any time.
class AgencyKeyHolder final : public KeyClient {
 public:
  /// Says whether tokend answers the door.
  using Knock = std::function<Status()>;
  /// From files, for tokens that hold the key alone.
  struct Certificates {
    std::optional<CertificateDer> own;
    std::vector<CertificateDer> chain;
  };
  /// `clock` must outlive this.
  AgencyKeyHolder(std::unique_ptr<hsm::KeyHolder> holder, std::string uri,
                  Certificates certificates, Knock knock, const Clock& clock);
  Result<AgencyKey> key() override;
  Result<SignatureValue> sign(const AgencyKey& key, const ToBeSigned& attributes) override;
  Status reachable() override;

 private:
  Result<AgencyKey> find();
  const std::unique_ptr<hsm::KeyHolder> holder_;
  const std::string uri_;
  const Certificates certificates_;
  const Knock knock_;
  const Clock& clock_;
  std::mutex mutex_;
  std::optional<AgencyKey> known_;
  Status last_knock_ = Done{};
  std::optional<std::chrono::steady_clock::time_point> knocked_at_;
};

/// Several seals: [agency] itself, and each unit's own. Nobody gets another unit's.
class UnitKeys final : public KeyClient, public UnitSeals {
 public:
  using Seals = std::map<std::string, std::unique_ptr<KeyClient>>;
  UnitKeys(std::unique_ptr<KeyClient> own, Seals seals)
      : own_(std::move(own)), seals_(std::move(seals)) {}
  Result<AgencyKey> key() override { return own_->key(); }
  Result<SignatureValue> sign(const AgencyKey& key, const ToBeSigned& attributes) override {
    return own_->sign(key, attributes);
  }
  Status reachable() override { return own_->reachable(); }
  Result<KeyClient*> of_unit(const std::string& unit) override;

 private:
  const std::unique_ptr<KeyClient> own_;
  const Seals seals_;
};

/// Asks nothing of tokend yet, which need not run. `units`: [[agency.unit]] with whole paths. Fails
/// with kFileUnreadable and kCertMalformed for the configuration's certificates.
Result<std::unique_ptr<KeyClient>> open_agency_key(const Config::Agency& agency,
                                                   const std::vector<UnitSealConfig>& units,
                                                   const Clock& clock);

}  // namespace antin::service
