#include "verifier/evidence.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "certs/core/base64.h"
#include "certs/ossl/digest.h"
#include "verifier/container.h"
#include "verifier/etsi_objects.h"
#include "verifier/markup.h"
#include "verifier/report_etsi.h"
#include "verifier/sheet.h"

namespace antin::verifier {
namespace {

using Kind = ValidationObject::Kind;

constexpr std::string_view kMediaType = "application/vnd.etsi.asic-e+zip";
constexpr std::string_view kSums = "SHA256SUMS";
constexpr std::string_view kManifest = "META-INF/ASiCManifest001.xml";
constexpr std::string_view kSignature = "META-INF/signature001.p7s";

constexpr std::string_view kReadme =
    "GÓI CHỨNG CỨ KIỂM TRA CHỮ KÝ SỐ / EVIDENCE OF A SIGNATURE VALIDATION\n\n"
    "document.*         văn bản đã kiểm tra / the document that was judged\n"
    "report.html        phiếu kết quả để đọc / the result, to be read\n"
    "report.json        kết quả cho máy đọc / the result, for programs (antin-report/1)\n"
    "report.xml         kết quả theo ETSI TS 119 102-2 / the result after ETSI TS 119 102-2\n"
    "policy.*           chính sách kiểm tra / the policy it was judged by\n"
    "certificates/      chứng thư số (X.509, DER) / certificates\n"
    "crls/              danh sách thu hồi (RFC 5280, DER) / revocation lists\n"
    "ocsp/              trả lời OCSP (RFC 6960, DER) / OCSP responses\n"
    "timestamps/        dấu thời gian (RFC 3161, DER) / timestamp tokens\n"
    "signatures/        chữ ký (RFC 5652, DER) / signatures\n"
    "SHA256SUMS         danh mục kèm giá trị băm / list of files with their hashes\n"
    "META-INF/          chữ ký số của gói (ETSI EN 319 162-1) / signature of the container\n\n"
    "Kiểm tra / to check:  sha256sum -c SHA256SUMS\n"
    "                      antin verify GÓI/CONTAINER\n";

SharedBytes shared(std::string_view text) {
  return SharedBytes{to_bytes(text)};
}

std::string object_name(const ValidationObject& object) {
  switch (object.kind) {
    case Kind::kCertificate:
      return "certificates/" + object.sha256 + ".cer";
    case Kind::kCrl:
      return "crls/" + object.sha256 + ".crl";
    case Kind::kOcsp:
      return "ocsp/" + object.sha256 + ".ors";
    case Kind::kTimestamp:
      return "timestamps/" + object.sha256 + ".tst";
    case Kind::kSignature:
      break;
  }
  return "signatures/" + object.sha256 + ".p7s";
}

bool is_pdf(const SharedBytes& document) {
  constexpr std::size_t kWindow = 1024;
  const auto start = document.view().first(std::min(document.size(), kWindow));
  return as_text(start).find("%PDF-") != std::string_view::npos;
}

std::string sums_of(const std::vector<ContainerFile>& files) {
  std::string text;
  for (const auto& file : files)
    text += to_hex(ossl::sha256(file.content.view())) + "  " + file.name + "\n";
  return text;
}

bool is_listed(const ContainerFile& file) {
  return file.name != "mimetype" && file.name != kSums && file.name.rfind("META-INF/", 0) != 0;
}

std::string_view media_type_of(std::string_view name) {
  const auto dot = name.rfind('.');
  const auto suffix = dot == std::string_view::npos ? "" : name.substr(dot);
  if (suffix == ".pdf") return "application/pdf";
  if (suffix == ".json") return "application/json";
  if (suffix == ".xml") return "application/xml";
  if (suffix == ".html") return "text/html";
  if (suffix == ".cer") return "application/pkix-cert";
  if (suffix == ".crl") return "application/pkix-crl";
  if (suffix == ".ors") return "application/ocsp-response";
  if (suffix == ".tst") return "application/vnd.etsi.timestamp-token";
  if (suffix == ".p7s") return "application/pkcs7-signature";
  if (suffix == ".txt" || suffix == ".toml" || name == kSums) return "text/plain";
  return "application/octet-stream";
}

// EN 319 162-1 A.4. A function of the files alone, so that checking it is making it again.
std::string manifest_of(const std::vector<ContainerFile>& files) {
  Markup out;
  out.raw("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
  out.open("asic:ASiCManifest", {{"xmlns:asic", "http://uri.etsi.org/02918/v1.2.1#"},
                                 {"xmlns:ds", "http://www.w3.org/2000/09/xmldsig#"}});
  out.empty("asic:SigReference",
            {{"URI", kSignature}, {"MimeType", "application/pkcs7-signature"}});
  for (const auto& file : files) {
    if (!is_listed(file) && file.name != kSums) continue;
    out.open("asic:DataObjectReference",
             {{"URI", file.name}, {"MimeType", media_type_of(file.name)}});
    out.empty("ds:DigestMethod", {{"Algorithm", digest_uri(DigestAlgorithm::kSha256)}});
    out.element("ds:DigestValue", to_base64(ossl::sha256(file.content.view())));
    out.close();
  }
  return out.take();
}

const ContainerFile* find(const std::vector<ContainerFile>& files, std::string_view name) {
  const auto at = std::find_if(files.begin(), files.end(),
                               [name](const ContainerFile& file) { return file.name == name; });
  return at == files.end() ? nullptr : &*at;
}

void add(Findings& findings, Code code, std::string file) {
  findings.push_back({code, Severity::kError, {{"file", std::move(file)}}, {}});
}

// "<64 hexadecimal digits>  <name>\n", as sha256sum(1) writes it.
Result<std::map<std::string, std::string>> read_sums(ByteView octets) {
  std::map<std::string, std::string> sums;
  constexpr std::size_t kDigits = 64;
  auto rest = as_text(octets);
  while (!rest.empty()) {
    const auto end = rest.find('\n');
    if (end == std::string_view::npos || end < kDigits + 3 || rest.substr(kDigits, 2) != "  ")
      return make_error(Code::kEvidenceMalformed, "SHA256SUMS");
    if (!sums.emplace(rest.substr(kDigits + 2, end - kDigits - 2), rest.substr(0, kDigits)).second)
      return make_error(Code::kEvidenceMalformed, "SHA256SUMS names a file twice");
    rest.remove_prefix(end + 1);
  }
  return sums;
}

void check_sums(const std::vector<ContainerFile>& files,
                const std::map<std::string, std::string>& sums, Findings& findings) {
  for (const auto& [name, sum] : sums) {
    const auto* file = find(files, name);
    if (file == nullptr)
      add(findings, Code::kEvidenceFileMissing, name);
    else if (to_hex(ossl::sha256(file->content.view())) != sum)
      add(findings, Code::kEvidenceFileChanged, name);
  }
  for (const auto& file : files) {
    const bool known = is_listed(file) ? sums.count(file.name) != 0
                                       : file.name == kSums || file.name == kManifest ||
                                             file.name == kSignature || file.name == "mimetype";
    if (!known) add(findings, Code::kEvidenceFileUnlisted, file.name);
  }
}

std::string text_in(const nlohmann::json& report, const char* key) {
  const auto at = report.is_object() ? report.find(key) : report.end();
  return report.is_object() && at != report.end() && at->is_string() ? at->get<std::string>() : "";
}

}  // namespace

Result<Bytes> export_evidence(const EvidenceInput& input) {
  const auto& report = input.report;
  std::vector<ContainerFile> files;
  files.push_back({is_pdf(input.document) ? "document.pdf" : "document.bin", input.document});
  if (!input.detached_signature.empty())
    files.push_back({"document.p7s", input.detached_signature});
  files.push_back({"report.html", shared(to_html(make_sheet(report, SheetLanguage::kBoth)))});
  files.push_back({"report.json", shared(to_json(report))});
  files.push_back({"report.xml", shared(to_etsi(report))});
  if (input.policy_toml.empty())
    files.push_back({"policy.txt", shared("antin: " + report.policy + "\n")});
  else
    files.push_back({"policy.toml", shared(input.policy_toml)});
  files.push_back({"README.txt", shared(kReadme)});
  std::set<std::string> names;
  std::vector<ContainerFile> objects;
  for (const auto& object : report.validation_objects) {
    const auto name = object_name(object);
    if (!object.octets.empty() && names.insert(name).second)
      objects.push_back({name, object.octets});
  }
  std::sort(objects.begin(), objects.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  files.insert(files.end(), objects.begin(), objects.end());
  files.push_back({std::string{kSums}, shared(sums_of(files))});
  // EN 319 162-1 A.1: first, and stored.
  files.insert(files.begin(), ContainerFile{"mimetype", shared(kMediaType)});
  return write_container(files);
}

Result<Bytes> evidence_manifest(const SharedBytes& container) {
  ANTIN_TRY(const auto files, read_container(container));
  if (find(files, kSignature) != nullptr || find(files, kManifest) != nullptr)
    return make_error(Code::kEvidenceAlreadySigned, std::string{kSignature});
  if (find(files, kSums) == nullptr) return make_error(Code::kEvidenceMalformed, "no SHA256SUMS");
  return to_bytes(manifest_of(files));
}

Result<Bytes> sign_evidence(const SharedBytes& container, ByteView cms) {
  ANTIN_TRY(auto manifest, evidence_manifest(container));
  ANTIN_TRY(auto files, read_container(container));
  files.push_back({std::string{kManifest}, SharedBytes{std::move(manifest)}});
  files.push_back({std::string{kSignature}, SharedBytes{to_bytes(cms)}});
  return write_container(files);
}

bool is_evidence(ByteView octets) noexcept {
  // The local head of a first file called "mimetype" is 38 octets long.
  constexpr std::size_t kHead = 38;
  const auto start = as_text(octets);
  return start.substr(0, 4) == "PK\x03\x04" && start.size() > kHead &&
         start.substr(kHead, kMediaType.size()) == kMediaType;
}

Result<Evidence> read_evidence(const SharedBytes& container) {
  ANTIN_TRY(const auto files, read_container(container));
  const auto* sums_file = find(files, kSums);
  const auto* json = find(files, "report.json");
  const auto* document = find(files, "document.pdf");
  if (document == nullptr) document = find(files, "document.bin");
  if (sums_file == nullptr || json == nullptr || document == nullptr)
    return make_error(Code::kEvidenceMalformed, "a file that every container has is missing");
  ANTIN_TRY(const auto sums, read_sums(sums_file->content.view()));
  Evidence evidence;
  evidence.files = sums.size();
  check_sums(files, sums, evidence.findings);
  evidence.document = document->content;
  if (const auto* detached = find(files, "document.p7s"))
    evidence.detached_signature = detached->content;
  constexpr int kMaxDepth = 32;
  const auto report = nlohmann::json::parse(
      as_text(json->content.view()),
      [](int depth, nlohmann::json::parse_event_t, nlohmann::json&) { return depth <= kMaxDepth; },
      false);
  evidence.document_name = text_in(report, "file");
  evidence.recorded_verdict = text_in(report, "verdict");
  const auto* manifest = find(files, kManifest);
  const auto* signature = find(files, kSignature);
  if (manifest == nullptr || signature == nullptr) {
    evidence.findings.push_back({Code::kEvidenceUnsigned, Severity::kWarning, {}, {}});
    return evidence;
  }
  evidence.manifest = to_bytes(manifest->content.view());
  evidence.signature = to_bytes(signature->content.view());
  // A file changed together with its sum still differs from what was signed.
  if (as_text(evidence.manifest) != manifest_of(files))
    add(evidence.findings, Code::kEvidenceFileChanged, std::string{kManifest});
  return evidence;
}

}  // namespace antin::verifier
