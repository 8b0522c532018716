#include "service/main/agency_key.h"

#include <algorithm>

#include "certs/certificate.h"
#include "hsm/tokend/client.h"
#include "service/system/files.h"

namespace antin::service {
namespace {

constexpr std::size_t kMaxCertificateFile = 1U << 20U;
/// Longer than the key holder's own limits for a stuck token, so that its answer arrives.
constexpr std::chrono::milliseconds kTokenWithin{120'000};
constexpr std::chrono::seconds kKnockAgainAfter{1};

Result<std::vector<CertificateDer>> certificates_in(const std::string& path) {
  ANTIN_TRY(const auto octets, read_file(path, kMaxCertificateFile));
  ANTIN_TRY(const auto read, certs::Certificate::from_file_bytes(octets));
  std::vector<CertificateDer> out;
  out.reserve(read.size());
  for (const auto& certificate : read) out.emplace_back(certificate.der());
  return out;
}

Result<std::unique_ptr<KeyClient>> open_one(const UnitSealConfig& one, const std::string& tokend,
                                            const Clock& clock) {
  AgencyKeyHolder::Certificates certificates;
  if (!one.certificate.empty()) {
    ANTIN_TRY(auto read, certificates_in(one.certificate));
    if (read.empty())
      return make_error(Code::kCertMalformed, one.certificate + " holds no certificate");
    certificates.own = read.front();
    certificates.chain.assign(read.begin() + 1, read.end());
  }
  for (const auto& path : one.chain) {
    ANTIN_TRY(const auto read, certificates_in(path));
    certificates.chain.insert(certificates.chain.end(), read.begin(), read.end());
  }
  const auto connect = [tokend] { return hsm::connect_to_tokend(tokend); };
  auto by_message = std::make_unique<hsm::TokendKeyHolder>(
      connect, hsm::TokendKeyHolder::Timeouts{.call = kTokenWithin, .login = kTokenWithin});
  const auto knock = [connect]() -> Status {
    ANTIN_CHECK(connect());
    return Done{};
  };
  return std::unique_ptr<KeyClient>(std::make_unique<AgencyKeyHolder>(
      std::move(by_message), one.key, std::move(certificates), knock, clock));
}

}  // namespace

AgencyKeyHolder::AgencyKeyHolder(std::unique_ptr<hsm::KeyHolder> holder, std::string uri,
                                 Certificates certificates, Knock knock, const Clock& clock)
    : holder_(std::move(holder)),
      uri_(std::move(uri)),
      certificates_(std::move(certificates)),
      knock_(std::move(knock)),
      clock_(clock) {}

Result<AgencyKey> AgencyKeyHolder::find() {
  hsm::KeyQuery query;
  query.uri = uri_;
  ANTIN_TRY(auto found, hsm::find_one(*holder_, query));
  AgencyKey key;
  key.uri = found.uri;
  if (!certificates_.own && !found.certificate)
    return make_error(Code::kKeyHasNoCertificate, "no certificate on the token or in the file");
  key.certificate = certificates_.own ? *certificates_.own : *found.certificate;
  key.chain = certificates_.chain;
  key.chain.insert(key.chain.end(), found.chain.begin(), found.chain.end());
  if (found.schemes.empty()) return make_error(Code::kTokenMechanism, "key signs nothing");
  key.scheme = found.schemes.front();
  return key;
}

Result<AgencyKey> AgencyKeyHolder::key() {
  {
    const std::lock_guard lock(mutex_);
    if (known_) return *known_;
  }
  // Not under the lock: a token may take its time, and two look-ups do no harm.
  ANTIN_TRY(auto key, find());
  const std::lock_guard lock(mutex_);
  known_ = key;
  return key;
}

Result<SignatureValue> AgencyKeyHolder::sign(const AgencyKey& key, const ToBeSigned& attributes) {
  auto value = holder_->sign(key.uri, key.scheme, attributes);
  if (!value) {
    const std::lock_guard lock(mutex_);
    known_.reset();
  }
  return value;
}

Status AgencyKeyHolder::reachable() {
  const std::lock_guard lock(mutex_);
  const auto now = clock_.ticks();
  // Whoever asks again and again learns it from memory.
  if (!knocked_at_ || now - *knocked_at_ >= kKnockAgainAfter) {
    last_knock_ = knock_();
    knocked_at_ = now;
  }
  return last_knock_;
}

Result<KeyClient*> UnitKeys::of_unit(const std::string& unit) {
  const auto found = seals_.find(unit);
  if (found == seals_.end()) return make_error(Code::kSealUnitWithoutKey, unit, {{"don_vi", unit}});
  return found->second.get();
}

Result<std::unique_ptr<KeyClient>> open_agency_key(const Config::Agency& agency,
                                                   const std::vector<UnitSealConfig>& units,
                                                   const Clock& clock) {
  ANTIN_TRY(
      auto own,
      open_one(
          {.code = {}, .key = agency.key, .certificate = agency.certificate, .chain = agency.chain},
          agency.tokend, clock));
  if (units.empty()) return own;
  UnitKeys::Seals seals;
  for (const auto& unit : units) {
    ANTIN_TRY(auto seal, open_one(unit, agency.tokend, clock));
    seals.emplace(unit.code, std::move(seal));
  }
  return std::unique_ptr<KeyClient>(std::make_unique<UnitKeys>(std::move(own), std::move(seals)));
}

}  // namespace antin::service
