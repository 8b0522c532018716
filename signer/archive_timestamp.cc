#include "signer/archive_timestamp.h"

#include <algorithm>
#include <set>
#include <utility>

#include "certs/core/der.h"
#include "certs/ossl/digest.h"
#include "certs/ossl/handles.h"

namespace antin::signer {
namespace {

Bytes algorithm_identifier(DigestAlgorithm digest) {
  const ossl::AlgorithmPtr identifier{X509_ALGOR_new()};
  if (!identifier) return {};
  X509_ALGOR_set_md(identifier.get(), ossl::evp_md(digest));
  const int length = i2d_X509_ALGOR(identifier.get(), nullptr);
  if (length <= 0) return {};
  Bytes out(static_cast<std::size_t>(length));
  auto* at = out.data();
  i2d_X509_ALGOR(identifier.get(), &at);
  return out;
}

// Digest of one attribute value: attrType and the value, both whole.
Bytes value_digest(const CmsAttribute& attribute, const Bytes& value, DigestAlgorithm digest) {
  return ossl::digest(digest, {ByteView(attribute.type), ByteView(value)});
}

Bytes octet_strings(const std::vector<Bytes>& digests) {
  std::vector<Bytes> out;
  out.reserve(digests.size());
  for (const auto& one : digests) out.push_back(der::tlv(der::kOctetString, {one}));
  return der::tlv(der::kSequence, out);
}

// The contents of a SEQUENCE OF OCTET STRING; nothing when it is none.
std::optional<std::set<Bytes>> read_digests(ByteView sequence) {
  std::set<Bytes> out;
  der::Reader reader(sequence);
  der::Element one{};
  while (!reader.at_end()) {
    if (!reader.next(der::kOctetString, one)) return std::nullopt;
    out.insert(to_bytes(one.content));
  }
  return out;
}

struct Index {
  std::set<Bytes> certificates, crls, values;
};

std::optional<Index> read_index(ByteView hash_index) {
  der::Element outer{};
  der::Element field{};
  if (!der::Reader(hash_index).next(der::kSequence, outer)) return std::nullopt;
  der::Reader fields(outer.content);
  if (!fields.next(der::kSequence, field)) return std::nullopt;  // hashIndAlgorithm
  Index index;
  for (auto* list : {&index.certificates, &index.crls, &index.values}) {
    if (!fields.next(der::kSequence, field)) return std::nullopt;
    auto digests = read_digests(field.content);
    if (!digests) return std::nullopt;
    *list = std::move(*digests);
  }
  if (!fields.at_end()) return std::nullopt;
  return index;
}

// Keeps the elements whose digest is in `wanted`, and takes those digests away.
std::vector<Bytes> chosen(const std::vector<Bytes>& from, std::set<Bytes>& wanted,
                          DigestAlgorithm digest) {
  std::vector<Bytes> out;
  for (const auto& one : from) {
    if (wanted.erase(ossl::digest(digest, {ByteView(one)})) != 0) out.push_back(one);
  }
  return out;
}

}  // namespace

Bytes hash_index_of(const CmsParts& parts, DigestAlgorithm digest) {
  const auto all = [&](const std::vector<Bytes>& list) {
    std::vector<Bytes> out;
    out.reserve(list.size());
    for (const auto& one : list) out.push_back(ossl::digest(digest, {ByteView(one)}));
    return octet_strings(out);
  };
  std::vector<Bytes> values;
  for (const auto& attribute : parts.unsigned_attributes) {
    for (const auto& value : attribute.values)
      values.push_back(value_digest(attribute, value, digest));
  }
  return der::tlv(der::kSequence, {algorithm_identifier(digest), all(parts.certificates),
                                   all(parts.crls), octet_strings(values)});
}

std::optional<Bytes> hash_index_in(const certs::TimestampToken& token) {
  const auto parts = take_apart(token.bytes());
  if (!parts) return std::nullopt;
  auto found = parts.value().unsigned_values(oid::kAtsHashIndexV3);
  if (found.size() != 1) return std::nullopt;
  return std::move(found.front());
}

Bytes archive_input(const CmsParts& parts, ByteView content_digest, ByteView hash_index) {
  auto out = parts.content_type();
  const auto add = [&](ByteView more) { out.insert(out.end(), more.begin(), more.end()); };
  add(content_digest);
  for (const auto& field : parts.signer) add(field);
  add(hash_index);
  return out;
}

Result<Bytes> with_hash_index(const certs::TimestampToken& token, const Bytes& hash_index) {
  auto parts = take_apart(token.bytes());
  if (!parts)
    return while_doing(parts.error(), Code::kTimestampMalformed, "archive timestamp token");
  parts.value().add_unsigned(oid::kAtsHashIndexV3, hash_index);
  return put_together(parts.value());
}

IndexedParts indexed_by(const CmsParts& parts, ByteView hash_index, DigestAlgorithm digest) {
  IndexedParts out;
  auto index = read_index(hash_index);
  if (!index) return out;
  out.covered = parts;
  out.covered.certificates = chosen(parts.certificates, index->certificates, digest);
  out.covered.crls = chosen(parts.crls, index->crls, digest);
  out.covered.unsigned_attributes.clear();
  const auto archive = der::oid(oid::kArchiveTimestampV3);
  bool all = out.covered.certificates.size() == parts.certificates.size() &&
             out.covered.crls.size() == parts.crls.size();
  for (const auto& attribute : parts.unsigned_attributes) {
    for (const auto& value : attribute.values) {
      if (index->values.erase(value_digest(attribute, value, digest)) != 0) {
        out.covered.unsigned_attributes.push_back({.type = attribute.type, .values = {value}});
      } else if (attribute.type != archive) {
        all = false;
      }
    }
  }
  out.sound = index->certificates.empty() && index->crls.empty() && index->values.empty();
  out.all = out.sound && all;
  return out;
}

}  // namespace antin::signer
