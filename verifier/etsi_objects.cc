#include "verifier/etsi_objects.h"

#include <algorithm>
#include <array>

#include "certs/core/base64.h"

namespace antin::verifier {
namespace {

using Kind = ValidationObject::Kind;

struct KindRow {
  Kind kind;
  std::string_view prefix, type;
};

constexpr std::array kKinds = {
    KindRow{Kind::kCertificate, "C-", "urn:etsi:019102:validationObject:certificate"},
    KindRow{Kind::kCrl, "R-", "urn:etsi:019102:validationObject:CRL"},
    KindRow{Kind::kOcsp, "O-", "urn:etsi:019102:validationObject:OCSPResponse"},
    KindRow{Kind::kTimestamp, "T-", "urn:etsi:019102:validationObject:timestamp"},
    // Clause 4.4.4 has no type for a signature by itself.
    KindRow{Kind::kSignature, "S-", "urn:etsi:019102:validationObject:other"}};

const KindRow& row_of(Kind kind) {
  return *std::find_if(kKinds.begin(), kKinds.end(),
                       [kind](const KindRow& row) { return row.kind == kind; });
}

bool is_sha256(const std::string& hex) {
  constexpr std::size_t kDigits = 64;
  return hex.size() == kDigits && std::all_of(hex.begin(), hex.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

struct DigestRow {
  DigestAlgorithm algorithm;
  std::string_view uri;
};

constexpr std::array kDigests = {
    DigestRow{DigestAlgorithm::kMd5, "http://www.w3.org/2001/04/xmldsig-more#md5"},
    DigestRow{DigestAlgorithm::kSha1, "http://www.w3.org/2000/09/xmldsig#sha1"},
    DigestRow{DigestAlgorithm::kSha224, "http://www.w3.org/2001/04/xmldsig-more#sha224"},
    DigestRow{DigestAlgorithm::kSha256, "http://www.w3.org/2001/04/xmlenc#sha256"},
    DigestRow{DigestAlgorithm::kSha384, "http://www.w3.org/2001/04/xmldsig-more#sha384"},
    DigestRow{DigestAlgorithm::kSha512, "http://www.w3.org/2001/04/xmlenc#sha512"},
    DigestRow{DigestAlgorithm::kSha3_256, "http://www.w3.org/2007/05/xmldsig-more#sha3-256"},
    DigestRow{DigestAlgorithm::kSha3_384, "http://www.w3.org/2007/05/xmldsig-more#sha3-384"},
    DigestRow{DigestAlgorithm::kSha3_512, "http://www.w3.org/2007/05/xmldsig-more#sha3-512"}};

}  // namespace

EtsiObjects::EtsiObjects(const Report& report) : report_(report) {
  for (const auto& object : report.validation_objects) refer(object.kind, object.sha256);
}

const ValidationObject* EtsiObjects::find(Kind kind, const std::string& sha256) const {
  const auto& all = report_.validation_objects;
  const auto found = std::find_if(all.begin(), all.end(), [&](const ValidationObject& one) {
    return one.kind == kind && one.sha256 == sha256;
  });
  return found == all.end() ? nullptr : &*found;
}

std::string EtsiObjects::add(std::string_view prefix, std::string_view type,
                             const std::string& sha256, const ValidationObject* object) {
  if (!is_sha256(sha256)) return {};
  auto id = std::string{prefix} + sha256;
  if (std::none_of(entries_.begin(), entries_.end(),
                   [&](const Entry& entry) { return entry.id == id; }))
    entries_.push_back({id, type, sha256, object});
  return id;
}

std::string EtsiObjects::refer(Kind kind, const std::string& sha256) {
  const auto& row = row_of(kind);
  return add(row.prefix, row.type, sha256, find(kind, sha256));
}

std::string EtsiObjects::document() {
  return add("D-", "urn:etsi:019102:validationObject:signedData", report_.sha256, nullptr);
}

std::string_view digest_uri(DigestAlgorithm digest) noexcept {
  return std::find_if(kDigests.begin(), kDigests.end(),
                      [digest](const DigestRow& row) { return row.algorithm == digest; })
      ->uri;
}

std::optional<DigestAlgorithm> digest_named(std::string_view spelt) noexcept {
  for (const auto& row : kDigests) {
    if (name(row.algorithm) == spelt) return row.algorithm;
  }
  return std::nullopt;
}

void write_digest(Markup& out, DigestAlgorithm algorithm, ByteView value) {
  out.open("DigestAlgAndValue");
  out.empty("ds:DigestMethod", {{"Algorithm", digest_uri(algorithm)}});
  out.element("ds:DigestValue", to_base64(value));
  out.close();
}

void write_sha256(Markup& out, const std::string& hex) {
  Bytes value;
  from_hex(hex, value);
  write_digest(out, DigestAlgorithm::kSha256, value);
}

}  // namespace antin::verifier
