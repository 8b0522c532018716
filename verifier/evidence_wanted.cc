#include "verifier/evidence_wanted.h"

#include <algorithm>

#include "verifier/detached.h"
#include "verifier/document_stores.h"
#include "verifier/ess.h"
#include "verifier/guarded.h"
#include "verifier/oids.h"
#include "verifier/verify.h"

namespace antin::verifier {
namespace {

using certs::EvidenceWanted;
using certs::Purpose;

// Signers and timestamp servers of one document; more than these are not asked for.
constexpr std::size_t kMostLeaves = 256;

/// Collects what a document names and carries.
class Wish {
 public:
  explicit Wish(const Input& input) : input_(input) {
    for (const auto& one : input.certificates) material_.add(one);
    for (const auto& one : input.crls) material_.add(one);
    for (const auto& one : input.ocsp) material_.add(one);
  }

  void carry(const Material& material) { material_.add(material); }

  void add_signature(const CmsSignature& cms) {
    carry(embedded_material(cms));
    add_signer(cms, Purpose::kSign);
    for (const auto* attributes : {&cms.signed_attributes, &cms.unsigned_attributes}) {
      for (const auto& attribute : *attributes) {
        if (attribute.oid != oid::kSignatureTimestamp && attribute.oid != oid::kContentTimestamp &&
            attribute.oid != oid::kArchiveTimestampV3)
          continue;
        for (const auto& token : attribute.values) add_token(token);
      }
    }
  }

  void add_token(ByteView token) {
    const auto cms = read_cms(token);
    if (!cms) return;
    carry(embedded_material(cms.value()));
    add_signer(cms.value(), Purpose::kTimestamp);
  }

  void add_leaf(const certs::Certificate& certificate, Purpose purpose) {
    const bool known = std::any_of(leaves_.begin(), leaves_.end(), [&](const auto& leaf) {
      return leaf.certificate == certificate && leaf.purpose == purpose;
    });
    if (!known && leaves_.size() < kMostLeaves) leaves_.push_back({certificate, purpose});
  }

  EvidenceWanted take() {
    return {.leaves = std::move(leaves_),
            .at_hand = std::move(material_).take(),
            .trust = input_.trust,
            .at = input_.at,
            .issued_after = {}};
  }

 private:
  void add_signer(const CmsSignature& cms, Purpose purpose) {
    auto named = named_by(cms, cms.certificates);
    if (named.empty()) named = named_by(cms, material_.certificates);
    if (named.empty()) named = named_by(cms, input_.trust->intermediates);
    // Several may carry one name and serial; the signed reference tells which one was meant.
    const auto references = certificate_references(cms.signed_attributes);
    const auto meant = std::find_if(named.begin(), named.end(),
                                    [&](const auto& one) { return references.match(one); });
    if (meant != named.end()) {
      add_leaf(*meant, purpose);
    } else if (!named.empty()) {
      add_leaf(named.front(), purpose);
    }
  }

  const Input& input_;
  Material material_;
  std::vector<EvidenceWanted::Leaf> leaves_;
};

Result<EvidenceWanted> wanted_by(const Input& input) {
  ANTIN_TRY(const auto document,
            pdf::Document::open(input.document,
                                {.password = input.password, .limits = input.policy.limits}));
  return evidence_wanted_by(document, input);
}

Result<EvidenceWanted> wanted_by(const DetachedInput& detached) {
  Wish wish{detached.input};
  ANTIN_TRY(const auto octets, signature_octets(detached.signature));
  ANTIN_TRY(const auto first, read_cms(octets));
  wish.add_signature(first);
  for (std::size_t i = 1; i < first.signer_count; ++i) {
    if (const auto next = read_cms(octets, i)) wish.add_signature(next.value());
  }
  return wish.take();
}

}  // namespace

Result<EvidenceWanted> evidence_wanted_by(const pdf::Document& document, const Input& input) {
  ANTIN_TRY(const auto fields, document.signature_fields());
  ANTIN_TRY(const auto store, document.security_store());
  Wish wish{input};
  wish.carry(read_store(store).material);
  for (const auto& field : fields) {
    if (!field.is_signed) continue;
    const auto read = read_signature(field, document.octets().size());
    if (read.cms) wish.add_signature(*read.cms);
    if (read.token) wish.add_token(read.token->bytes());
    if (read.certificate) wish.add_leaf(*read.certificate, Purpose::kSign);
  }
  return wish.take();
}

Result<EvidenceWanted> evidence_wanted(const Input& input) {
  return guarded([&] { return wanted_by(input); });
}

Result<EvidenceWanted> evidence_wanted(const DetachedInput& input) {
  return guarded([&] { return wanted_by(input); });
}

}  // namespace antin::verifier
