#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "certs/core/bytes.h"
#include "certs/core/error.h"
#include "certs/core/random.h"
#include "certs/core/time.h"
#include "pdf/read/document.h"
#include "pdf/write/appearance.h"

namespace antin::pdf {

/// Encrypts strings and streams of the objects we add to an encrypted document (ISO 32000-2 7.6).
/// pdf/ has no cryptography of its own: signer implements this.
class DocumentCipher {
 public:
  virtual ~DocumentCipher() = default;
  enum class Kind : std::uint8_t { kRc4, kAesCbc };  ///< kAesCbc: 16-octet IV in front, PKCS#5
  virtual Result<Bytes> encrypt(Kind kind, ByteView key, ByteView plain) = 0;
};

/// What kind of signature dictionary to add.
struct SignatureUpdate {
  enum class Type : std::uint8_t { kSignature, kDocumentTimestamp };
  Type type = Type::kSignature;
  std::string sub_filter = "ETSI.CAdES.detached";  ///< ETSI.RFC3161 for kDocumentTimestamp
  /// An existing empty field, or a name for a new one; "" = "Sig_<role>_<8 hex>" (S-16).
  std::string field;
  std::string role = "person";
  std::optional<UtcTime> signing_time;  ///< /M with +07'00'
  std::string signer_name, reason, location, contact;
  /// What the signer is going to do, for seed values that demand it (12.7.5.5 table 237).
  std::string digest_method = "SHA256";
  bool timestamp_planned = false;
  /// Makes a certification signature (DocMDP); only as a document's first signature.
  std::optional<DocMdp> certify;
  std::size_t contents_octets = 32'768;  ///< room for the CMS; the hex string has twice as many
  std::optional<Appearance> appearance;  ///< nullopt: invisible
  std::optional<StampFacts> facts;       ///< needed when appearance is
  /// S-17: under DocMDP P=2/3 a new visible field only when the caller demands it.
  bool allow_new_visible_field_when_certified = false;
};

/// A document with a placeholder instead of the CMS. The original octets are never copied:
/// the file is original ++ tail.
class PreparedSignature {
 public:
  const SharedBytes& original() const noexcept { return original_; }
  const Bytes& tail() const noexcept { return tail_; }
  const std::array<std::uint64_t, 4>& byte_range() const noexcept { return byte_range_; }
  const std::string& field() const noexcept { return field_; }
  std::size_t capacity() const noexcept { return capacity_; }  ///< octets of CMS that fit
  /// The octets that the signature covers, in order, as views into original and tail.
  std::array<ByteView, 3> covered() const noexcept;
  /// Writes the CMS into the placeholder. Fails with kContentsTooSmall when it does not fit; the
  /// caller prepares again with more room.
  Status set_contents(ByteView cms);
  Findings warnings;  ///< e.g. new field under DocMDP P=2, /NeedAppearances removed

  PreparedSignature(SharedBytes original, Bytes tail, std::array<std::uint64_t, 4> byte_range,
                    std::string field, std::size_t contents_in_tail, std::size_t capacity)
      : original_(std::move(original)),
        tail_(std::move(tail)),
        byte_range_(byte_range),
        field_(std::move(field)),
        contents_in_tail_(contents_in_tail),
        capacity_(capacity) {}
  std::size_t contents_in_tail() const noexcept { return contents_in_tail_; }

 private:
  SharedBytes original_;
  Bytes tail_;
  std::array<std::uint64_t, 4> byte_range_;
  std::string field_;
  std::size_t contents_in_tail_;  ///< offset of the first hex digit in tail_
  std::size_t capacity_;
};

/// Adds a signature field (or fills an existing one) as one incremental update: same xref kind as
/// found, /Encrypt kept, original octets untouched.
///
/// Refuses, before anything is drawn: kSigningForbidden (M-10: DocMDP P=1, FieldMDP, /Lock,
/// /SigFieldLock; {reason}), kSeedValueForbids ({reason}), kFieldNotFound, kFieldNotEmpty,
/// kFieldExists, kPermissionDenied (encrypted, /P forbids), kPageNotFound, kAnchorNotFound,
/// kGlyphMissing ({characters}), kAppearanceTooLarge (does not fit the page), kFontMissing,
/// kUsage (facts missing or not agreeing with the rest), kPdfMalformed, kPdfAmbiguous, and the code
/// of any finding of severity error that the document or an earlier signature has: what would be
/// judged INVALID afterwards is not signed.
///
/// Under DocMDP P=2/3 with field "": an existing empty field is filled, else a new invisible one is
/// made. A document timestamp is allowed whatever the locks say (12.8.2.2: P=1 allows it too).
/// The document itself is not changed: preparing again with more room is safe.
Result<PreparedSignature> prepare_signature(const Document& document, const SignatureUpdate& update,
                                            DocumentCipher& cipher, RandomSource& random);

}  // namespace antin::pdf
