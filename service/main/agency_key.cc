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

Result<std::unique_ptr<AgencyKeyHolder>> open_agency_key(const Config::Agency& agency,
                                                         const Clock& clock) {
  AgencyKeyHolder::Certificates certificates;
  if (!agency.certificate.empty()) {
    ANTIN_TRY(auto read, certificates_in(agency.certificate));
    if (read.empty())
      return make_error(Code::kCertMalformed, agency.certificate + " holds no certificate");
    certificates.own = read.front();
    certificates.chain.assign(read.begin() + 1, read.end());
  }
  for (const auto& path : agency.chain) {
    ANTIN_TRY(const auto read, certificates_in(path));
    certificates.chain.insert(certificates.chain.end(), read.begin(), read.end());
  }
  const auto connect = [path = agency.tokend] { return hsm::connect_to_tokend(path); };
  auto by_message = std::make_unique<hsm::TokendKeyHolder>(
      connect, hsm::TokendKeyHolder::Timeouts{.call = kTokenWithin, .login = kTokenWithin});
  const auto knock = [connect]() -> Status {
    ANTIN_CHECK(connect());
    return Done{};
  };
  return std::make_unique<AgencyKeyHolder>(std::move(by_message), agency.key,
                                           std::move(certificates), knock, clock);
}

}  // namespace antin::service
