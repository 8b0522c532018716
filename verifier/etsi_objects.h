#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "certs/core/algorithms.h"
#include "verifier/markup.h"
#include "verifier/report.h"

namespace antin::verifier {

/// The SignatureValidationObjects of an ETSI report (TS 119 102-2 V1.4.1 clause 4.4): each object
/// once, with the XML id under which everything else refers to it.
class EtsiObjects {
 public:
  using Kind = ValidationObject::Kind;

  /// `report` outlives this.
  explicit EtsiObjects(const Report& report);

  /// The id of the object; one that the report holds no octets of is listed by its digest alone.
  /// "" when `sha256` is no SHA-256 in hexadecimal.
  std::string refer(Kind kind, const std::string& sha256);
  /// The document itself, by digest.
  std::string document();
  /// The octets, when the report has them.
  const ValidationObject* find(Kind kind, const std::string& sha256) const;

  struct Entry {
    std::string id;
    std::string_view type;  ///< URN of clause 4.4.4
    std::string sha256;
    const ValidationObject* object = nullptr;  ///< nullptr: digest only
  };
  const std::vector<Entry>& entries() const noexcept { return entries_; }

 private:
  std::string add(std::string_view prefix, std::string_view type, const std::string& sha256,
                  const ValidationObject* object);

  const Report& report_;
  std::vector<Entry> entries_;
};

/// XML Signature's name of the algorithm (RFC 6931).
std::string_view digest_uri(DigestAlgorithm digest) noexcept;
/// The algorithm that reports call `spelt`.
std::optional<DigestAlgorithm> digest_named(std::string_view spelt) noexcept;
/// <vr:DigestAlgAndValue> with ds: children.
void write_digest(Markup& out, DigestAlgorithm algorithm, ByteView value);
/// The same of a SHA-256 in hexadecimal.
void write_sha256(Markup& out, const std::string& hex);

}  // namespace antin::verifier
