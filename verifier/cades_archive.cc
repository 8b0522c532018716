#include "verifier/cades_archive.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "certs/ossl/digest.h"
#include "verifier/ber.h"
#include "verifier/oids.h"

namespace antin::verifier {
namespace {

constexpr std::size_t kMostArchiveTimestamps = 16;
constexpr std::size_t kMostElements = 1024;

void add(Findings& findings, Code code, Severity severity, Params params = {}) {
  findings.push_back({code, severity, std::move(params), {}});
}

std::vector<Bytes> elements_of(ByteView content) {
  std::vector<Bytes> elements;
  ber::Reader each{content};
  while (const auto one = each.next()) {
    if (elements.size() == kMostElements) break;
    elements.push_back(to_bytes(one->whole));
  }
  return elements;
}

std::vector<ArchiveParts::UnsignedValue> unsigned_values_of(ByteView content) {
  std::vector<ArchiveParts::UnsignedValue> all;
  ber::Reader each{content};
  while (const auto attribute = each.next(ber::kSequence)) {
    ber::Reader inside{attribute->content};
    const auto type = inside.next(ber::kOid);
    const auto values = inside.next(ber::kSet);
    if (!type || !values) break;
    for (auto& value : elements_of(values->content)) {
      if (all.size() == kMostElements) return all;
      all.push_back({to_bytes(type->whole), std::move(value)});
    }
  }
  return all;
}

bool read_signer(ByteView content, ArchiveParts& parts) {
  ber::Reader info{content};
  const auto keep = [&](const std::optional<ber::Element>& element) {
    if (element) parts.signer_fields.push_back(to_bytes(element->whole));
    return element.has_value();
  };
  if (!keep(info.next(ber::kInteger)) || !keep(info.next()) || !keep(info.next(ber::kSequence)))
    return false;
  keep(info.next(ber::context(0)));
  if (!keep(info.next(ber::kSequence)) || !keep(info.next(ber::kOctetString))) return false;
  if (const auto attributes = info.next(ber::context(1)))
    parts.unsigned_values = unsigned_values_of(attributes->content);
  return true;
}

std::string type_of(const ArchiveParts::UnsignedValue& value) {
  ber::Reader reader{value.type};
  const auto oid = reader.next(ber::kOid);
  return oid ? ber::oid_text(oid->content) : "";
}

/// ATSHashIndexV3 ::= SEQUENCE { hashIndAlgorithm, certificates, crls, unsigned attribute values },
/// the last three SEQUENCE OF OCTET STRING.
struct HashIndex {
  Bytes whole;
  DigestAlgorithm algorithm;
  std::set<Bytes> certificates, crls, unsigned_values;
};

std::optional<std::set<Bytes>> hashes_of(ber::Reader& from) {
  const auto list = from.next(ber::kSequence);
  if (!list) return std::nullopt;
  std::set<Bytes> hashes;
  ber::Reader each{list->content};
  while (!each.done()) {
    const auto hash = each.next(ber::kOctetString);
    if (!hash || hashes.size() == kMostElements) return std::nullopt;
    hashes.insert(to_bytes(hash->content));
  }
  return hashes;
}

std::optional<HashIndex> read_hash_index(const CmsSignature& token) {
  const auto* value = single_value(token.unsigned_attributes, oid::kHashIndexV3);
  if (value == nullptr) return std::nullopt;
  ber::Reader outer{*value};
  const auto sequence = outer.next(ber::kSequence);
  if (!sequence || !outer.done()) return std::nullopt;
  ber::Reader inside{sequence->content};
  const auto algorithm = inside.next(ber::kSequence);
  ber::Reader parameters{algorithm ? algorithm->content : ByteView{}};
  const auto oid = parameters.next(ber::kOid);
  const auto digest = oid ? digest_algorithm_of(ber::oid_text(oid->content)) : std::nullopt;
  auto certificates = hashes_of(inside);
  auto crls = hashes_of(inside);
  auto values = hashes_of(inside);
  if (!digest || !certificates || !crls || !values || !inside.done()) return std::nullopt;
  return HashIndex{*value, *digest, std::move(*certificates), std::move(*crls), std::move(*values)};
}

/// What the index really covers: the elements of the file whose digests stand in it.
struct Covered {
  std::vector<const Bytes*> certificates, crls;
  std::vector<const ArchiveParts::UnsignedValue*> values;
  bool complete = false;  ///< every digest of the index belongs to something in the file
};

Covered covered_by(const HashIndex& index, const ArchiveParts& parts) {
  Covered covered;
  std::set<Bytes> found;
  const auto look = [&](const std::vector<Bytes>& all, const std::set<Bytes>& hashes,
                        std::vector<const Bytes*>& into) {
    std::set<Bytes> seen;
    for (const auto& one : all) {
      auto hash = ossl::digest(index.algorithm, {one});
      if (!hashes.contains(hash)) continue;
      into.push_back(&one);
      seen.insert(std::move(hash));
    }
    return seen.size() == hashes.size();
  };
  const bool certificates = look(parts.certificates, index.certificates, covered.certificates);
  const bool crls = look(parts.crls, index.crls, covered.crls);
  for (const auto& value : parts.unsigned_values) {
    auto hash = ossl::digest(index.algorithm, {value.type, value.value});
    if (!index.unsigned_values.contains(hash)) continue;
    covered.values.push_back(&value);
    found.insert(std::move(hash));
  }
  covered.complete = certificates && crls && found.size() == index.unsigned_values.size();
  return covered;
}

// EN 319 122-1 §5.5.3, in the order given there.
std::optional<Bytes> imprint(const ArchiveParts& parts, const CheckedSignature& checked,
                             const HashIndex& index, DigestAlgorithm algorithm) {
  const auto content = checked.content(algorithm);
  if (!content) return std::nullopt;
  Bytes all;
  const auto append = [&](const Bytes& octets) {
    all.insert(all.end(), octets.begin(), octets.end());
  };
  append(parts.content_type);
  append(*content);
  for (const auto& field : parts.signer_fields) append(field);
  append(index.whole);
  return ossl::digest(algorithm, {all});
}

Material material_of(const Covered& covered) {
  // The readers of SignedData and of the CAdES attributes, given only what is covered.
  CmsSignature some;
  for (const auto* one : covered.certificates) {
    auto read = certs::Certificate::from_der(*one);
    if (read) some.certificates.push_back(std::move(read).value());
  }
  for (const auto* value : covered.values)
    some.unsigned_attributes.push_back({type_of(*value), {value->value}});
  auto material = embedded_material(some);
  for (const auto* one : covered.crls) {
    ber::Reader outer{*one};
    const auto choice = outer.next();
    if (choice && choice->tag == ber::kSequence) material.add_crl(*one);
    if (!choice || choice->tag != ber::context(1)) continue;
    ber::Reader inside{choice->content};
    const auto format = inside.next(ber::kOid);
    const auto answer = inside.next(ber::kSequence);
    if (format && answer) material.add_ocsp(answer->whole);
  }
  return material;
}

bool is_token(const std::string& type) {
  return type == oid::kSignatureTimestamp || type == oid::kArchiveTimestampV3;
}

void add_proofs(const Covered& covered, const Material& material, const CheckedSignature& checked,
                UtcTime at, Proofs& proofs) {
  proofs.add(ossl::sha256(checked.value), at);
  proofs.add(material, at);
  for (const auto* value : covered.values) {
    if (!is_token(type_of(*value))) continue;
    proofs.add(ossl::sha256(value->value), at);
    if (const auto token = read_cms(value->value)) proofs.add(embedded_material(token.value()), at);
  }
}

/// An archive timestamp on its way to being judged.
struct Pending {
  const Bytes* token;
  UtcTime gen_time;
};

std::vector<Pending> newest_first(const ArchiveParts& parts, SignatureReport& report) {
  std::vector<Pending> pending;
  for (const auto& value : parts.unsigned_values) {
    const auto type = type_of(value);
    if (type == oid::kArchiveTimestamp || type == oid::kArchiveTimestampV2 ||
        type == oid::kLongTermValidation)
      add(report.findings, Code::kSigArchiveTimestampKind, Severity::kWarning, {{"kind", type}});
    if (type != oid::kArchiveTimestampV3) continue;
    const auto token = certs::TimestampToken::from_bytes(value.value);
    if (token && pending.size() < kMostArchiveTimestamps) {
      pending.push_back({&value.value, token.value().gen_time()});
    } else {
      add(report.findings, Code::kSigTimestampBroken, Severity::kWarning);
    }
  }
  std::stable_sort(pending.begin(), pending.end(),
                   [](const auto& a, const auto& b) { return a.gen_time > b.gen_time; });
  return pending;
}

void judge_one(const Pending& one, const CheckedSignature& checked, const ArchiveParts& parts,
               Judging& judging, ArchiveJudgement& archive, SignatureReport& report) {
  const auto cms = read_cms(*one.token);
  const auto index = cms ? read_hash_index(cms.value()) : std::nullopt;
  const auto covered = index ? covered_by(*index, parts) : Covered{};
  if (!index || !covered.complete) {
    add(report.findings, Code::kSigArchiveTimestampIndex, Severity::kWarning);
    return;
  }
  auto judged = judge_token(
      {.kind = "archive",
       .token = *one.token,
       .covered =
           [&](DigestAlgorithm algorithm) { return imprint(parts, checked, *index, algorithm); },
       .signature = checked.index},
      checked.material, judging);
  if (!judged) return add(report.findings, Code::kSigTimestampBroken, Severity::kWarning);
  const auto material = material_of(covered);
  if (judged->integrity == Integrity::kIntact) archive.covered.add(material);
  // The digests of the index must bind for as long as nothing newer covers the timestamp.
  const auto existed = judging.proofs.known(ossl::sha256(*one.token)).value_or(judging.input.at);
  const auto& rules = judging.input.policy.algorithms.digests;
  const bool binds = std::any_of(rules.begin(), rules.end(), [&](const auto& rule) {
    return rule.digest == index->algorithm && (!rule.until || existed < *rule.until);
  });
  if (judged->entry.trusted && binds) {
    archive.trusted.push_back({ossl::sha256(*one.token), one.gen_time});
    add_proofs(covered, material, checked, one.gen_time, judging.proofs);
    archive.proven = archive.proven ? std::min(*archive.proven, one.gen_time) : one.gen_time;
  } else {
    add(report.findings,
        judged->integrity == Integrity::kIntact ? Code::kSigTimestampUntrusted
                                                : Code::kSigTimestampBroken,
        Severity::kWarning);
  }
  report.timestamps.push_back(std::move(judged->entry));
}

}  // namespace

std::optional<ArchiveParts> read_archive_parts(ByteView octets, std::size_t signer) {
  const auto outer = ber::read_outer(octets);
  if (!outer) return std::nullopt;
  ber::Reader file{outer->definite};
  const auto info = file.next(ber::kSequence);
  ber::Reader inside{info ? info->content : ByteView{}};
  inside.next(ber::kOid);
  const auto tagged = inside.next(ber::context(0));
  ber::Reader explicit_tag{tagged ? tagged->content : ByteView{}};
  const auto sequence = explicit_tag.next(ber::kSequence);
  ber::Reader data{sequence ? sequence->content : ByteView{}};
  data.next(ber::kInteger);
  data.next(ber::kSet);
  const auto encapsulated = data.next(ber::kSequence);
  ber::Reader content{encapsulated ? encapsulated->content : ByteView{}};
  const auto type = content.next(ber::kOid);
  if (!type) return std::nullopt;
  ArchiveParts parts;
  parts.content_type = to_bytes(type->whole);
  if (const auto all = data.next(ber::context(0))) parts.certificates = elements_of(all->content);
  if (const auto all = data.next(ber::context(1))) parts.crls = elements_of(all->content);
  const auto signers = data.next(ber::kSet);
  ber::Reader each{signers ? signers->content : ByteView{}};
  for (std::size_t i = 0;; ++i) {
    const auto one = each.next(ber::kSequence);
    if (!one) return std::nullopt;
    if (i < signer) continue;
    if (!read_signer(one->content, parts)) return std::nullopt;
    return parts;
  }
}

ArchiveJudgement judge_archive_timestamps(const CheckedSignature& checked,
                                          const ArchiveParts& parts, Judging& judging,
                                          SignatureReport& report) {
  ArchiveJudgement archive;
  for (const auto& one : newest_first(parts, report))
    judge_one(one, checked, parts, judging, archive, report);
  // Only now it is known which covers which.
  for (const auto& [sha256, gen_time] : archive.trusted) {
    const auto outer = judging.proofs.known(sha256);
    if (outer && gen_time.since_epoch() > outer->since_epoch() + kTimestampTolerance)
      add(report.findings, Code::kSigTimestampOrder, Severity::kError,
          {{"thoi_diem", to_vietnam_text(gen_time)}});
  }
  return archive;
}

}  // namespace antin::verifier
