#pragma once

#include <optional>
#include <vector>

#include "certs/timestamp.h"
#include "pdf/read/document.h"
#include "verifier/cms_judge.h"
#include "verifier/coverage.h"
#include "verifier/document_digests.h"
#include "verifier/signer_judge.h"
#include "verifier/verify.h"

namespace antin::verifier {

/// What a SubFilter promises.
enum class SignatureKind { kCades, kPkcs7, kPkcs7Sha1, kX509RsaSha1, kTimestamp, kUnknown };
SignatureKind kind_of(const pdf::SignatureField& field);

/// A signature read as far as needed to know which octets to digest how.
struct ReadSignature {
  const pdf::SignatureField* field;  ///< outlives this
  SignatureKind kind;
  std::optional<SignedRanges> ranges;
  std::optional<CmsSignature> cms;                ///< kCades, kPkcs7, kPkcs7Sha1
  std::optional<certs::TimestampToken> token;     ///< kTimestamp
  std::optional<certs::Certificate> certificate;  ///< kX509RsaSha1: /Cert
  Bytes value;                                    ///< kX509RsaSha1: the bare RSA signature
  SchemeReading scheme;
  std::optional<DigestAlgorithm> digest;  ///< of the ranges; nothing when they are not needed
  bool foreign_octets = false;            ///< /Contents goes on after the signature, not with zero
  Findings findings;
};
ReadSignature read_signature(const pdf::SignatureField& field, std::size_t file_size);

/// Of the ranges of `signature`; nothing when they cannot be digested.
std::optional<DigestRequest> request_of(const ReadSignature& signature);
std::optional<Bytes> content_digest(const ReadSignature& signature, ByteView file,
                                    const DocumentDigests& digests);

/// A document timestamp that holds, and up to where.
struct ProvenUntil {
  std::size_t end;
  UtcTime at;
};

struct SignatureContext {
  Judging& judging;
  const Input& input;
  const Material& material;  ///< of the whole document
  ByteView file;
  const DocumentDigests& digests;
  const pdf::RevisionMap& map;
  std::vector<ProvenUntil> document_timestamps;  ///< trusted ones judged so far
};

/// Where a signature itself ends: what covers that covers the signature value too.
std::size_t end_of(const ReadSignature& signature);

/// EN 319 102-1 for one signature, changes after it apart. Never fails: whatever is wrong is a
/// finding. `index`: of its entry in the report.
SignatureReport judge_signature(const ReadSignature& signature, std::size_t index,
                                const SignatureContext& context);
SignatureReport judge_document_timestamp(const ReadSignature& signature, std::size_t index,
                                         const SignatureContext& context);

}  // namespace antin::verifier
