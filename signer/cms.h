#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <vector>

#include "certs/certificate.h"
#include "certs/core/algorithms.h"
#include "certs/core/bytes.h"
#include "certs/core/error.h"
#include "certs/core/time.h"

namespace antin::signer {

/// DER of the SignedAttributes (SET OF, RFC 5652 §5.4) of a CAdES baseline signature
/// (ETSI EN 319 122-1): content-type, message-digest, signing-certificate-v2 (SHA-256) and, only
/// when asked, signing-time. PAdES baseline (EN 319 142-1 §6.3) wants signing-time absent.
Result<ToBeSigned> signed_attributes(const certs::Certificate& signer, DigestAlgorithm digest,
                                     ByteView message_digest, std::optional<UtcTime> signing_time);

/// Is `value` a signature over these octets with the key of `signer`? Fails with kSchemeDoesNotFit,
/// kSignatureDoesNotMatch. Whether the certificate may be used is another question:
/// check_certificate().
Status verify_value(const certs::Certificate& signer, SignatureScheme scheme, ByteView attributes,
                    ByteView value);

/// A detached CMS SignedData around an outside signature: no private key is involved.
/// `chain`: further certificates to embed, any order. Fails with kSignatureDoesNotMatch when
/// `value` does not verify with the signer's public key (wrong key, wrong scheme).
Result<Bytes> assemble_cms(const certs::Certificate& signer,
                           const std::vector<certs::Certificate>& chain, SignatureScheme scheme,
                           const ToBeSigned& attributes, const SignatureValue& value);

/// Octets that assemble_cms() will need at most for this signer and chain.
std::size_t cms_octets_estimate(const certs::Certificate& signer,
                                const std::vector<certs::Certificate>& chain);

/// A whole CMS made elsewhere: detached, one signer, who is `signer`; message-digest is that of
/// `covered`; signing-certificate-v2 names `signer`; the signature verifies; algorithm identifiers
/// do not contradict each other. Fails with kCmsMalformed, kDigestNotAllowed,
/// kSignatureDoesNotMatch.
Status check_outside_cms(ByteView cms, const certs::Certificate& signer,
                         const std::array<ByteView, 3>& covered);

/// Adds an RFC 3161 token over the signature value as unsigned attribute (EN 319 122-1 §5.3).
Result<Bytes> add_signature_timestamp(ByteView cms, ByteView token);
/// The octets that a signature timestamp covers: SignerInfo.signature.
Result<Bytes> signature_value_of(ByteView cms);
/// Has the only signer a signature timestamp attribute? Not whether it is any good.
bool has_signature_timestamp(ByteView cms);

}  // namespace antin::signer
