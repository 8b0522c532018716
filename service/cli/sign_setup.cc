#include "service/cli/sign_setup.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <utility>

#include "certs/path.h"
#include "service/cli/inputs.h"
#include "service/system/files.h"

namespace antin::service {
namespace {

using Kind = OptionSpec::Kind;

Result<pdf::Appearance> load_appearance(const std::string& path) {
  ANTIN_TRY(const auto toml, read_file(path, kMostSmallFile));
  const auto folder = std::filesystem::path(path).parent_path();
  return pdf::read_appearance(as_text(toml), [&](const std::string& name) {
    return read_file((folder / name).string(), kMostSmallFile);
  });
}

Result<pdf::HygienePolicy> read_hygiene(const Arguments& arguments) {
  const auto path = arguments.value("policy");
  if (!path) return pdf::HygienePolicy::telling();
  if (*path == "viet-nam") return pdf::HygienePolicy::viet_nam();
  ANTIN_TRY(const auto toml, read_file(*path, kMostSmallFile));
  ANTIN_TRY(const auto policy, verifier::read_policy(as_text(toml)));
  return policy.hygiene;
}

}  // namespace

std::vector<OptionSpec> setup_options() {
  std::vector<OptionSpec> options{
      {"level", Kind::kValue, "B-B|B-T|B-LT|B-LTA", "mức chữ ký (mặc định B-B)",
       "signature level (default B-B)"},
      {"format", Kind::kValue, "auto|pades|cades",
       "chữ ký trong PDF, hoặc tệp .p7s tách rời (mặc định theo tên tệp)",
       "signature inside the PDF, or a detached .p7s (default: by the file names)"},
      {"without-timestamp", Kind::kValue, "fail|keep-b",
       "khi không có dấu thời gian: báo lỗi, hoặc giữ mức B-B",
       "when no timestamp is to be had: fail, or keep level B-B"},
      {"role", Kind::kValue, "person|agency", "chữ ký cá nhân hay con dấu cơ quan",
       "a person's signature or an agency's seal"},
      {"appearance", Kind::kValue, "FILE", "mẫu hiển thị chữ ký (TOML); không có: chữ ký ẩn",
       "appearance (TOML); without it the signature is invisible"},
      {"reason", Kind::kValue, "TEXT", "lý do ký", "reason"},
      {"location", Kind::kValue, "TEXT", "nơi ký", "location"},
      {"title", Kind::kValue, "TEXT", "chức vụ, cho mẫu hiển thị", "title, for the appearance"},
      {"field", Kind::kValue, "NAME", "trường chữ ký có sẵn, hoặc tên trường mới",
       "existing empty field, or the name of a new one"},
      {"certify", Kind::kValue, "1|2|3", "ký chứng nhận (DocMDP): 1 khóa, 2 điền mẫu, 3 chú thích",
       "certification signature (DocMDP): 1 nothing, 2 forms, 3 annotations may follow"},
      {"visible-when-certified", Kind::kFlag, "",
       "cho phép chữ ký hiển thị mới trên tài liệu đã ký chứng nhận",
       "allow a new visible field in a certified document"},
      {"password", Kind::kValue, "TEXT", "mật khẩu mở tệp PDF", "password that opens the PDF"},
      {"cms-signing-time", Kind::kFlag, "", "ghi thêm thời gian ký vào CMS",
       "put signing-time into the CMS too, for tools that read only that"},
      {"digest", Kind::kValue, "NAME", "sha256, sha384, sha512, sha3-256, sha3-384, sha3-512",
       "sha256, sha384, sha512, sha3-256, sha3-384, sha3-512"},
      {"rsa-padding", Kind::kValue, "pkcs1|pss|auto",
       "mặc định pkcs1: mọi phần mềm kiểm tra đều đọc được",
       "default pkcs1, which every validator reads"},
      {"policy", Kind::kValue, "FILE|viet-nam",
       "tài liệu thế nào thì không ký (TOML, [hygiene]); không có: chỉ cảnh báo",
       "which documents are not signed (TOML, [hygiene]); without it: warnings only"},
      {"accept-unknown-revocation", Kind::kFlag, "",
       "ký dù không kiểm tra được trạng thái thu hồi (được ghi lại)",
       "sign although revocation cannot be checked (recorded)"},
      {"accept-broken-input", Kind::kFlag, "",
       "cá nhân ký dù tài liệu có chữ ký trước không hợp lệ",
       "let a person sign although an earlier signature is not valid"},
  };
  const auto proof = proof_options();
  options.insert(options.end(), proof.begin(), proof.end());
  return options;
}

Result<SignSetup> read_setup(const Arguments& arguments) {
  SignSetup setup;
  ANTIN_TRY(static_cast<ProofSetup&>(setup), read_proof(arguments));
  ANTIN_TRY(setup.level, read_level(arguments, signer::Level::kB));
  ANTIN_TRY(const auto format, arguments.choice("format", {"auto", "pades", "cades"}, "auto"));
  setup.format = format == "pades"   ? SignSetup::Format::kPades
                 : format == "cades" ? SignSetup::Format::kCades
                                     : SignSetup::Format::kAuto;
  ANTIN_TRY(const auto without, arguments.choice("without-timestamp", {"fail", "keep-b"}, "fail"));
  if (without == "keep-b") setup.without_timestamp = signer::WithoutTimestamp::kKeepB;
  ANTIN_TRY(const auto role, arguments.choice("role", {"person", "agency"}, "person"));
  if (role == "agency") setup.role = SignSetup::Role::kAgency;
  if (const auto path = arguments.value("appearance")) {
    ANTIN_TRY(setup.appearance, load_appearance(*path));
  }
  setup.reason = arguments.value_or("reason", "");
  setup.location = arguments.value_or("location", "");
  setup.title = arguments.value_or("title", "");
  setup.field = arguments.value_or("field", "");
  if (arguments.has("certify")) {
    ANTIN_TRY(const auto permission, arguments.number("certify", 1, 3, 0));
    setup.certify = static_cast<pdf::DocMdp>(permission);
  }
  setup.visible_when_certified = arguments.has("visible-when-certified");
  setup.password = arguments.value_or("password", "");
  setup.cms_signing_time = arguments.has("cms-signing-time");
  ANTIN_TRY(const auto digest, arguments.choice("digest",
                                                {"auto", "sha256", "sha384", "sha512", "sha3-256",
                                                 "sha3-384", "sha3-512"},
                                                "auto"));
  constexpr std::array kDigests = {std::pair{"sha256", DigestAlgorithm::kSha256},
                                   std::pair{"sha384", DigestAlgorithm::kSha384},
                                   std::pair{"sha512", DigestAlgorithm::kSha512},
                                   std::pair{"sha3-256", DigestAlgorithm::kSha3_256},
                                   std::pair{"sha3-384", DigestAlgorithm::kSha3_384},
                                   std::pair{"sha3-512", DigestAlgorithm::kSha3_512}};
  for (const auto& [name, algorithm] : kDigests) {
    if (digest == name) setup.digest = algorithm;
  }
  ANTIN_TRY(const auto padding, arguments.choice("rsa-padding", {"pkcs1", "pss", "auto"}, "pkcs1"));
  setup.padding = padding == "pss"    ? SignSetup::Padding::kPss
                  : padding == "auto" ? SignSetup::Padding::kAuto
                                      : SignSetup::Padding::kPkcs1;
  ANTIN_TRY(setup.hygiene, read_hygiene(arguments));
  setup.accept_unknown_revocation = arguments.has("accept-unknown-revocation");
  setup.accept_broken_input = arguments.has("accept-broken-input");
  return setup;
}

bool has_suffix(const std::string& path, std::string_view suffix) {
  auto found = std::filesystem::path(path).extension().string();
  std::transform(found.begin(), found.end(), found.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return found == suffix;
}

bool makes_detached(const SignSetup& setup, const std::string& input, const std::string& output) {
  if (setup.format != SignSetup::Format::kAuto) return setup.format == SignSetup::Format::kCades;
  return has_suffix(output, ".p7s") || (!has_suffix(input, ".pdf") && !has_suffix(output, ".pdf"));
}

Status check_detached_options(const Arguments& arguments) {
  for (const auto* option : {"appearance", "reason", "location", "title", "field", "certify",
                             "visible-when-certified", "password"}) {
    if (arguments.has(option))
      return make_error(Code::kPdfOnlyOption, option, {{"tuy_chon", "--" + std::string(option)}});
  }
  return Done{};
}

signer::DetachedRequest detached_request(const signer::SignRequest& request,
                                         const SharedBytes& content) {
  return {.content = content,
          .certificate = request.certificate,
          .chain = request.chain,
          .scheme = request.scheme,
          .level = request.level,
          .without_timestamp = request.without_timestamp,
          .without_evidence = request.without_evidence,
          .check = request.check};
}

signer::CertificateCheck certificate_check(const SignSetup& setup) {
  return {.trust = setup.trust ? &*setup.trust : nullptr,
          .crls = setup.crls,
          .ocsp = setup.ocsp,
          .accept_unknown_revocation = setup.accept_unknown_revocation,
          .purpose = setup.role == SignSetup::Role::kAgency ? certs::Purpose::kSeal
                                                            : certs::Purpose::kSign,
          .earlier = std::nullopt};
}

Result<SignatureScheme> choose_scheme(const SignSetup& setup, const certs::Certificate& certificate,
                                      const std::vector<SignatureScheme>& offered) {
  using enum SignatureAlgorithm;
  using Padding = SignSetup::Padding;
  const auto key = certificate.public_key();
  const bool elliptic = key.kind == certs::PublicKeyInfo::Kind::kEc;
  // FIPS 186-5 §6.1.1: a digest not weaker than the curve.
  const auto suitable = elliptic && key.bits > 384   ? DigestAlgorithm::kSha512
                        : elliptic && key.bits > 256 ? DigestAlgorithm::kSha384
                                                     : DigestAlgorithm::kSha256;
  const auto digest = setup.digest.value_or(suitable);
  const auto can = [&](SignatureScheme scheme) {
    return offered.empty() || std::find(offered.begin(), offered.end(), scheme) != offered.end();
  };
  SignatureScheme scheme{.algorithm = elliptic ? kEcdsa : kRsaPkcs1, .digest = digest};
  if (elliptic && setup.padding == Padding::kPss)
    return make_error(Code::kSchemeDoesNotFit, "--rsa-padding with an EC key",
                      {{"thuat_toan", std::string(name(kRsaPss))}});
  const SignatureScheme pss{.algorithm = kRsaPss, .digest = digest};
  if (!elliptic &&
      (setup.padding == Padding::kPss || (setup.padding == Padding::kAuto && can(pss))))
    scheme = pss;
  if (!can(scheme))
    return make_error(
        Code::kTokenMechanism, "scheme",
        {{"scheme", std::string(name(scheme.algorithm)) + " " + std::string(name(scheme.digest))}});
  return scheme;
}

std::vector<certs::Certificate> choose_chain(const SignSetup& setup,
                                             const certs::Certificate& certificate,
                                             const std::vector<certs::Certificate>& candidates,
                                             UtcTime now) {
  if (!setup.trust) return candidates;
  auto path = certs::build_path({.leaf = certificate,
                                 .candidates = candidates,
                                 .trust = &*setup.trust,
                                 .crls = {},
                                 .purpose = certificate_check(setup).purpose,
                                 .at = now,
                                 .check_revocation = false});
  if (path.chain.size() < 2) return candidates;
  path.chain.erase(path.chain.begin());
  return std::move(path.chain);
}

signer::SignRequest make_request(const SignSetup& setup, const certs::Certificate& certificate,
                                 std::vector<certs::Certificate> chain, SignatureScheme scheme) {
  pdf::SignatureUpdate update;
  update.field = setup.field;
  update.role = setup.role == SignSetup::Role::kAgency ? "agency" : "person";
  update.signer_name = certificate.subject_common_name();
  update.reason = setup.reason;
  update.location = setup.location;
  update.certify = setup.certify;
  update.appearance = setup.appearance;
  update.allow_new_visible_field_when_certified = setup.visible_when_certified;
  // An agency's certificate names the agency itself, often in the common name alone.
  auto organization = certificate.subject_organization();
  if (organization.empty() && setup.role == SignSetup::Role::kAgency)
    organization = update.signer_name;
  if (setup.appearance)
    update.facts = pdf::StampFacts{.signer = update.signer_name,
                                   .organization = organization,
                                   .title = setup.title,
                                   .reason = setup.reason,
                                   .location = setup.location,
                                   .signing_time = UtcTime{std::chrono::sys_seconds{}}};
  return {.document = {},
          .document_name = {},
          .password = setup.password,
          .update = std::move(update),
          .certificate = certificate,
          .chain = std::move(chain),
          .scheme = scheme,
          .level = setup.level,
          .without_timestamp = setup.without_timestamp,
          .without_evidence = setup.without_evidence,
          .cms_signing_time = setup.cms_signing_time,
          .check = certificate_check(setup),
          .hygiene = setup.hygiene};
}

}  // namespace antin::service
