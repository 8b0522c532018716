#include "service/cli/proof_setup.h"

#include <utility>

#include "service/cache/disk_cache.h"
#include "service/cli/inputs.h"
#include "service/net/address_rule.h"
#include "service/system/files.h"

namespace antin::service {
namespace {

using Kind = OptionSpec::Kind;

// An OCSP response is read whole; one file each, or a folder of them.
Result<std::vector<certs::OcspResponse>> load_ocsp(const std::vector<std::string>& paths) {
  ANTIN_TRY(const auto files, expand_folders(paths, ".ors"));
  std::vector<certs::OcspResponse> all;
  for (const auto& path : files) {
    ANTIN_TRY(const auto octets, read_file(path, kMostSmallFile));
    auto one = certs::OcspResponse::from_bytes(octets);
    if (!one) {
      auto error = while_doing(one.error(), Code::kOcspFileUnreadable, path);
      error.params = {{"tep", path}};
      return error;
    }
    all.push_back(std::move(one).value());
  }
  return all;
}

}  // namespace

std::vector<OptionSpec> proof_options() {
  return {
      {"trust", Kind::kValue, "DIR", "thư mục chứng thư số gốc tin cậy",
       "folder of trusted root certificates"},
      {"allow-test-pki", Kind::kFlag, "", "chấp nhận chứng thư số thử nghiệm làm gốc tin cậy",
       "accept the public test certificates as trusted"},
      {"crl", Kind::kRepeatable, "FILE", "danh sách thu hồi (CRL), hoặc thư mục *.crl",
       "revocation list (CRL), or a folder of *.crl"},
      {"ocsp", Kind::kRepeatable, "FILE", "phản hồi OCSP (DER)", "OCSP response (DER)"},
      {"without-evidence", Kind::kValue, "keep|fail",
       "khi thiếu dữ liệu cho mức B-LT, B-LTA: giữ mức đạt được (mặc định), hoặc báo lỗi",
       "when data for B-LT or B-LTA is missing: keep the level reached (default), or fail"},
  };
}

Result<ProofSetup> read_proof(const Arguments& arguments) {
  ProofSetup setup;
  if (const auto folder = arguments.value("trust")) {
    ANTIN_TRY(setup.trust, load_trust_folder(*folder, arguments.has("allow-test-pki")
                                                          ? certs::TestPki::kAllow
                                                          : certs::TestPki::kRefuse));
  }
  ANTIN_TRY(setup.crls, load_crls(arguments.values("crl")));
  ANTIN_TRY(setup.ocsp, load_ocsp(arguments.values("ocsp")));
  ANTIN_TRY(const auto without, arguments.choice("without-evidence", {"keep", "fail"}, "keep"));
  if (without == "fail") setup.without_evidence = signer::WithoutEvidence::kFail;
  return setup;
}

signer::ProofMaterial proof_material(const ProofSetup& setup) {
  return {.trust = setup.trust ? &*setup.trust : nullptr, .crls = setup.crls, .ocsp = setup.ocsp};
}

Result<signer::Level> read_level(const Arguments& arguments, signer::Level otherwise) {
  ANTIN_TRY(const auto level,
            arguments.choice("level", {"B-B", "B-T", "B-LT", "B-LTA"}, signer::name(otherwise)));
  return signer::level_named(level).value_or(otherwise);
}

std::vector<OptionSpec> network_options() {
  return {
      {"tsa", Kind::kRepeatable, "URL", "máy chủ dấu thời gian, thử theo thứ tự",
       "timestamp server, tried in order"},
      {"offline", Kind::kFlag, "", "không tải dữ liệu thu hồi; chỉ dùng --crl, --ocsp",
       "fetch no revocation data; only --crl and --ocsp are used"},
      {"aia", Kind::kFlag, "", "tải chứng thư số trung gian còn thiếu",
       "fetch missing intermediate certificates"},
      {"allow-host", Kind::kRepeatable, "HOST[:PORT]",
       "máy chủ nội bộ được phép tải dữ liệu thu hồi",
       "internal host from which revocation data may be fetched"},
      {"cache", Kind::kValue, "DIR", "thư mục lưu dữ liệu thu hồi đã tải",
       "folder that keeps fetched revocation data"},
  };
}

Result<NetworkSetup> read_network(const Arguments& arguments, signer::Level level) {
  NetworkSetup network;
  network.tsa_urls = arguments.values("tsa");
  network.allow_hosts = arguments.values("allow-host");
  for (const auto& host : network.allow_hosts) ANTIN_CHECK(check_allowed_host(host));
  // S-04: against trusted roots, revocation is asked before the key is touched; B-LT keeps what was
  // answered.
  if (!arguments.has("offline") && (level >= signer::Level::kLT || arguments.has("trust")))
    network.evidence = NetworkSetup::Evidence::kOnline;
  if (arguments.has("aia")) network.issuers = NetworkSetup::Issuers::kFetch;
  network.cache = arguments.value_or("cache", users_cache_folder());
  return network;
}

}  // namespace antin::service
