#include "verifier/document_stores.h"

#include <utility>

#include "certs/ossl/digest.h"
#include "verifier/oids.h"

namespace antin::verifier {
namespace {

constexpr std::size_t kMostRevisions = 32;
constexpr std::size_t kMostTokens = 16;

std::vector<Bytes> tokens_of(const ReadSignature& signature) {
  if (signature.token) return {signature.token->bytes()};
  std::vector<Bytes> tokens;
  if (!signature.cms) return tokens;
  for (const auto& attribute : signature.cms->unsigned_attributes) {
    if (attribute.oid != oid::kSignatureTimestamp) continue;
    for (const auto& value : attribute.values) {
      if (tokens.size() < kMostTokens) tokens.push_back(value);
    }
  }
  return tokens;
}

}  // namespace

StoredMaterial read_store(const pdf::SecurityStore& store) {
  StoredMaterial read;
  const auto count = [&](bool readable) { read.unreadable += readable ? 0 : 1; };
  for (const auto& der : store.certificates) count(read.material.add_certificate(der));
  for (const auto& der : store.crls) count(read.material.add_crl(der));
  for (const auto& der : store.ocsp_responses) count(read.material.add_ocsp(der));
  return read;
}

const Material* DocumentStores::until(std::size_t revision) {
  auto known = read_.find(revision);
  if (known == read_.end()) {
    if (read_.size() >= kMostRevisions) return nullptr;
    known = read_.emplace(revision, std::nullopt).first;
    const auto end = document_.revisions().revisions[revision].end;
    auto before =
        pdf::Document::open(document_.octets().prefix(end),
                            {.password = input_.password, .limits = input_.policy.limits});
    if (before) {
      auto store = before.value().security_store();
      if (store) known->second = read_store(store.value()).material;
    }
  }
  return known->second ? &*known->second : nullptr;
}

void add_proofs_of(const ReadSignature& covered, UtcTime at, Proofs& proofs) {
  if (covered.cms) {
    proofs.add(ossl::sha256(covered.cms->signature), at);
    const auto& contents = covered.field->contents;
    const auto length = std::min(covered.cms->length, contents.size());
    proofs.add(ossl::sha256(ByteView{contents}.first(length)), at);
  }
  for (const auto& token : tokens_of(covered)) proofs.add(ossl::sha256(token), at);
  proofs.add_when_asked([&covered, at](Proofs& into) {
    if (covered.certificate) into.add(covered.certificate->sha256(), at);
    if (covered.cms) into.add(embedded_material(*covered.cms), at);
    for (const auto& octets : tokens_of(covered)) {
      if (const auto inside = read_cms(octets)) into.add(embedded_material(inside.value()), at);
    }
  });
}

}  // namespace antin::verifier
