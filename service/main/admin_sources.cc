#include "service/main/admin_sources.h"

#include <memory>

#include "certs/trust_store.h"
#include "hsm/tokend/client.h"
#include "service/main/daemon.h"
#include "service/setup/installation.h"
#include "service/system/files.h"

namespace antin::service {
namespace {

// Somebody looks at a page: a token that hangs is told of, and not waited for.
constexpr std::chrono::milliseconds kStatusWithin{8'000};
constexpr std::size_t kMaxTrustFile = 16U << 20U;

AdminSources::Certificate facts_of(const certs::Certificate& certificate) {
  return {.subject = certificate.display_name(),
          .issuer = certificate.issuer_line(),
          .serial = certificate.serial_hex(),
          .sha256 = to_hex(certificate.sha256()),
          .from = certificate.not_before(),
          .until = certificate.not_after()};
}

std::string_view name(certs::Purpose purpose) {
  switch (purpose) {
    case certs::Purpose::kSign:
      return "sign";
    case certs::Purpose::kSeal:
      return "seal";
    case certs::Purpose::kTimestamp:
      return "timestamp";
    case certs::Purpose::kOcsp:
      break;
  }
  return "ocsp";
}

Result<std::vector<AdminSources::Trusted>> trusted_in(const Config& config) {
  std::vector<certs::TrustFile> files;
  ANTIN_TRY(const auto names, list_files(config.verify.trust));
  for (const auto& name : names) {
    ANTIN_TRY(auto octets, read_file(config.verify.trust + "/" + name, kMaxTrustFile));
    files.push_back({name, std::move(octets)});
  }
  const auto tests =
      config.verify.allow_test_pki ? certs::TestPki::kAllow : certs::TestPki::kRefuse;
  ANTIN_TRY(const auto store, certs::load_trust_store(files, tests));
  std::vector<AdminSources::Trusted> all;
  for (const auto& anchor : store.anchors) {
    auto& one = all.emplace_back();
    one.certificate = facts_of(anchor.certificate);
    for (const auto purpose : anchor.purposes) one.purposes.emplace_back(name(purpose));
    one.from = anchor.trusted_from;
    one.until = anchor.trusted_until;
    one.test = certs::is_test_pki(anchor.certificate);
  }
  for (const auto& intermediate : store.intermediates) {
    auto& one = all.emplace_back();
    one.certificate = facts_of(intermediate);
    one.kind = AdminSources::Trusted::Kind::kIntermediate;
    one.test = certs::is_test_pki(intermediate);
  }
  return all;
}

// As this account sees it: the key holder's own secrets are none of its business.
std::vector<AdminSources::Problem> problems_of(const std::string& path, const Clock& clock) {
  const auto config = load_config(path);
  if (!config) return {{config.error(), true}};
  std::vector<AdminSources::Problem> all;
  for (auto& problem : setup::check_installation(config.value(), setup::Account::own(), clock))
    all.push_back({std::move(problem.error), problem.weight == setup::Problem::Weight::kStops});
  return all;
}

}  // namespace

AdminSources admin_sources(const Config& config, const std::string& path, const Clock& clock) {
  AdminSources sources;
  sources.config_path = path;
  if (!config.agency.tokend.empty()) {
    const auto holder = std::make_shared<hsm::TokendKeyHolder>(
        [socket = config.agency.tokend] { return hsm::connect_to_tokend(socket); },
        hsm::TokendKeyHolder::Timeouts{.call = kStatusWithin, .login = kStatusWithin});
    sources.key_status = [holder] { return holder->status(); };
  }
  sources.read_certificate = [](const CertificateDer& der) -> Result<AdminSources::Certificate> {
    ANTIN_TRY(const auto certificate, certs::Certificate::from_der(der.value()));
    return facts_of(certificate);
  };
  sources.trusted = [&config] { return trusted_in(config); };
  sources.check = [path, &clock] { return problems_of(path, clock); };
  return sources;
}

}  // namespace antin::service
