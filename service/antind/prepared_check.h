#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "certs/core/algorithms.h"
#include "certs/core/bytes.h"
#include "certs/core/error.h"
#include "certs/core/time.h"
#include "service/ipc/channel.h"

namespace antin::service {

/// A worker's word is not taken for a signature. antind holds what was prepared and what was
/// completed against the original that it stored itself, by comparing and hashing octets: it reads
/// no PDF and no CMS. What the update means, and whether the finished signature holds, is for a
/// second worker to say (worker::kCheckAdded).

/// What a worker says it made of `original`: the file is original ++ tail.
struct PreparedUpdate {
  Bytes state;       ///< for kComplete; says nothing to antind
  SharedBytes tail;  ///< with a placeholder where the CMS will be
  std::array<std::uint64_t, 4> byte_range{};
  ToBeSigned attributes{Bytes{}};
  std::string field;
};

/// From the reply to kPrepare. Fails with kIpcMalformed.
Result<PreparedUpdate> read_prepared(const Message& reply);

/// What was signed, kept until the signature is released: whatever comes back then must be this.
struct SignedRanges {
  std::array<std::uint64_t, 4> byte_range{};
  DigestAlgorithm digest = DigestAlgorithm::kSha256;
  Bytes message_digest;
  Bytes attributes;   ///< what was signed, DER
  Bytes certificate;  ///< whose signature it is, DER
  std::string field;
};

/// The attributes to sign, built here: over the two ranges of original ++ tail, for `certificate`.
/// Fails with kPreparedRange unless the ranges are all of the file but one hexadecimal string of
/// zeros inside the tail (ISO 32000-2 12.8.1), and with kPreparedAttributes when the worker's
/// attributes are others than these.
struct Checked {
  ToBeSigned attributes{Bytes{}};
  SignedRanges ranges;
};
Result<Checked> check_prepared(const SharedBytes& original, const PreparedUpdate& prepared,
                               DigestAlgorithm digest, const CertificateDer& certificate);

/// Is original ++ tail the file that was signed, with the signature in its place? The ranges digest
/// to what was signed, between them is one hexadecimal string and in it the signature value, the
/// attributes and the certificate, octet for octet. Fails with kCompletedDiffers. Octets behind the
/// signed update are not looked at.
Status check_completed(const SharedBytes& original, const SharedBytes& tail,
                       const SignedRanges& ranges, const SignatureValue& value);
/// Likewise when a whole CMS was made outside, whose attributes are its maker's: the ranges digest
/// to what was prepared, and the string between them holds that digest and the certificate.
Status check_completed_cms(const SharedBytes& original, const SharedBytes& tail,
                           const SignedRanges& ranges);

/// Octets of the tail that belong to the signed update: what follows raises its level.
std::uint64_t signed_end(const SignedRanges& ranges);

/// `state` and `ranges` in one, as they wait in the store, and back. Reading fails with
/// kIpcMalformed on what an earlier version kept.
Bytes write_kept(const Bytes& state, const SignedRanges& ranges, const cbor::Array& warnings = {});
struct Kept {
  Bytes state;
  SignedRanges ranges;
  cbor::Array warnings;  ///< of preparing: what the document holds (S-18), its certificate
};
Result<Kept> read_kept(ByteView octets);

/// Body of kCheckAdded: one signature field since `from` octets, or data for long-term validation.
cbor::Value ask_for_signature(std::uint64_t from, const SignedRanges& ranges);
cbor::Value ask_for_proof(std::uint64_t from);
/// Likewise: does the finished signature hold, at the level that the worker says it has?
cbor::Value ask_for_finished(const SignedRanges& ranges, std::string_view level, UtcTime now);

}  // namespace antin::service
