#include "service/agent/key_ring.h"

#include <chrono>
#include <filesystem>

#include "hsm/pkcs11/pkcs11_key_holder.h"

namespace antin::service::agent {

Result<Found> find_certificate(KeyRing& ring, const std::string& sha256_hex) {
  ANTIN_TRY(auto seen, ring.look());
  for (auto& one : seen.certificates) {
    if (to_hex(one.certificate.sha256()) == sha256_hex) return std::move(one);
  }
  if (!seen.tokens.empty())
    return make_error(Code::kAgentWrongCertificate, std::to_string(seen.tokens.size()) + " tokens");
  if (!seen.failures.empty()) return std::move(seen.failures.front());
  return make_error(Code::kAgentNoToken, "no token");
}

Status check_usable(const certs::Certificate& certificate, UtcTime now) {
  if (now > certificate.not_after())
    return make_error(Code::kCertificateExpired, "not after",
                      {{"ngay", to_vietnam_day_text(certificate.not_after())}});
  if (now < certificate.not_before())
    return make_error(Code::kCertificateNotYetValid, "not before",
                      {{"ngay", to_vietnam_day_text(certificate.not_before())}});
  if (certificate.is_ca() || !certificate.may_sign())
    return make_error(Code::kAgentNotForSigning, certificate.serial_hex());
  return Done{};
}

SignatureScheme usual_scheme(const certs::Certificate& certificate) {
  const auto key = certificate.public_key();
  if (key.kind != certs::PublicKeyInfo::Kind::kEc)
    return {.algorithm = SignatureAlgorithm::kRsaPkcs1, .digest = DigestAlgorithm::kSha256};
  const auto digest = key.bits > 384   ? DigestAlgorithm::kSha512
                      : key.bits > 256 ? DigestAlgorithm::kSha384
                                       : DigestAlgorithm::kSha256;
  return {.algorithm = SignatureAlgorithm::kEcdsa, .digest = digest};
}

Pkcs11KeyRing::Pkcs11KeyRing(std::vector<std::string> modules, std::string child_program)
    : modules_(std::move(modules)), child_program_(std::move(child_program)) {}

Pkcs11KeyRing::~Pkcs11KeyRing() = default;

Result<Pkcs11KeyRing::Holder> Pkcs11KeyRing::make() const {
  hsm::Pkcs11Options options;
  for (const auto& path : modules_) {
    std::error_code unknown;
    if (std::filesystem::exists(path, unknown)) options.modules.push_back(path);
  }
  if (options.modules.empty()) return make_error(Code::kAgentNoDriver, "no module");
  options.child_program = child_program_;
  ANTIN_TRY(auto holder, hsm::Pkcs11KeyHolder::create(std::move(options)));
  return Holder(std::move(holder));
}

Result<Pkcs11KeyRing::Holder> Pkcs11KeyRing::viewer() {
  const std::lock_guard lock(mutex_);
  if (!viewer_) {
    ANTIN_TRY(viewer_, make());
  }
  return viewer_;
}

Result<Pkcs11KeyRing::Holder> Pkcs11KeyRing::signer() {
  const std::lock_guard lock(mutex_);
  if (!signer_) {
    ANTIN_TRY(signer_, make());
  }
  return signer_;
}

namespace {

// What stands beside a certificate and may be a part of its path; a device may hold much more.
std::vector<Bytes> issuers_in(const std::vector<CertificateDer>& others) {
  constexpr std::size_t kMostChain = 8;
  std::vector<Bytes> chain;
  for (const auto& other : others) {
    const auto certificate = certs::Certificate::from_der(other.value());
    if (certificate && certificate.value().is_ca() && chain.size() < kMostChain)
      chain.push_back(certificate.value().der());
  }
  return chain;
}

}  // namespace

// Some drivers see a device only when they are loaded after it was plugged in; loading costs more
// than looking.
void Pkcs11KeyRing::reload_now_and_then(const Holder& holder) {
  constexpr std::chrono::seconds kBetween{3};
  const auto now = std::chrono::steady_clock::now();
  {
    const std::lock_guard lock(mutex_);
    if (loaded_ && now - *loaded_ < kBetween) return;
    loaded_ = now;
  }
  holder->look_again();
}

Result<KeyRing::Seen> Pkcs11KeyRing::look() {
  ANTIN_TRY(const auto holder, viewer());
  reload_now_and_then(holder);
  Seen seen;
  ANTIN_TRY(auto listing, holder->tokens());
  seen.tokens = std::move(listing.tokens);
  seen.failures = std::move(listing.failures);
  const auto shown = holder->certificates_before_login({});
  if (!shown) {
    if (seen.failures.empty()) seen.failures.push_back(shown.error());
    return seen;
  }
  for (const auto& one : shown.value()) {
    // A device may hold things of any age: what cannot be read is not for signing.
    auto certificate = certs::Certificate::from_der(one.certificate->value());
    if (!certificate || certificate.value().is_ca()) continue;
    seen.certificates.push_back({.token = one.token,
                                 .certificate = std::move(certificate).value(),
                                 .chain = issuers_in(one.chain)});
  }
  return seen;
}

Status Pkcs11KeyRing::login(const Found& found, hsm::PinSource& pins) {
  log_out();
  ANTIN_TRY(const auto holder, signer());
  return holder->login(found.token, pins);
}

Result<SignatureValue> Pkcs11KeyRing::sign(const Found& found, SignatureScheme scheme,
                                           const ToBeSigned& attributes) {
  ANTIN_TRY(const auto holder, signer());
  const auto wanted = to_hex(found.certificate.sha256());
  std::string uri;
  {
    const std::lock_guard lock(mutex_);
    if (key_of_ == wanted) uri = key_uri_;
  }
  if (uri.empty()) {
    hsm::KeyQuery query;
    query.certificate_sha256 = found.certificate.sha256();
    ANTIN_TRY(const auto key, hsm::find_one(*holder, query));
    uri = key.uri;
    const std::lock_guard lock(mutex_);
    key_uri_ = uri;
    key_of_ = wanted;
  }
  return holder->sign(uri, scheme, attributes);
}

// The processes that are logged in end.
void Pkcs11KeyRing::log_out() {
  Holder over;
  const std::lock_guard lock(mutex_);
  over.swap(signer_);
  key_uri_.clear();
  key_of_.clear();
}

}  // namespace antin::service::agent
