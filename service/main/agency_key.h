#pragma once

#include <memory>
#include <mutex>
#include <optional>

#include "hsm/key_holder.h"
#include "hsm/tokend/client.h"
#include "hsm/tokend/journal.h"
#include "hsm/tokend/server.h"
#include "hsm/tokend/tokend.h"
#include "service/antind/config.h"
#include "service/antind/key_client.h"

namespace antin::service {

/// The agency's key held by a hsm::KeyHolder. Which key the URI names is asked once and again after
/// any failure, because a token may have been exchanged.
class AgencyKeyHolder final : public KeyClient {
 public:
  /// `certificate`, `chain`: from files, for tokens that hold the key alone.
  AgencyKeyHolder(std::unique_ptr<hsm::KeyHolder> holder, std::string uri,
                  std::optional<CertificateDer> certificate, std::vector<CertificateDer> chain);
  Result<AgencyKey> key() override;
  Result<SignatureValue> sign(const AgencyKey& key, const ToBeSigned& attributes) override;

 private:
  Result<AgencyKey> find();
  std::unique_ptr<hsm::KeyHolder> holder_;
  const std::string uri_;
  const std::optional<CertificateDer> certificate_;
  const std::vector<CertificateDer> chain_;
  std::mutex mutex_;
  std::optional<AgencyKey> known_;
};

/// The key holder's side and antind's side of the conversation of docs/PROTOCOL.tokend.md, joined
/// by a channel: antind's own code sees a KeyClient and nothing else.
class AgencySigning {
 public:
  /// Opens the modules of the configuration; the PIN is read here and handed to the holder. Only
  /// the configured key may sign; each signature is in `journal` before it is released. Fails with
  /// kFileUnreadable, kFileUnwritable, kTokenPinFileUnsafe, kCertMalformed, kTokenUriInvalid.
  static Result<std::unique_ptr<AgencySigning>> open(const Config::Agency& agency,
                                                     const std::string& journal,
                                                     const Clock& clock);
  KeyClient& client() noexcept { return *client_; }

 private:
  std::unique_ptr<hsm::KeyHolder> holder_;
  std::unique_ptr<hsm::SignatureJournal> journal_;
  std::unique_ptr<hsm::Tokend> tokend_;
  std::unique_ptr<hsm::TokendServer> server_;
  std::unique_ptr<KeyClient> client_;
};

}  // namespace antin::service
