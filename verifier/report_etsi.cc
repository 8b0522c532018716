#include "verifier/report_etsi.h"

#include <algorithm>
#include <utility>

#include "certs/core/base64.h"
#include "certs/core/codes.h"
#include "certs/ossl/digest.h"
#include "verifier/cms_reader.h"
#include "verifier/etsi_objects.h"
#include "verifier/markup.h"

namespace antin::verifier {
namespace {

using Kind = ValidationObject::Kind;

constexpr std::string_view kNamespace = "http://uri.etsi.org/19102/v1.4.1#";
constexpr std::string_view kSubIndication = "urn:etsi:019102:subindication:";

// EN 319 102-1 speaks of TOTAL-… for signatures and of PASSED, FAILED for timestamps (5.4).
enum class Of { kSignature, kTimestamp };

std::string_view indication_urn(Indication indication, Of of) {
  const bool signature = of == Of::kSignature;
  switch (indication) {
    case Indication::kTotalPassed:
      return signature ? "urn:etsi:019102:mainindication:total-passed"
                       : "urn:etsi:019102:mainindication:passed";
    case Indication::kTotalFailed:
      return signature ? "urn:etsi:019102:mainindication:total-failed"
                       : "urn:etsi:019102:mainindication:failed";
    case Indication::kIndeterminate:
      break;
  }
  return "urn:etsi:019102:mainindication:indeterminate";
}

std::string_view process_urn(const std::string& process) {
  if (process == "long_term") return "urn:etsi:019102:validationprocess:LTVM";
  if (process == "archival") return "urn:etsi:019102:validationprocess:LTA";
  return "urn:etsi:019102:validationprocess:Basic";
}

Kind revocation_kind(const RevocationEntry& entry) {
  return entry.source.find("ocsp") != std::string::npos ? Kind::kOcsp : Kind::kCrl;
}

class Writer {
 public:
  explicit Writer(const Report& report) : report_(report), objects_(report) {}

  std::string write() {
    out_.raw("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    out_.open("ValidationReport", {{"xmlns", kNamespace},
                                   {"xmlns:ds", "http://www.w3.org/2000/09/xmldsig#"},
                                   {"xmlns:xades", "http://uri.etsi.org/01903/v1.3.2#"}});
    bool any = false;
    for (const auto& signature : report_.signatures) {
      if (nested_in(signature) != nullptr) continue;
      signature_report("SignatureValidationReport", signature);
      any = true;
    }
    if (!any) nothing_to_validate();
    objects();
    return out_.take();
  }

 private:
  /// The validation object that a document timestamp's report belongs to.
  const ValidationObject* nested_in(const SignatureReport& signature) const {
    return signature.document_timestamp
               ? objects_.find(Kind::kTimestamp, signature.signature_sha256)
               : nullptr;
  }

  void reference(std::string_view element, const std::string& id) {
    if (!id.empty()) out_.empty(element, {{"VOReference", id}});
  }
  void time(std::string_view element, UtcTime at) { out_.element(element, to_rfc3339(at)); }

  void proof(std::string_view element, UtcTime at) {
    out_.open(element);
    time("POETime", at);
    out_.element("TypeOfProof", "urn:etsi:019102:poetype:validation");
    out_.close();
  }

  /// Clause 4.3: the order of elements is the schema's.
  void signature_report(std::string_view element, const SignatureReport& signature) {
    out_.open(element);
    identifier(signature);
    policy();
    if (report_.judged_at) {
      out_.open("ValidationTimeInfo");
      time("ValidationTime", *report_.judged_at);
      proof("BestSignatureTime", signature.best_signature_time.value_or(*report_.judged_at));
      out_.close();
    }
    signers_document();
    attributes(signature);
    if (signature.signer) signer(*signature.signer);
    out_.open("SignatureValidationProcess");
    out_.element("SignatureValidationProcessID", process_urn(signature.process));
    out_.close();
    status(signature);
    out_.close();
  }

  /// Clause 4.3.3: the data to be signed is what the signature value is over: the signed
  /// attributes.
  void identifier(const SignatureReport& signature) {
    out_.open("SignatureIdentifier");
    const auto kind = signature.document_timestamp ? Kind::kTimestamp : Kind::kSignature;
    if (const auto* object = objects_.find(kind, signature.signature_sha256)) {
      if (const auto cms = read_cms(object->octets.view())) {
        const auto digest = digest_named(signature.algorithm.digest);
        const auto& signed_attributes = cms.value().signed_attribute_octets;
        if (digest && !signed_attributes.empty())
          write_digest(out_, *digest, ossl::digest(*digest, {signed_attributes}));
        out_.element("ds:SignatureValue", to_base64(cms.value().signature));
      }
    }
    out_.element("HashOnly", "false");
    out_.element("DocHashOnly", "false");
    if (!signature.field.empty()) out_.element("DAIdentifier", signature.field);
    out_.close();
  }

  void policy() {
    if (report_.policy.empty()) return;
    out_.open("ValidationConstraintsEvaluationReport").open("SignatureValidationPolicy");
    out_.open("SignaturePolicyIdentifier");
    out_.empty("xades:SignaturePolicyImplied", {});
    out_.close();
    out_.element("PolicyName", report_.policy);
    out_.close().close();
  }

  void signers_document() {
    const auto id = objects_.document();
    if (id.empty()) return;
    out_.open("SignersDocument");
    write_sha256(out_, report_.sha256);
    reference("SignersDocumentRepresentation", id);
    out_.close();
  }

  /// Annex A; at least one or the element is not there.
  void attributes(const SignatureReport& signature) {
    const auto& times = signature.signing_time;
    if (!times.claimed && !signature.signer && signature.sub_filter.empty() &&
        signature.timestamps.empty())
      return;
    out_.open("SignatureAttributes");
    if (times.claimed) {
      out_.open("SigningTime");
      time("Time", *times.claimed);
      out_.close();
    }
    if (signature.signer) signing_certificate(*signature.signer);
    if (!signature.sub_filter.empty()) {
      out_.open("SubFilter");
      out_.element("SubFilterElement", signature.sub_filter);
      out_.close();
    }
    for (const auto& stamp : signature.timestamps) {
      out_.open(stamp.kind == "document" ? "DocTimeStamp" : "SignatureTimeStamp");
      time("TimeStampValue", stamp.gen_time);
      out_.close();
    }
    out_.close();
  }

  void signing_certificate(const CertificateSummary& certificate) {
    Bytes digest;
    out_.open("SigningCertificate");
    reference("AttributeObject", objects_.refer(Kind::kCertificate, certificate.sha256));
    if (from_hex(certificate.sha256, digest)) {
      out_.open("CertID");
      out_.empty("ds:DigestMethod", {{"Algorithm", digest_uri(DigestAlgorithm::kSha256)}});
      out_.element("ds:DigestValue", to_base64(digest));
      out_.close();
    }
    out_.close();
  }

  void signer(const CertificateSummary& certificate) {
    const auto id = objects_.refer(Kind::kCertificate, certificate.sha256);
    if (id.empty()) return;
    out_.open("SignerInformation");
    reference("SignerCertificate", id);
    out_.element("Signer", certificate.name);
    out_.close();
  }

  void status(const SignatureReport& signature) {
    out_.open("SignatureValidationStatus");
    out_.element("MainIndication",
                 indication_urn(signature.indication,
                                signature.document_timestamp ? Of::kTimestamp : Of::kSignature));
    if (signature.sub_indication)
      out_.element("SubIndication",
                   std::string{kSubIndication} + std::string{name(*signature.sub_indication)});
    associated_data(signature);
    out_.close();
  }

  /// Clause 4.3.12.4: what the status rests on.
  void associated_data(const SignatureReport& signature) {
    out_.open("AssociatedValidationReportData");
    chain(signature);
    for (const auto& entry : signature.revocation)
      reference("RelatedValidationObject",
                objects_.refer(revocation_kind(entry), entry.evidence_sha256));
    revoked(signature);
    findings(signature);
    out_.close();
  }

  void chain(const SignatureReport& signature) {
    const auto& all = signature.chain;
    if (all.empty()) return;
    const auto id = [&](const CertificateSummary& one) {
      return objects_.refer(Kind::kCertificate, one.sha256);
    };
    // A path that was found ends at its anchor; a certificate alone is no path.
    const bool anchored = all.size() > 1;
    if (id(all.front()).empty()) return;
    if (anchored) reference("TrustAnchor", id(all.back()));
    out_.open("CertificateChain");
    reference("SigningCertificate", id(all.front()));
    for (std::size_t i = 1; i + 1 < all.size(); ++i)
      reference("IntermediateCertificate", id(all[i]));
    if (anchored) reference("TrustAnchor", id(all.back()));
    out_.close();
  }

  void revoked(const SignatureReport& signature) {
    const auto entry = std::find_if(
        signature.revocation.begin(), signature.revocation.end(),
        [](const RevocationEntry& one) { return one.state == "revoked" && one.revoked_at; });
    if (entry == signature.revocation.end()) return;
    const auto certificate = objects_.refer(Kind::kCertificate, entry->certificate_sha256);
    if (certificate.empty()) return;
    out_.open("RevocationStatusInformation");
    reference("ValidationObjectId", certificate);
    time("RevocationTime", *entry->revoked_at);
    if (!entry->reason.empty())
      out_.element("RevocationReason", "urn:etsi:019102:revocationReason:" + entry->reason);
    reference("RevocationObject", objects_.refer(revocation_kind(*entry), entry->evidence_sha256));
    out_.close();
  }

  /// Our own reasons, by their stable codes, in both languages.
  void findings(const SignatureReport& signature) {
    if (signature.findings.empty()) return;
    out_.open("AdditionalValidationReportData");
    for (const auto& finding : signature.findings) {
      for (const auto language : {Language::kVietnamese, Language::kEnglish}) {
        out_.open("ReportData");
        out_.element("Type", "urn:antin:" + std::string{name(finding.severity)} + ":" +
                                 std::string{info(finding.code).name});
        out_.element("Value", sentence(finding.code, language, finding.params),
                     {{"xml:lang", language == Language::kVietnamese ? "vi" : "en"}});
        out_.close();
      }
    }
    out_.close();
  }

  void nothing_to_validate() {
    out_.open("SignatureValidationReport");
    signers_document();
    out_.open("SignatureValidationStatus");
    out_.element("MainIndication", "urn:etsi:019102:mainindication:indeterminate");
    out_.element("SubIndication", "urn:antin:subindication:NO_SIGNATURE_FOUND");
    out_.close().close();
  }

  /// Clause 4.4. The reports inside may refer to objects not met before, so the list may grow while
  /// it is written.
  void objects() {
    if (objects_.entries().empty()) return;
    out_.open("SignatureValidationObjects");
    for (std::size_t i = 0; i < objects_.entries().size(); ++i) object(objects_.entries()[i]);
    out_.close();
  }

  // By value: writing a report inside may move the list.
  void object(const EtsiObjects::Entry entry) {
    out_.open("ValidationObject", {{"id", entry.id}});
    out_.element("ObjectType", entry.type);
    out_.open("ValidationObjectRepresentation");
    if (entry.object != nullptr && !entry.object->octets.empty())
      out_.element("base64", to_base64(entry.object->octets.view()));
    else
      write_sha256(out_, entry.sha256);
    out_.close();
    if (const auto known = entry.object != nullptr ? entry.object->proven : std::nullopt)
      proof("POE", *known);
    else if (report_.judged_at)
      proof("POE", *report_.judged_at);
    if (entry.object != nullptr && entry.object->kind == Kind::kTimestamp) {
      for (const auto& signature : report_.signatures) {
        if (nested_in(signature) != entry.object) continue;
        signature_report("ValidationReport", signature);
        break;
      }
    }
    out_.close();
  }

  const Report& report_;
  EtsiObjects objects_;
  Markup out_;
};

}  // namespace

std::string to_etsi(const Report& report) {
  return Writer{report}.write();
}

}  // namespace antin::verifier
