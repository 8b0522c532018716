#include "service/main/agency_key.h"

#include <algorithm>

#include "certs/certificate.h"
#include "hsm/pkcs11/pkcs11_key_holder.h"
#include "hsm/tokend/file_journal.h"
#include "service/system/files.h"

namespace antin::service {
namespace {

constexpr std::size_t kMaxCertificateFile = 1U << 20U;
/// Longer than the key holder's own limits for a stuck token, so that its answer arrives.
constexpr std::chrono::milliseconds kTokenWithin{120'000};

Result<std::vector<CertificateDer>> certificates_in(const std::string& path) {
  ANTIN_TRY(const auto octets, read_file(path, kMaxCertificateFile));
  ANTIN_TRY(const auto read, certs::Certificate::from_file_bytes(octets));
  std::vector<CertificateDer> out;
  for (const auto& certificate : read) out.emplace_back(certificate.der());
  return out;
}

}  // namespace

AgencyKeyHolder::AgencyKeyHolder(std::unique_ptr<hsm::KeyHolder> holder, std::string uri,
                                 std::optional<CertificateDer> certificate,
                                 std::vector<CertificateDer> chain)
    : holder_(std::move(holder)),
      uri_(std::move(uri)),
      certificate_(std::move(certificate)),
      chain_(std::move(chain)) {}

Result<AgencyKey> AgencyKeyHolder::find() {
  hsm::KeyQuery query;
  query.uri = uri_;
  ANTIN_TRY(auto found, hsm::find_one(*holder_, query));
  AgencyKey key;
  key.uri = found.uri;
  if (!certificate_ && !found.certificate)
    return make_error(Code::kKeyHasNoCertificate, "no certificate on the token or in the file");
  key.certificate = certificate_ ? *certificate_ : *found.certificate;
  key.chain = chain_;
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

Result<std::unique_ptr<AgencySigning>> AgencySigning::open(const Config::Agency& agency,
                                                           const std::string& journal,
                                                           const Clock& clock) {
  ANTIN_TRY(auto pin, hsm::read_pin_file(agency.pin_file));
  hsm::Pkcs11Options options;
  options.modules = agency.modules;
  options.child_program = hsm::child_program_beside_this();
  options.unattended.push_back({.token_uri = agency.token, .pin = std::move(pin)});
  std::optional<CertificateDer> own;
  std::vector<CertificateDer> chain;
  if (!agency.certificate.empty()) {
    ANTIN_TRY(auto read, certificates_in(agency.certificate));
    if (read.empty())
      return make_error(Code::kCertMalformed, agency.certificate + " holds no certificate");
    own = read.front();
    chain.assign(read.begin() + 1, read.end());
  }
  for (const auto& path : agency.chain) {
    ANTIN_TRY(const auto read, certificates_in(path));
    chain.insert(chain.end(), read.begin(), read.end());
  }
  auto made = std::make_unique<AgencySigning>();
  ANTIN_TRY(made->holder_, hsm::Pkcs11KeyHolder::create(std::move(options)));
  ANTIN_TRY(made->journal_, hsm::FileJournal::open(journal, clock));
  ANTIN_TRY(made->tokend_, hsm::Tokend::create(*made->holder_, *made->journal_,
                                               {.signing_keys = {agency.key},
                                                .login = hsm::TokendPolicy::Login::kRefused}));
  made->server_ = std::make_unique<hsm::TokendServer>(*made->tokend_);
  auto by_message = std::make_unique<hsm::TokendKeyHolder>(
      [server = made->server_.get()] { return server->connect(); },
      hsm::TokendKeyHolder::Timeouts{.call = kTokenWithin, .login = kTokenWithin});
  made->client_ = std::make_unique<AgencyKeyHolder>(std::move(by_message), agency.key,
                                                    std::move(own), std::move(chain));
  return made;
}

}  // namespace antin::service
